"""`{% shell %}`: a page of the Django engine inside the Jinja2 frame.

    {% load shell %}
    {% shell %}title{% head %}links{% main %}content{% scripts %}scripts{% endshell %}
"""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
PARTS = ("title", "head", "main", "scripts")


class ShellNode(template.Node):
    """Renders its four parts and hands them to site/django.html."""

    child_nodelists = PARTS

    def __init__(self, parts: dict[str, NodeList]) -> None:
        self.title, self.head = parts["title"], parts["head"]
        self.main, self.scripts = parts["main"], parts["scripts"]

    def render(self, context: Context) -> SafeString:
        filled = {
            f"page_{part}": mark_safe(getattr(self, part).render(context).strip())  # noqa: S308
            for part in PARTS  # each was escaped by the Django engine
        }
        made = render_to_string("site/django.html", filled, request=context["request"])
        return mark_safe(made)  # noqa: S308 -- escaped by the Jinja2 engine


@register.tag
def shell(parser: Parser, token: Token) -> ShellNode:
    """Parse the four parts in their order."""
    parts = {}
    for part, end in zip(PARTS, (*PARTS[1:], "endshell"), strict=True):
        parts[part] = parser.parse((end,))
        parser.delete_first_token()
    return ShellNode(parts)


@register.simple_tag(takes_context=True)
def form_fields(context: Context, form: object, template_name: str = "site/_fields.html") -> SafeString:
    """The fields of a form by the kit, with the error summary first."""
    made = render_to_string(template_name, {"form": form}, request=context["request"])
    return mark_safe(made)  # noqa: S308 -- escaped by the Jinja2 engine
