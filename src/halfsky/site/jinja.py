"""The Jinja2 environment of every page."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """Return the environment: strict about names, escaping everything."""
    options.update(undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    env = Environment(**options)  # noqa: S701 -- Django passes autoescape=True
    env.globals.update(static=static, url=reverse)
    return env
