"""Decisions of the people room: values in, values out, no Django."""
