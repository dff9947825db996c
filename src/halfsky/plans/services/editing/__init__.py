"""Editing a plan under review: the only door for changes of its points, measures and sentences.

Every change is one edit (see `pictures`): the plan is locked, what was touched is kept as it was
and as it became, with a revision number and an audit entry. Others see edits by asking what came
after the revision they know; undo puts the earlier picture back.

Whoever saves says which revision she saw (`known`). What she left as she saw it is no change of
hers, so it never writes over another's; what she did change and another changed too is Stale.
"""

from halfsky.plans.services.editing.conflicts import changed_in
from halfsky.plans.services.editing.fields import assign_many, change_measure
from halfsky.plans.services.editing.measures import (
    add_measure,
    merge_measures,
    move_measure,
    remove_measure,
    split_measure,
)
from halfsky.plans.services.editing.points import (
    add_point,
    declare_sentence,
    merge_point,
    rename_point,
    settle_year,
)
from halfsky.plans.services.editing.undoing import undo

__all__ = [
    "add_measure",
    "add_point",
    "assign_many",
    "change_measure",
    "changed_in",
    "declare_sentence",
    "merge_measures",
    "merge_point",
    "move_measure",
    "remove_measure",
    "rename_point",
    "settle_year",
    "split_measure",
    "undo",
]
