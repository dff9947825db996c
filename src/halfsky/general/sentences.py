"""What the room of general tasks says to people when it refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from halfsky.general.rules import EntryRefused, StateRefused


def why_refused(code: str) -> str:
    """What is wrong and what to do, for a code of `services.Refused`."""
    return {
        EntryRefused.FUTURE: _("日期不能晚于今天。进展只记已经发生的事。"),
        EntryRefused.RECORD_ENDED: _("这条记录已完成或已取消，不能再改进展。请先继续办理。"),
        EntryRefused.EMPTY: _("请写做了什么。"),
        StateRefused.NOTHING_DONE: _("还没有登记进展。请先写做了什么，再标为完成。"),
        StateRefused.REASON_MISSING: _("请写明原因，年终报告要用。"),
    }[EntryRefused(code) if code in set(EntryRefused) else StateRefused(code)]
