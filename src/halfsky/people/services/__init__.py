"""Every write of the people room. Each checks access, keeps the rule, saves and logs in one go."""

from halfsky.people.services.accounts import (
    change_account,
    create_account,
    create_token,
    disable_account,
    enable_account,
    end_grant,
    grant_role,
    note_password_changed,
    reset_password,
    reset_second_factor,
    revoke_token,
    tidy_sessions,
    update_preferences,
)
from halfsky.people.services.errors import Refused
from halfsky.people.services.imports import (
    apply_import,
    cancel_import,
    preview_import,
    tidy_imports,
    undo_import,
)
from halfsky.people.services.persons import (
    add_person,
    leave,
    mark_different,
    merge_persons,
    note_export,
    update_person,
)
from halfsky.people.services.undo import undo
from halfsky.people.services.units import create_unit, end_unit, move_unit, rename_unit

__all__ = [
    "Refused", "add_person", "apply_import", "cancel_import", "change_account", "create_account",
    "create_token", "create_unit", "disable_account", "enable_account", "end_grant", "end_unit",
    "grant_role", "leave", "mark_different", "merge_persons", "move_unit", "note_export",
    "note_password_changed", "preview_import", "rename_unit", "reset_password",
    "reset_second_factor", "revoke_token", "tidy_imports", "tidy_sessions", "undo", "undo_import",
    "update_person", "update_preferences",
]  # fmt: skip
