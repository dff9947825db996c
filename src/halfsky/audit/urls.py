"""Addresses of the audit room."""

from __future__ import annotations

from django.urls import path

from halfsky.audit import views

urlpatterns = [
    path("", views.log, name="log"),
    path("export/", views.export, name="export"),
    path("<int:pk>/", views.entry, name="entry"),
]
