"""The reader of plan documents (读懂计划): rules only, deterministic, every proposal with its reason."""

from halfsky.plans.rules.reading.reader import read_plan
from halfsky.plans.rules.reading.reading import Coverage, KeyPoint, Measure, PlanReading
from halfsky.plans.rules.reading.text import CleanText, Span
from halfsky.plans.rules.reading.to_json import to_json

__all__ = [
    "CleanText",
    "Coverage",
    "KeyPoint",
    "Measure",
    "PlanReading",
    "Span",
    "read_plan",
    "to_json",
]
