"""Review a plan document: sentence by sentence, measure by measure, until a leader adopts it.

Every address answers twice: a page or a redirect to one without the script, and with it a part
that names what changed (htmx, out of band).
"""

from halfsky.plans.views.review.editor import edit_measure
from halfsky.plans.views.review.history import changes, edits, undo
from halfsky.plans.views.review.measures import (
    add_measure,
    assign,
    merge_measure,
    move_measure,
    remove_measure,
    row,
    split_measure,
)
from halfsky.plans.views.review.pages import page, people
from halfsky.plans.views.review.points import (
    add_point,
    declare,
    merge_point,
    rename_point,
    settle_year,
)
from halfsky.plans.views.review.source import source_text
from halfsky.plans.views.review.state import amend, change_state, differences

__all__ = [
    "add_measure",
    "add_point",
    "amend",
    "assign",
    "change_state",
    "changes",
    "declare",
    "differences",
    "edit_measure",
    "edits",
    "merge_measure",
    "merge_point",
    "move_measure",
    "page",
    "people",
    "remove_measure",
    "rename_point",
    "row",
    "settle_year",
    "source_text",
    "split_measure",
    "undo",
]
