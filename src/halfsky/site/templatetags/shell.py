"""`{% shell %}`: a page of the Django engine inside the Jinja2 frame.

{% load shell %}
{% shell %}title{% head %}links{% main %}content{% scripts %}scripts{% endshell %}
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from halfsky.site import jinja

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
            f"page_{part}": mark_safe(getattr(self, part).render(context).strip())
            for part in PARTS  # each was escaped by the Django engine
        }
        made = render_to_string("site/django.html", filled, request=context["request"])
        return mark_safe(made)


@register.tag
def shell(parser: Parser, token: Token) -> ShellNode:
    """Parse the four parts in their order."""
    parts = {}
    for part, end in zip(PARTS, (*PARTS[1:], "endshell"), strict=True):
        parts[part] = parser.parse((end,))
        parser.delete_first_token()
    return ShellNode(parts)


@register.simple_tag(takes_context=True)
def form_fields(
    context: Context, form: Any, template_name: str = "site/_fields.html"
) -> SafeString:
    """The fields of a sign-in form by the kit, with the error summary first.

    A hint that is a list becomes one line; one that offers a new password by e-mail is left out,
    since passwords are reset by an administrator.
    """
    for field in (form or {}) and form.fields.values():
        hint = str(field.help_text)
        if reverse("account_reset_password") in hint:
            hint = ""
        field.help_text = strip_tags(hint.replace("</li><li>", " ")) if "<" in hint else hint
    made = render_to_string(template_name, {"form": form}, request=context["request"])
    return mark_safe(made)


@register.simple_tag
def icon(name: str, cls: str = "") -> str:
    """An icon of the sprite."""
    return jinja.icon(name, cls=cls)


# In this order: many browsers also call themselves Chrome and Safari.
BROWSERS = (
    ("MicroMessenger/", "微信"), ("DingTalk/", "钉钉"), ("wxwork/", "企业微信"), ("QQBrowser/", "QQ 浏览器"),
    ("360", "360 浏览器"), ("UOSBrowser", "UOS 浏览器"), ("Edg/", "Edge"), ("OPR/", "Opera"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("UOS", "UOS"), ("Kylin", "Kylin"),
    ("Linux", "Linux"),
)  # fmt: skip


@register.simple_tag
def device(user_agent: str) -> str:
    """What a session's browser says it is, in short: Chrome 86 · Windows."""
    found = next(((sign, name) for sign, name in BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    if found is None:
        return system or _("认不出的浏览器")
    version = re.search(re.escape(found[0].rstrip("/")) + r"/(\d+)", user_agent)
    browser = f"{found[1]} {version[1]}" if version else found[1]
    return f"{browser} · {system}" if system else browser
