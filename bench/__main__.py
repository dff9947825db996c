"""`halfsky bench`: what reading and answering cost, beside limits measured in the same run.

Nothing here is judged by the clock alone: every page stands beside a bare one-query view, a bare
page of 50 rows and the database's own time for the same rows, on the same machine and server.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import report
from bench.trial import Trial


def main() -> int:
    """Run the benchmark. Exit code 0; 2 when the arguments are not understood."""
    parser = argparse.ArgumentParser(prog="halfsky bench", description=__doc__)
    parser.add_argument("--tasks", default="1000,100000,1000000", help="sizes, by comma")
    parser.add_argument("--databases", default="sqlite,postgresql", help="sqlite, postgresql")
    parser.add_argument("--seconds", type=float, default=4.0, help="per page and connection count")
    parser.add_argument("--connections", default="1,16")
    parser.add_argument("--only", choices=("read", "pages"), help="one part alone")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    given = parser.parse_args()
    figures: dict[str, object] = {}
    if given.only != "pages":
        subprocess.run([sys.executable, "-m", "bench.read_plan"], check=True)
    if given.only != "read":
        figures = pages(given)
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1))
    return 0


def pages(given: argparse.Namespace) -> dict[str, object]:
    """Measure every page on every database at every size; print as it goes."""
    from halfsky.site.workshop import postgresql

    sizes = [int(size) for size in given.tasks.split(",")]
    connections = [int(count) for count in given.connections.split(",")]
    found: dict[str, object] = {}
    for database in given.databases.split(","):
        for size in sizes:
            folder = Path(tempfile.mkdtemp(prefix="halfsky-bench-"))
            try:
                if database == "postgresql":
                    with postgresql() as url:
                        if url is None:
                            raise SystemExit("PostgreSQL is not installed: apt install postgresql")
                        rows = Trial(folder, size, url).run(connections, given.seconds)
                else:
                    rows = Trial(folder, size, None).run(connections, given.seconds)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            found[f"{database}/{size}"] = rows
            report.show(database, size, rows)
    report.compare(found)
    return found


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
