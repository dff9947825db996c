"""Halfsky (半边天): a unit's annual plan of women's work, from document to proof."""

__version__ = "0.1.0"
