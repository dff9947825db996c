"""A small load generator over keep-alive connections, and what the server used meanwhile.

Runs in a process of its own. Wall times on a busy machine vary; CPU seconds come from the kernel's
accounting of the server's processes and vary far less: compare those, and ratios within one run.
"""

from __future__ import annotations

import http.client
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run of requests cost. Times in milliseconds, memory in MB."""

    requests: int
    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    size: int


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += family(int(child))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory(pid: int) -> float:
    """Private memory and the process's share of what is shared (PSS), in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _one(connection: http.client.HTTPConnection, path: str, cookie: str) -> tuple[float, int]:
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "identity"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}")
    return time.perf_counter() - started, len(body)


def run(
    port: int, path: str, *, cookie: str, connections: int, seconds: float, pids: list[int]
) -> Figures:
    """Ask for `path` over so many connections for so long, after a short warm-up."""
    times: list[float] = []
    sizes: list[int] = []
    lock = threading.Lock()
    ended = threading.Event()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        mine = []
        size = 0
        while not ended.is_set():
            took, size = _one(connection, path, cookie)
            mine.append(took)
        with lock:
            times.extend(mine)
            sizes.append(size)

    warm = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    until = time.perf_counter() + 0.7
    while time.perf_counter() < until:
        _one(warm, path, cookie)
    threads = [threading.Thread(target=work) for _n in range(connections)]
    before = cpu_seconds(pids)
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    ended.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    used = cpu_seconds(pids) - before
    times.sort()

    def at(share: float) -> float:
        return times[min(len(times) - 1, int(len(times) * share))] * 1000

    return Figures(
        requests=len(times),
        rate=len(times) / took,
        p50=at(0.50),
        p95=at(0.95),
        p99=at(0.99),
        cpu=used / len(times) * 1000,
        size=max(sizes),
    )
