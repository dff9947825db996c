"""The figures as tables, and the ratios that count."""

from __future__ import annotations

from typing import Any

HEAD = ("page", "conn", "req/s", "p50", "p95", "p99", "CPU ms", "SQL", "bytes")


def show(database: str, size: int, rows: dict[str, Any]) -> None:
    """Print one trial."""
    print(f"\n{database}, {size:,} tasks")
    print("{:<18}{:>5}{:>9}{:>9}{:>9}{:>9}{:>9}{:>5}{:>9}".format(*HEAD))
    for name, page in rows["pages"].items():
        for count, figures in page.items():
            if count == "statements":
                continue
            statements = page["statements"]
            print(
                f"{name:<18}{count:>5}{figures['rate']:>9.0f}{figures['p50']:>9.1f}"
                f"{figures['p95']:>9.1f}{figures['p99']:>9.1f}{figures['cpu']:>9.2f}"
                f"{statements if statements is not None else '·':>5}{figures['size']:>9}"
            )
    for name, took in rows["database_ms"].items():
        print(f"database alone, {name}: {took:.2f} ms")
    for name, sizes in rows["memory_mb"].items():
        shown = " + ".join(f"{size:.0f}" for size in sizes)
        print(f"memory of the {name} workers: {shown} = {sum(sizes):.0f} MB (PSS)")


def _cpu(rows: dict[str, Any], page: str) -> float:
    found: float = rows["pages"][page]["16"]["cpu"]
    return found


def compare(found: dict[str, Any]) -> None:
    """Print the ratios within this run that the project wants to hold."""
    print("\nratios within this run (CPU per request at 16 connections; rate for the overview)")
    for key, rows in found.items():
        if "16" not in rows["pages"]["task list"]:
            continue
        database, size = key.split("/")
        small = min((int(k.split("/")[1]) for k in found if k.startswith(database)), default=0)
        first = found[f"{database}/{small}"]
        list_to_bare = _cpu(rows, "task list") / _cpu(rows, "bare 50 rows")
        list_to_small = _cpu(rows, "task list") / _cpu(first, "task list")
        rate = (
            rows["pages"]["overview"]["16"]["rate"] / rows["pages"]["bare one query"]["16"]["rate"]
        )
        print(
            f"{database:<11}{int(size):>10,}: list ÷ bare 50 rows {list_to_bare:.2f}, "
            f"list ÷ list at {small:,} {list_to_small:.2f}, overview rate ÷ bare one query {rate:.2f}"
        )
