"""The log: what an entry holds, that it stays, and that only one door writes it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

import halfsky
from halfsky.audit import queries, services
from halfsky.audit.models import AuditEntry, StatusChange
from halfsky.audit.origin import Origin, coming_from


@dataclass
class Somebody:
    pk: int = 7
    display_name: str = "何雅琴"


@dataclass
class Somewhere:
    path: str = "00010002"
    name: str = "局办公室"


@pytest.mark.django_db
def test_record_keeps_who_for_whom_what_changed_and_from_where() -> None:
    with coming_from(Origin("10.0.0.9", "page", "r-1")):
        entry = services.record(
            action="people.person.update", by=Somebody(), on_behalf_of=Somebody(8, "周岚"), unit=Somewhere(),
            before={"post": "科员", "name": "王芳"}, after={"post": "科长", "name": "王芳"}, reason="调整",
            object_name="王芳",
        )  # fmt: skip
    found = AuditEntry.objects.get(pk=entry.pk)
    assert (found.before, found.after) == ({"post": "科员"}, {"post": "科长"})
    assert (found.actor_id, found.actor_name, found.on_behalf_of_name) == (7, "何雅琴", "周岚")
    assert (found.unit_path, found.unit_name) == ("00010002", "局办公室")
    assert (found.address, found.channel, found.request_id) == ("10.0.0.9", "page", "r-1")
    assert found.reason == "调整"


@pytest.mark.django_db(transaction=True)
def test_an_entry_without_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        services.record(action="x.y", by=None)


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_back_with_its_change() -> None:
    def change() -> None:
        with transaction.atomic():
            services.record(action="x.y", by=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_long_reason_is_cut_not_lost() -> None:
    entry = services.record(action="x.y", by=None, reason="长" * 900)
    assert len(entry.reason) == 500


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, StatusChange])
def test_rows_are_neither_changed_nor_deleted(model: type) -> None:
    entry = services.record(action="x.y", by=None)
    services.record_transition(obj=entry, old="a", new="b", by=Somebody(), unit=Somewhere())
    row = model.objects.first()
    for step in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(reason="x"),
        lambda: model.objects.bulk_update([row], ["reason"]),
    ):
        with pytest.raises(TypeError):
            step()


@pytest.mark.django_db
def test_record_transition_writes_both_rows() -> None:
    entry = services.record(action="x.y", by=None)
    services.record_transition(obj=entry, old="draft", new="done", by=Somebody(), unit=Somewhere())
    change = StatusChange.objects.get()
    assert (change.old, change.new, change.actor_name) == ("draft", "done", "何雅琴")
    assert AuditEntry.objects.latest("id").action == "audit.auditentry.done"
    assert queries.histories_of("audit.auditentry", [entry.pk]) == {entry.pk: [change]}


def test_only_the_services_of_this_room_write_the_log() -> None:
    """Nobody else makes an AuditEntry or a StatusChange, by whatever way of writing it."""
    root = Path(halfsky.__file__).parent
    writes = {
        "create",
        "bulk_create",
        "get_or_create",
        "update_or_create",
        "update",
        "delete",
        "save",
    }
    found = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root).as_posix()
        if (
            inside in {"audit/services.py", "audit/models.py"}
            or "/migrations/" in inside
            or "/tests/" in inside
        ):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            makes = name.rsplit(".", 1)[-1] in {"AuditEntry", "StatusChange"}
            writes_one = ("AuditEntry" in name or "StatusChange" in name) and name.rsplit(".", 1)[
                -1
            ] in writes
            if makes or writes_one:
                found.append(f"{inside}:{node.lineno} {name}")
    assert found == []
