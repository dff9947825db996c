"""The Jinja2 environment of every page: filters for dates and ordinals, and the `ui` kit.

`ui` has two halves. What stands in every row of a list (icon, lamp, bar, no, av, tag) is Python
here: a lamp costs about 1 µs, a Jinja2 macro call about 8. The rest are macros of `ui.html`,
reached through the same name and never imported by a page.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from halfsky.site.shell import FrameView, Shell, frame_view, shell_of

NUMERALS = "〇一二三四五六七八九"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LAMPS = {
    "idle": gettext_lazy("未开始"),
    "ok": gettext_lazy("正常"),
    "due": gettext_lazy("临期"),
    "late": gettext_lazy("逾期"),
    "done": gettext_lazy("办结"),
}
LAMP_ORDER = ("late", "due", "ok", "idle", "done")  # the most urgent first
WEEKDAYS = (
    gettext_lazy("周一"), gettext_lazy("周二"), gettext_lazy("周三"), gettext_lazy("周四"),
    gettext_lazy("周五"), gettext_lazy("周六"), gettext_lazy("周日"),
)  # fmt: skip


# Unguessable, so that no name in a frame can stand where a token is put in.
CSRF_HOLE, HERE_HOLE = secrets.token_hex(16), secrets.token_hex(16)


def is_chinese() -> bool:
    """Whether the page being written is Chinese."""
    return (translation.get_language() or settings.LANGUAGE_CODE).startswith("zh")


# ── dates and numbers ──────────────────────────────────────────────────────────────────────


def _local_date(value: date) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def day(value: date | None) -> str:
    """Month and day: 11月25日, Nov 25. Empty for None."""
    if value is None:
        return ""
    value = _local_date(value)
    if is_chinese():
        return f"{value.month}月{value.day}日"
    return f"{MONTHS[value.month - 1]} {value.day}"


def full_day(value: date | None) -> str:
    """Year, month and day: 2026年11月25日, Nov 25, 2026. Empty for None."""
    if value is None:
        return ""
    value = _local_date(value)
    if is_chinese():
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def near_day(value: date | None) -> str:
    """`day` within the current year, `full_day` outside it."""
    if value is None:
        return ""
    return day(value) if _local_date(value).year == timezone.localdate().year else full_day(value)


@lru_cache(maxsize=2048)
def _near_day(value: date, year: int, language: str) -> str:
    del language  # what `day` writes in
    return day(value) if value.year == year else full_day(value)


def near_days() -> Callable[[date], str]:
    """`near_day` for a long list of dates: asks once for today and the language."""
    return partial(
        _near_day,
        year=timezone.localdate().year,
        language=translation.get_language() or settings.LANGUAGE_CODE,
    )


def weekday(value: date) -> str:
    """The day of the week: 周三, Wed."""
    return str(WEEKDAYS[_local_date(value).weekday()])


def clock(value: datetime) -> str:
    """Hours and minutes in the units' time zone: 09:12."""
    return timezone.localtime(value).strftime("%H:%M")


