"""Addresses of the room of general tasks."""

from django.urls import path

from halfsky.general import views

urlpatterns = [
    path("<int:pk>/", views.record, name="record"),
    path("<int:pk>/entries/", views.write_entry, name="write_entry"),
    path("entries/<int:pk>/withdraw/", views.withdraw_entry, name="withdraw_entry"),
    path("entries/<int:pk>/restore/", views.restore_entry, name="restore_entry"),
    path("<int:pk>/state/", views.change_state, name="change_state"),
]
