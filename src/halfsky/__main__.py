"""`python -m halfsky` is the same as `halfsky`."""

import sys

from halfsky.site.cli import main

if __name__ == "__main__":
    sys.exit(main())
