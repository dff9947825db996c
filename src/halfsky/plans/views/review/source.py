"""The clean text beside its original, with what was left out and why."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from halfsky.library import messages as library_messages
from halfsky.plans import labels
from halfsky.plans.models import Plan
from halfsky.plans.queries import review as queries
from halfsky.plans.views.marked_text import MarkedText, measure_labels
from halfsky.plans.views.review.desk import plan_at_work

REMOVED: labels.Labels = {
    "site": gettext_lazy("网站文字"),
    "hints": gettext_lazy("网站提示"),
    "meta": gettext_lazy("来源、作者等"),
    "page": gettext_lazy("页码"),
    "running_head": gettext_lazy("页眉页脚"),
    "cover": gettext_lazy("封面"),
    "repeated_title": gettext_lazy("重复的标题"),
    "chunk_number": gettext_lazy("断进句中的段号"),
    "line_wrap": gettext_lazy("句中断行"),
    "second_essay": gettext_lazy("同页的另一篇"),
}


@login_required
@require_safe
def source_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The original beside the clean text: what was left out and why, and where each part stands."""
    plan = plan_at_work(request, pk)
    document, clean = plan.document, plan.clean_text
    blocks = _original(document.raw_text, document.blocks, clean.removed)
    starts = [block["start"] for block in blocks]
    outline = queries.outline(plan)
    marked = MarkedText(plan, outline, measure_labels(outline))
    paragraphs = []
    for paragraph in marked.paragraphs():
        raw = _raw_place(clean.segments, paragraph.start)
        place = max((i for i, start in enumerate(starts) if start <= raw), default=0)
        paragraphs.append((paragraph, blocks[place] if blocks else None))
    context = {
        "plan": plan,
        "document": document,
        "blocks": blocks,
        "paragraphs": paragraphs,
        "removed": removed_words(plan),
        "notices": [library_messages.notice_sentence(notice) for notice in document.notices],
    }
    return render(request, "plans/text.html", context)


def _raw_place(segments: list[list[int]], at: int) -> int:
    """Where a place of the clean text stands in the original."""
    raw = 0
    for clean_start, raw_start, _length in segments:
        if clean_start > at:
            break
        raw = raw_start + at - clean_start
    return raw


def _original(raw: str, stored: list[list[Any]], removed: list[list[Any]]) -> list[dict[str, Any]]:
    """The original block by block, each cut into kept pieces and removed ones with their reason."""
    cuts = sorted((start, end, reason) for start, end, reason in removed)
    blocks = []
    first = 0
    for number, (start, end, where) in enumerate(stored or [[0, len(raw), ""]]):
        pieces: list[tuple[str, Any]] = []
        at = start
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        for cut_start, cut_end, reason in cuts[first:]:
            if cut_start >= end:
                break
            if max(cut_start, at) > at:
                pieces.append((raw[at : max(cut_start, at)], None))
            dropped = raw[max(cut_start, at) : min(cut_end, end)]
            if dropped:
                pieces.append((dropped, REMOVED.get(reason, reason)))
            at = max(at, min(cut_end, end))
        if at < end:
            pieces.append((raw[at:end], None))
        if any(text.strip() for text, _reason in pieces):
            blocks.append({"id": f"b-{number}", "start": start, "where": where, "pieces": pieces})
    return blocks


def removed_words(plan: Plan) -> list[dict[str, Any]]:
    """What the clean text leaves out, by reason: how many places and their text."""
    raw = plan.document.raw_text
    found: dict[str, list[str]] = {}
    for start, end, reason in plan.clean_text.removed:
        text = raw[start:end].strip()
        found.setdefault(reason, [])
        if text:
            found[reason].append(text)
    return [
        {"reason": REMOVED.get(reason, reason), "count": len(texts), "texts": texts}
        for reason, texts in found.items()
        if texts
    ]