def when(value: datetime | None) -> str:
    """Day and time in the units' time zone: 今天 09:12, 11月19日 20:41. Empty for None."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    first = gettext("今天") if local.date() == timezone.localdate() else near_day(local.date())
    return f"{first} {local:%H:%M}"


def numeral(number: int) -> str:
    """A number from 0 to 99 in Chinese numerals: 十, 十二, 二十一. Others as digits."""
    if not 0 <= number <= 99:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")


def ordinal(number: int) -> str:
    """The ordinal of a key point as the reader writes it: 四 in Chinese, 4 in English."""
    return numeral(number) if is_chinese() else str(number)


# ── the parts that stand in every row ──────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("site/sprite.svg")


@lru_cache(maxsize=512)
def icon(name: str, label: str = "", cls: str = "") -> Markup:
    """An icon of the sprite. Silent to screen readers unless `label` names it."""
    said = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    return Markup('<svg class="ic{}{}" {} focusable="false"><use href="{}#i-{}"/></svg>').format(
        " " if cls else "", cls, said, _sprite(), name
    )


@lru_cache(maxsize=4096)
def _lamp(state: str, text: str, reason: str, bare: bool) -> Markup:
    if state not in LAMPS:
        raise ValueError(f"No such lamp: {state!r}. One of {', '.join(LAMPS)}.")
    title = Markup(' title="{}"').format(reason) if reason else ""
    unseen = Markup('<span class="sr">{}</span>').format(f" {reason}") if reason else ""
    return Markup(
        '<span class="lamp is-{}{}"{}><svg aria-hidden="true" focusable="false">'
        '<use href="{}#i-lamp-{}"/></svg>{}{}</span>'
    ).format(state, " o" if bare else "", title, _sprite(), state, text, unseen)


def lamp(state: str, text: object = "", reason: object = "", *, bare: bool = False) -> Markup:
    """A status light (状态灯): shape, word and colour; `reason` says why, seen on pointing and heard.

    `state` is idle, ok, due, late or done; `text` replaces the state's own word (剩5天);
    `bare` drops the coloured ground. Raises ValueError for another state.
    """
    return _lamp(state, str(text or LAMPS.get(state, "")), str(reason), bare)


def lamps(items: Iterable[Mapping[str, Any]]) -> Markup:
    """A row of small lights, each {"state", "text", "url"?}: the text is heard and seen on pointing."""
    return Markup('<span class="lamps">{}</span>').format(
        Markup("").join([_dot(item["state"], item["text"], item.get("url", "")) for item in items])
    )


@lru_cache(maxsize=4096)
def _dot(state: str, text: str, url: str) -> Markup:
    inner = Markup(
        '<svg aria-hidden="true" focusable="false"><use href="{}#i-lamp-{}"/></svg>'
        '<span class="sr">{}</span>'
    ).format(_sprite(), state, text)
    if url:
        return Markup('<a class="is-{}" title="{}" href="{}">{}</a>').format(
            state, text, url, inner
        )
    return Markup('<span class="one is-{}" title="{}">{}</span>').format(state, text, inner)


def bar(done: int, total: int, label: object = "", *, shown: bool = True) -> Markup:
    """A progress bar: `done` of `total` as a <progress>, with the figures beside it if `shown`."""
    name = str(label) or gettext("进度 %(done)s/%(total)s") % {"done": done, "total": total}
    return _bar(done, total, name, shown)


@lru_cache(maxsize=4096)
def _bar(done: int, total: int, name: str, shown: bool) -> Markup:
    made = Markup('<progress class="bar" max="{}" value="{}" aria-label="{}"></progress>').format(
        total or 1, done, name
    )
    if not shown:
        return made
    return Markup(
        '<span class="bar-n">{}<span class="num" aria-hidden="true">{}/{}</span></span>'
    ).format(made, done, total)


def no(number: int) -> Markup:
    """The round ordinal of a key point (要点序号)."""
    return _no(ordinal(number))


@lru_cache(maxsize=256)
def _no(text: str) -> Markup:
    return Markup('<span class="no">{}</span>').format(text)


@lru_cache(maxsize=2048)
def av(name: str) -> Markup:
    """A round sign for a person: the last character of a Chinese name, the first of others."""
    name = name.strip()
    sign = "" if not name else name[-1] if "㐀" <= name[-1] <= "鿿" else name[0].upper()
    return Markup('<span class="av" aria-hidden="true">{}</span>').format(sign)


@lru_cache(maxsize=2048)
def person(name: str) -> Markup:
    """A person with the round sign, on one line. Empty for no name."""
    if not name:
        return Markup("")
    return Markup('<span class="row-f n gap-1">{}{}</span>').format(av(name), name)


def tag(text: object, icon_name: str = "", *, accent: bool = False) -> Markup:
    """A small label."""
    return Markup('<span class="tag{}">{}{}</span>').format(
        " a" if accent else "", icon(icon_name) if icon_name else "", text
    )


def stackbar(counts: Mapping[str, int], label: object = "") -> Markup:
    """One bar of all states side by side, told apart by stripes as well as colour.

    `counts` maps lamp states to numbers. The label names the numbers unless it is given.
    """
    total = sum(counts.values())
    said = label or gettext("，").join(
        f"{LAMPS[state]}{'' if is_chinese() else ' '}{counts[state]}"
        for state in LAMP_ORDER
        if counts.get(state)
    )
    parts: list[Markup] = []
    at = 0.0
    for state in reversed(LAMP_ORDER):
        if not counts.get(state):
            continue
        wide = 100 * counts[state] / total
        place = f'x="{at:.3f}%" width="{wide:.3f}%"'
        parts.append(Markup(f'<rect class="b-{state}" {place} height="8"/>'))  # noqa: S704 -- numbers
        if state in ("due", "late"):
            parts.append(Markup(f'<rect fill="url(#st-{state})" {place} height="8"/>'))  # noqa: S704 -- numbers and fixed words only
        at += wide
        if at < 99.9:
            parts.append(Markup(f'<rect class="gap" x="{at:.3f}%" width="2" height="8"/>'))  # noqa: S704 -- numbers and fixed words only
    return Markup(
        '<svg class="stackbar" role="img" aria-label="{}" focusable="false"><defs>'
        '<pattern id="st-due" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="p-due" d="M3 0v7"/></pattern>'
        '<pattern id="st-late" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-45)"><path class="p-late" d="M2 0v5"/></pattern></defs>{}</svg>'
    ).format(said, Markup("").join(parts))


# ── the kit and the environment ────────────────────────────────────────────────────────────


def widget(field: Any, hint: object = "", extra: Mapping[str, Any] | None = None) -> Markup:
    """Render a form field's widget in the house's classes, its hint and errors tied to it.

    `field` is a bound field; `extra` more attributes. The hint stands under `ID_helptext`, the
    errors under `ID_error`, as ui.field writes them.
    """
    kind = field.widget_type
    attrs: dict[str, Any] = dict(extra or {})
    own = " ".join(filter(None, (field.field.widget.attrs.get("class"), attrs.get("class"))))
    if kind in {"select", "selectmultiple", "nullbooleanselect"}:
        attrs["class"] = f"sel {own}".strip()
    elif kind not in {"checkbox", "radioselect", "checkboxselectmultiple", "hidden"}:
        attrs["class"] = f"in {own}".strip()
    described = [
        f"{field.auto_id}_{part}"
        for part, stands in (("helptext", hint or field.help_text), ("error", field.errors))
        if stands and field.auto_id
    ]
    if described and "aria-describedby" not in attrs:
        attrs["aria-describedby"] = " ".join(described)
    return Markup(field.as_widget(attrs=attrs))  # noqa: S704 -- Django escapes its widgets


class Kit:
    """`ui` in the templates: the Python parts above and the macros of ui.html."""

    icon = staticmethod(icon)
    lamp = staticmethod(lamp)
    lamps = staticmethod(lamps)
    bar = staticmethod(bar)
    no = staticmethod(no)
    av = staticmethod(av)
    person = staticmethod(person)
    tag = staticmethod(tag)
    stackbar = staticmethod(stackbar)
    widget = staticmethod(widget)
    LAMPS = LAMPS
    LAMP_ORDER = LAMP_ORDER

    def __init__(self, env: Environment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        if name.startswith("_"):
            raise AttributeError(name)
        macro: Callable[..., Markup] = getattr(self._env.get_template("ui.html").module, name)
        if not settings.DEBUG:
            setattr(self, name, macro)
        return macro


def here(request: Any, **changes: object) -> str:
    """The present address with some query values changed; None removes one. For filters and pages."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            query.setlist(name, [str(one) for one in value])
        else:
            query[name] = str(value)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else str(request.path)


