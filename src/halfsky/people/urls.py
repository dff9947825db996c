"""Addresses of the people room."""

from __future__ import annotations

from django.urls import path

from halfsky.people.views import accounts, imports, me, persons, units

urlpatterns = [
    path("units/", units.tree, name="units"),
    path("units/new/", units.new, name="unit_new"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/children/", units.children, name="unit_children"),
    path("units/<int:pk>/edit/", units.edit, name="unit_edit"),
    path("units/<int:pk>/move/", units.move, name="unit_move"),
    path("units/<int:pk>/end/", units.end, name="unit_end"),
    path("persons/", persons.roster, name="persons"),
    path("persons/export/", persons.export, name="persons_export"),
    path("persons/new/", persons.new, name="person_new"),
    path("persons/doubles/", persons.doubles, name="doubles"),
    path("persons/<int:pk>/", persons.person, name="person"),
    path("persons/<int:pk>/edit/", persons.edit, name="person_edit"),
    path("persons/<int:pk>/leave/", persons.leave, name="person_leave"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.batch, name="import"),
    path("imports/<int:pk>/apply/", imports.apply, name="import_apply"),
    path("imports/<int:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new, name="account_new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.edit, name="account_edit"),
    path("accounts/<int:pk>/password/", accounts.password, name="account_password"),
    path("accounts/<int:pk>/second-factor/", accounts.second_factor, name="account_second_factor"),
    path("accounts/<int:pk>/disable/", accounts.disable, name="account_disable"),
    path("accounts/<int:pk>/enable/", accounts.enable, name="account_enable"),
    path("grants/<int:pk>/end/", accounts.end_grant, name="grant_end"),
    path("me/", me.me, name="me"),
    path("me/tokens/<int:pk>/revoke/", me.revoke, name="token_revoke"),
    path("undo/<int:pk>/", me.undo, name="undo"),
]
