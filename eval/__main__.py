"""Score the reader of plan documents: `python -m eval [--corpus DIR] [--json] [--failures]`.

A report, not a test: the exit code is 0 when every document could be scored, 2 when the corpus is
missing or cannot be read.
"""

import argparse
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from eval.scores import (  # noqa: E402 -- (the path above is needed first in a bare checkout)
    Tally,
    score_dates,
    score_headings,
    score_items,
    score_measures,
    score_owners,
)
from halfsky.library.papers import SourceText  # noqa: E402 -- the path above comes first
from halfsky.plans.rules.reading import read_plan  # noqa: E402 -- the path above comes first

SCORES = (
    "headings",
    "items",
    "days",
    "months",
    "dates",
    "owners",
    "measures",
    "kinds",
    "title",
    "year",
)


def score_document(text: str, gold: dict[str, Any]) -> dict[str, Tally]:
    """Return every score of one document."""
    reading = read_plan(SourceText(text))
    measures, kinds = score_measures(reading, text, gold)
    titles = [gold.get("title"), *gold.get("title_alt", [])]
    title, year = Tally(), Tally()
    for tally, right, found in (
        (title, reading.title in titles, f"{reading.title} ({gold.get('title')})"),
        (year, reading.year == gold.get("year"), f"{reading.year} ({gold.get('year')})"),
    ):
        tally.hits += right
        if not right:
            tally.missed.append(found)
            tally.wrong.append(found)
    days = score_dates(reading, gold, exact_to_day=True)
    months = score_dates(reading, gold, exact_to_day=False)
    dates = Tally()
    dates.add(days)
    dates.add(months)
    return {
        "headings": score_headings(reading, gold),
        "items": score_items(reading, gold),
        "days": days,
        "months": months,
        "dates": dates,
        "owners": score_owners(reading, gold),
        "measures": measures,
        "kinds": kinds,
        "title": title,
        "year": year,
    }


def score_corpus(folder: Path) -> dict[str, dict[str, dict[str, Tally]]]:
    """Return the scores by kind of document and by document.

    Raises OSError or ValueError when a document cannot be read.
    """
    found: dict[str, dict[str, dict[str, Tally]]] = {}
    for paper in sorted(folder.glob("*.json")):
        described = json.loads(paper.read_text("utf-8"))
        if "gold" not in described:
            continue
        text = paper.with_suffix(".txt").read_text("utf-8")
        found.setdefault(described["kind"], {})[described["id"]] = score_document(
            text, described["gold"]
        )
    return found


def totals(documents: dict[str, dict[str, Tally]]) -> dict[str, Tally]:
    """Add up the scores of several documents."""
    total = {score: Tally() for score in SCORES}
    for scores in documents.values():
        for score, tally in scores.items():
            total[score].add(tally)
    return total


def _wide(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(0, width - used)


def _number(value: float | None) -> str:
    return "    –" if value is None else f"{value:5.3f}"


def table(scored: dict[str, dict[str, dict[str, Tally]]]) -> str:
    """Return the scores as a table: one block per kind of document, then all together."""
    everything = {
        name: scores for documents in scored.values() for name, scores in documents.items()
    }
    lines = [
        _wide("kind (documents)", 24) + _wide("score", 10) + "precision recall    F1     cases"
    ]
    for kind, documents in [*scored.items(), ("all", everything)]:
        total = totals(documents)
        for index, score in enumerate(SCORES):
            tally = total[score]
            cases = tally.hits + len(tally.missed)
            if not cases and not tally.wrong:
                continue
            name = f"{kind} ({len(documents)})" if index == 0 else ""
            lines.append(
                _wide(name, 24)
                + _wide(score, 10)
                + f"{_number(tally.precision)}     {_number(tally.recall)}  {_number(tally.f1)}  {cases:5}"
            )
    return "\n".join(lines)


def failures(scored: dict[str, dict[str, dict[str, Tally]]]) -> str:
    """Return every miss and every wrong find, by document."""
    lines = []
    for documents in scored.values():
        for name, scores in documents.items():
            for score, tally in scores.items():
                lines += [f"{name} {score}: missed {miss}" for miss in tally.missed]
                lines += [f"{name} {score}: wrong  {wrong}" for wrong in tally.wrong]
    return "\n".join(lines) or "no failures"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Score the reader of plan documents."
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        default=ROOT.parent / "shared" / "corpus" / "plans",
        help="folder of NNN.txt with NNN.json",
    )
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    parser.add_argument("--failures", action="store_true", help="list every miss and wrong find")
    options = parser.parse_args(arguments)
    try:
        scored = score_corpus(options.corpus)
    except (OSError, ValueError) as error:
        print(f"语料读不出来：{error}。请检查 --corpus 指向的文件夹。", file=sys.stderr)
        return 2
    if not scored:
        print(
            f"没有找到语料：{options.corpus} 里没有 NNN.txt 和 NNN.json。请用 --corpus 指明文件夹。",
            file=sys.stderr,
        )
        return 2
    if options.json:
        written = {
            kind: {
                "documents": {
                    n: {s: t.as_json() for s, t in scores.items()}
                    for n, scores in documents.items()
                },
                "total": {score: tally.as_json() for score, tally in totals(documents).items()},
            }
            for kind, documents in scored.items()
        }
        print(json.dumps(written, ensure_ascii=False, indent=2))
    else:
        print(table(scored))
    if options.failures:
        print(failures(scored), file=sys.stderr if options.json else sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
