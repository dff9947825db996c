"""Every field of every table is declared: personal, or known not to be."""

from __future__ import annotations

import pytest
from django.apps import apps

ROOMS = ("people", "audit")

NOT_PERSONAL = {
    "Unit": {
        "id", "path", "depth", "numchild", "name", "short_name", "code", "kind", "valid_from",
        "valid_to", "successor",
    },
    "Person": {"id", "unit", "import_batch", "merged_into"},
    "Distinction": {"id", "first", "second"},
    "ImportBatch": {
        "id", "unit", "account", "file_name", "file_sha256", "state", "mapping", "counts", "total",
        "done", "created_at", "applied_at", "undone_at", "purged_at",
    },
    "Account": {
        "id", "password", "last_login", "person", "is_active", "must_change_password", "created_at",
        "language", "theme", "large_print", "single_keys", "home_unit",
    },
    "Grant": {"id", "account", "role", "unit", "starts_on", "ends_on", "deputy_of"},
    "ApiToken": {
        "id", "account", "label", "digest", "purpose", "created_at", "expires_on", "revoked_at",
    },
    "AuditEntry": {
        "id", "at", "action", "actor_id", "on_behalf_of_id", "unit_path", "unit_name", "object_kind",
        "object_id", "channel", "request_id",
    },
    "StatusChange": {
        "id", "at", "object_kind", "object_id", "old", "new", "actor_id", "on_behalf_of_id",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "model", [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
)
def test_every_field_is_declared_personal_or_not(model: type) -> None:
    fields = {field.name for field in model._meta.get_fields() if field.concrete}
    personal = set(model.Privacy.personal)
    plain = NOT_PERSONAL[model.__name__]
    assert personal | plain == fields
    assert not personal & plain