def environment(**options: Any) -> Environment:
    """Return the environment: strict about names, escaping everything."""
    options.update(undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = Environment(**options)  # noqa: S701 -- Django passes autoescape=True
    env.policies["ext.i18n.trimmed"] = True  # as `halfsky.site.messages` reads the templates
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )

    @cache
    def drawn(name: str, language: str | None) -> Markup:
        del language  # what the template is written in
        return Markup(env.get_template(name).render())  # noqa: S704 -- our own template

    def fixed(name: str) -> Markup:
        """A template that needs no context, drawn once for each language."""
        return drawn(name, translation.get_language())

    @lru_cache(maxsize=1024)
    def framed(view: FrameView) -> str:
        return env.get_template("site/_frame.html").render(
            shell=view, csrf_hole=CSRF_HOLE, here_hole=HERE_HOLE
        )

    def frame(shell: Shell, csrf_input: object) -> Markup:
        """Menu and top bar, kept for all that shows in them; token and address are put in."""
        drawn = framed(frame_view(shell))
        drawn = drawn.replace(CSRF_HOLE, str(csrf_input)).replace(HERE_HOLE, escape(shell.here))
        return Markup(drawn)  # noqa: S704 -- our own template, what was put in is escaped

    env.globals.update(
        fixed=fixed, frame=frame, near_days=near_days, static=static, url=reverse, here=here, shell_of=shell_of, ui=Kit(env), is_chinese=is_chinese,
        today=timezone.localdate,
    )  # fmt: skip
    env.filters.update(
        day=day, full_day=full_day, near_day=near_day, weekday=weekday, clock=clock, when=when,
        ordinal=ordinal, numeral=numeral,
    )  # fmt: skip
    return env
