"""The library (资料库): papers in, the original kept unchanged, their text read."""
