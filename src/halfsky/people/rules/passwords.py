"""First passwords: made here, shown once, changed at the first sign-in."""

from __future__ import annotations

import secrets

# no 0 O 1 l I, no vowels: read aloud and typed off paper without mistakes, and no words arise
ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
GROUPS, GROUP = 4, 4


def first_password() -> str:
    """Four groups of four from 27 signs: 76 random bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
