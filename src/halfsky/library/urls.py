"""Addresses of the library."""

from django.urls import path

from halfsky.library import views

urlpatterns = [path("files/<int:pk>/", views.download, name="file")]
