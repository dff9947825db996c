#!/usr/bin/env python3
"""Django's management commands in a checkout; `./halfsky manage …` is the same, set up."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from halfsky.site.cli import main

if __name__ == "__main__":
    sys.exit(main(["manage", *sys.argv[1:]]))
