"""Halfsky (半边天): a unit's annual plan of women's work, from document to proof."""
