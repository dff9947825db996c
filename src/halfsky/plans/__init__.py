"""Plans (计划): a plan document is read, reviewed, adopted and carried through."""
