"""One database at one size: fill it, serve it, ask for each page."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import load

ROOT = Path(__file__).resolve().parent.parent
PREPARE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", interactive=False, verbosity=0)
call_command("createcachetable", verbosity=0)
from bench import data, inside
today = timezone.localdate()
made = data.make(int(sys.argv[1]), year=today.year, today=today)
print(json.dumps(inside.look(made)))
"""


class Trial:
    """A data folder with so many tasks, on SQLite or on the PostgreSQL at `url`."""

    def __init__(self, folder: Path, tasks: int, url: str | None) -> None:
        self.folder = folder
        self.tasks = tasks
        self.environment = os.environ | {
            "HALFSKY_DATA": str(folder),
            "HALFSKY_SECRET_KEY": "bench" * 12,
            "HALFSKY_HTTP": "1",
            "DJANGO_SETTINGS_MODULE": "halfsky.site.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        self.environment.pop("HALFSKY_DEBUG", None)
        self.environment.pop("DATABASE_URL", None)
        if url:
            self.environment["DATABASE_URL"] = url

    def run(self, connections: list[int], seconds: float) -> dict[str, Any]:
        """Return the figures of every page by name, and those of the server."""
        print(f"filling with {self.tasks:,} tasks …", file=sys.stderr)
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE, str(self.tasks)],
            env=self.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        inside = json.loads(prepared.stdout.splitlines()[-1])
        rows: dict[str, Any] = {"pages": {}, "database_ms": inside["database_ms"]}
        bare = {"bare one query": "/one", "bare 50 rows": "/fifty"}
        self._serve("bench.bare.wsgi:application", bare, "", connections, seconds, rows, {})
        self._serve(
            "halfsky.site.wsgi:application",
            inside["pages"],
            f"sessionid={inside['session']}",
            connections,
            seconds,
            rows,
            inside["statements"],
        )
        return rows

    def _serve(
        self,
        application: str,
        pages: dict[str, str],
        cookie: str,
        connections: list[int],
        seconds: float,
        rows: dict[str, Any],
        statements: dict[str, int],
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.server", application, str(port)],
            env=self.environment
            | {"DJANGO_SETTINGS_MODULE": application.partition(".wsgi")[0] + ".settings"},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            self._wait(port, next(iter(pages.values())), cookie, server)
            for name, path in pages.items():
                for count in connections:
                    pids = load.family(server.pid)
                    figures = load.run(
                        port, path, cookie=cookie, connections=count, seconds=seconds, pids=pids
                    )
                    rows["pages"].setdefault(name, {"statements": statements.get(name)})[
                        str(count)
                    ] = asdict(figures)
                    print(f"  {name} ×{count}: {figures.rate:.0f}/s", file=sys.stderr)
            workers = [pid for pid in load.family(server.pid) if pid != server.pid]
            rows.setdefault("memory_mb", {})[application.split(".", maxsplit=1)[0]] = [
                round(load.memory(pid), 1) for pid in workers
            ]
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()

    @staticmethod
    def _wait(port: int, path: str, cookie: str, server: subprocess.Popen[bytes]) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie}
        )
        for _n in range(300):
            if server.poll() is not None:
                raise SystemExit(f"the server ended with {server.returncode}")
            try:
                with urllib.request.urlopen(request, timeout=30):
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not answer")
