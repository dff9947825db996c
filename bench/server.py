"""Serve an application as `halfsky serve` does: `python -m bench.server package.module:name PORT`."""

from __future__ import annotations

import sys

from halfsky.site.serving import Address, answer_requests


def main() -> int:
    """Serve with two workers until told to end."""
    application, port = sys.argv[1:]
    return answer_requests(
        Address("127.0.0.1", int(port)), workers=2, sentence="ready", application=application
    )


if __name__ == "__main__":
    sys.exit(main())
