"""The browser files against the floor, Chromium 86: syntax, interfaces, contrast, checksums, sprite.

Two tables say since which Chromium version a thing is known. What is newer than the floor fails,
unless it stands in POLISH: a browser that does not know it drops it and nothing is lost.
Source: the support tables of the web platform (MDN browser-compat-data, Chromium release notes).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinycss2
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

FLOOR = 86
SOURCE = Path(__file__).resolve().parents[2]  # src/halfsky
STATIC = SOURCE / "site/static"
STYLES = sorted(path for path in SOURCE.rglob("static/**/*.css"))
SCRIPTS = sorted(path for path in SOURCE.rglob("static/**/*.js"))
VENDORED = STATIC / "vendor"

# ── style sheets ───────────────────────────────────────────────────────────────────────────

PROPERTIES = {
    "inset": 87, "inset-block": 87, "inset-inline": 87, "margin-inline": 87, "margin-block": 87,
    "padding-inline": 87, "padding-block": 87, "text-underline-offset": 87, "aspect-ratio": 88,
    "text-decoration-thickness": 89, "forced-color-adjust": 89, "accent-color": 93, "color-scheme": 81,
    "scrollbar-gutter": 94, "scrollbar-width": 121, "scrollbar-color": 121, "text-emphasis": 99,
    "text-emphasis-position": 99, "text-wrap": 114, "text-autospace": 140, "text-spacing-trim": 123,
    "hyphenate-character": 106, "object-view-box": 104, "container": 105, "container-type": 105,
    "container-name": 105, "translate": 104, "rotate": 104, "scale": 104, "offset-path": 55,
    "font-palette": 101, "mask": 120, "mask-image": 120, "animation-timeline": 115,
    "view-transition-name": 111, "anchor-name": 125, "position-anchor": 125, "field-sizing": 123,
    "content-visibility": 85, "gap": 84, "row-gap": 84, "column-gap": 84, "overscroll-behavior": 63,
    "appearance": 84, "overflow-clip-margin": 90, "contain-intrinsic-size": 83, "inert": 102,
    "print-color-adjust": 136, "interpolate-size": 129, "text-box": 133, "border-start-start-radius": 89,
    "white-space-collapse": 114, "font-size-adjust": 127, "line-clamp": 999, "zoom": 1,
}  # fmt: skip
FUNCTIONS = {
    "min": 79, "max": 79, "clamp": 79, "env": 69, "color-mix": 111, "oklch": 111, "oklab": 111,
    "lab": 111, "lch": 111, "color": 111, "hwb": 101, "light-dark": 123, "round": 125, "mod": 125,
    "abs": 138, "sin": 111, "cos": 111, "pow": 120, "sqrt": 120, "anchor": 125, "attr-typed": 133,
    "image-set": 113, "linear": 113, "fit-content": 46, "conic-gradient": 69, "if": 137,
}  # fmt: skip
PSEUDO = {
    "is": 88, "where": 88, "has": 105, "focus-visible": 86, "not-list": 88, "autofill": 110,
    "user-valid": 119, "user-invalid": 119, "popover-open": 114, "modal": 105, "open": 133,
    "state": 125, "dir": 120, "nth-child-of": 111, "any-link": 65, "focus-within": 60,
    "placeholder-shown": 47, "read-only": 36, "target-text": 89, "marker": 86, "details-content": 131,
    "file-selector-button": 89, "highlight": 105, "target-current": 135,
}  # fmt: skip
AT_RULES = {
    "media": 1, "font-face": 1, "keyframes": 43, "page": 2, "supports": 28, "charset": 1,
    "container": 105, "layer": 99, "property": 85, "scope": 118, "starting-style": 117,
    "counter-style": 91, "view-transition": 126, "position-try": 125, "font-palette-values": 101,
}  # fmt: skip
UNITS = {
    "svh": 108,
    "lvh": 108,
    "dvh": 108,
    "dvw": 108,
    "cqw": 105,
    "cqh": 105,
    "lh": 109,
    "rlh": 111,
    "cap": 118,
}
MEDIA = {
    "prefers-contrast": 96,
    "forced-colors": 89,
    "prefers-color-scheme": 76,
    "prefers-reduced-motion": 74,
}
POLISH = {
    "accent-color",  # radio buttons in the browser's own blue
    "text-underline-offset", "text-decoration-thickness",  # the line sits a little closer
    "text-emphasis", "text-emphasis-position",  # -webkit- forms stand beside them
    "text-wrap", "text-autospace", "forced-color-adjust", "forced-colors",
    ":file-selector-button",  # a rule of its own in the reboot: the button keeps the system's font
}  # fmt: skip


def newer_in_css(text: str) -> Iterator[str]:
    """Yield what the style sheet uses that the floor does not know, as `name (line, since)`."""
    yield from _rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))


def _said(name: str, line: int, since: int) -> Iterator[str]:
    if since > FLOOR and name not in POLISH:
        yield f"{name} (line {line}, Chromium {since})"


def _rules(rules: list) -> Iterator[str]:
    for rule in rules:
        if rule.type == "error":
            yield f"not CSS: {rule.message} (line {rule.source_line})"
        elif rule.type == "at-rule":
            name = rule.lower_at_keyword
            yield from _said(
                f"@{name}", rule.source_line, AT_RULES.get(name.replace("-webkit-", ""), 999)
            )
            prelude = tinycss2.serialize(rule.prelude)
            for feature in re.findall(r"\(\s*([a-z-]+)", prelude):
                yield from _said(feature, rule.source_line, MEDIA.get(feature, 1))
            if re.search(r"\(\s*(?:width|height)\s*[<>=]", prelude):
                yield f"range in @media (line {rule.source_line}, Chromium 104)"
            if rule.content is None:
                continue
            if name in {"media", "supports", "keyframes"}:
                yield from _rules(
                    tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                )
            else:
                yield from _declarations(rule.content)
        elif rule.type == "qualified-rule":
            yield from _selector(rule.prelude, rule.source_line)
            yield from _declarations(rule.content)


def _selector(tokens: list, line: int) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.type == "literal" and token.value == "&":
            yield f"nesting (line {line}, Chromium 112)"
        if at and tokens[at - 1].type == "literal" and tokens[at - 1].value == ":":
            if token.type == "ident":
                yield from _said(f":{token.lower_value}", line, PSEUDO.get(token.lower_value, 1))
            elif token.type == "function":
                name = token.lower_name
                if name == "not" and any(
                    t.type == "literal" and t.value == "," for t in token.arguments
                ):
                    name = "not-list"
                if name == "nth-child" and any(
                    t.type == "ident" and t.value == "of" for t in token.arguments
                ):
                    name = "nth-child-of"
                yield from _said(f":{name}()", line, PSEUDO.get(name, 1))
                yield from _selector(token.arguments, line)


def _declarations(tokens: list) -> Iterator[str]:
    # parse_blocks_contents also reads rules inside rules, which is nesting
    for item in tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True):
        if item.type == "qualified-rule":
            yield f"nesting (line {item.source_line}, Chromium 112)"
        elif item.type == "at-rule":
            yield f"@{item.lower_at_keyword} in a rule (line {item.source_line}, Chromium 112)"
        elif item.type == "error":
            yield f"not CSS: {item.message} (line {item.source_line})"
        else:
            yield from _said(item.lower_name, item.source_line, PROPERTIES.get(item.lower_name, 1))
            yield from _values(item.value, item.source_line)
            words = [token.lower_value for token in item.value if token.type == "ident"]
            if item.lower_name == "text-decoration" and any(
                t.type in {"dimension", "percentage"} for t in item.value
            ):
                yield f"thickness in text-decoration (line {item.source_line}, Chromium 89)"
            if item.lower_name == "overflow" and "clip" in words:
                yield f"overflow: clip (line {item.source_line}, Chromium 90)"
            if item.lower_name == "display" and len(words) > 1:
                yield f"two-word display (line {item.source_line}, Chromium 115)"


def _values(tokens: list, line: int) -> Iterator[str]:
    for token in tokens:
        if token.type == "function":
            yield from _said(f"{token.lower_name}()", line, FUNCTIONS.get(token.lower_name, 1))
            yield from _values(token.arguments, line)
        elif token.type == "dimension":
            yield from _said(token.lower_unit, line, UNITS.get(token.lower_unit, 1))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_style_sheet_stays_on_the_floor(path: Path) -> None:
    assert list(newer_in_css(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("css", "named"),
    [
        ("a:has(b) { color: red }", ":has()"),
        ("a { inset: 0 }", "inset"),
        ("a { b { color: red } }", "nesting"),
        ("a { & b { color: red } }", "nesting"),
        ("a { color: color-mix(in srgb, red, blue) }", "color-mix()"),
        ("a { background: oklch(50% 0 0) }", "oklch()"),
        ("@container (width > 1px) { a { color: red } }", "@container"),
        ("@media (width > 1px) { a { color: red } }", "range"),
        (":is(a, b) { color: red }", ":is()"),
        ("a:not(b, c) { color: red }", ":not-list()"),
        ("a { height: 100dvh }", "dvh"),
        ("@supports (display: grid) { a { aspect-ratio: 1 } }", "aspect-ratio"),
        ("a { text-decoration: underline wavy red 2px }", "thickness"),
    ],
)
def test_newer_css_is_named(css: str, named: str) -> None:
    assert next(said.split(" (")[0].split(" in ")[0] for said in newer_in_css(css)) == named


# ── scripts ────────────────────────────────────────────────────────────────────────────────

SYNTAX = {
    "class_static_block": 94, "private_property_identifier": 84, "optional_chain": 80,
    "??=": 85, "||=": 85, "&&=": 85, "??": 80, "import_attribute": 123, "using": 134,
}  # fmt: skip
MEMBERS = {
    "at": 92, "hasOwn": 93, "findLast": 97, "findLastIndex": 97, "toSorted": 110, "toReversed": 110,
    "toSpliced": 110, "groupBy": 117, "fromAsync": 121, "replaceAll": 85, "matchAll": 73,
    "randomUUID": 92, "throwIfAborted": 100, "withResolvers": 119, "allSettled": 76, "any": 85,
    "replaceChildren": 86, "checkVisibility": 105, "requestSubmit": 76, "showPopover": 114,
    "hidePopover": 114, "togglePopover": 114, "getSetCookie": 113, "isWellFormed": 111,
    "union": 122, "intersection": 122, "difference": 122, "escape": 46, "setHTMLUnsafe": 124,
    "parseHTMLUnsafe": 124, "moveBefore": 133, "startViewTransition": 111, "adoptedStyleSheets": 73,
    "canIntercept": 102, "intercept": 102, "reason": 98, "cause": 93, "hasIndices": 90,
    "scheduler": 94, "userActivation": 72, "clipboard": 66, "transferToFixedLength": 114,
}  # fmt: skip
GLOBALS = {
    "structuredClone": 98, "URLPattern": 95, "navigation": 102, "scheduler": 94, "reportError": 95,
    "CompressionStream": 80, "WeakRef": 84, "AggregateError": 85, "CSSStyleSheet": 73,
    "Sanitizer": 999, "Iterator": 122, "Temporal": 999,
}  # fmt: skip
# htmx names these only after asking whether they exist, or where their lack changes nothing:
# docs/adr/0005-htmx-version.md quotes each line.
GUARDED = {
    "htmx.min.js": {"parseHTMLUnsafe", "moveBefore", "startViewTransition", "navigation",
                    "canIntercept", "intercept", "reason"},
}  # fmt: skip


def nodes(tree: Node) -> Iterator[Node]:
    """Yield every node of the tree."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def newer_in_js(source: bytes) -> Iterator[str]:
    """Yield what the script uses that the floor does not know: syntax, members, globals."""
    tree = Parser(Language(tree_sitter_javascript.language())).parse(source)
    for node in nodes(tree.root_node):
        line = node.start_point[0] + 1
        text = (node.text or b"").decode()
        since = SYNTAX.get(node.type, 1)
        if node.type == "ERROR" or node.is_missing:
            yield f"not JavaScript: {text[:30]!r} (line {line})"
        elif node.type == "property_identifier":
            if node.parent is not None and node.parent.type == "member_expression":
                since = MEMBERS.get(text, 1)
        elif node.type == "identifier":
            since = GLOBALS.get(text, 1)
        elif node.type == "regex_flags" and set(text) & {"d", "v"}:
            since = 90
        elif node.type == "await_expression" and not _in_function(node):
            since = 89
        elif (
            node.type == "binary_expression"
            and node.children[0].type == "private_property_identifier"
        ):
            since = 91  # #field in object
        if since > FLOOR:
            name = text if node.type in {"property_identifier", "identifier"} else node.type
            yield f"{name} (line {line}, Chromium {since})"


def _in_function(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if "function" in parent.type or parent.type == "method_definition":
            return True
        parent = parent.parent
    return False


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_stays_on_the_floor(path: Path) -> None:
    allowed = GUARDED.get(path.name, set()) if VENDORED in path.parents else set()
    said = [one for one in newer_in_js(path.read_bytes()) if one.split(" (")[0] not in allowed]
    assert said == []


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("const a = b.at(-1)", "at"),
        ("structuredClone(a)", "structuredClone"),
        ("Object.hasOwn(a, 'b')", "hasOwn"),
        ("class A { static { b() } }", "class_static_block"),
        ("const a = await b()", "await_expression"),
        ("/a/d.test(b)", "regex_flags"),
        ("crypto.randomUUID()", "randomUUID"),
        ("class A { #b; has(o) { return #b in o } }", "binary_expression"),
        ("const a = ;", "not JavaScript: '='"),
    ],
)
def test_newer_javascript_is_named(script: str, named: str) -> None:
    assert named in [one.split(" (")[0] for one in newer_in_js(script.encode())]


ON_EVERY_PAGE = {"halfsky.js", "parts.js"}


@pytest.mark.parametrize(
    "path", [p for p in SCRIPTS if VENDORED not in p.parents], ids=lambda p: p.name
)
def test_own_script_is_small_and_keeps_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.encode()) <= (10_240 if path.name in ON_EVERY_PAGE else 24_576)
    assert (
        re.findall(r"localStorage|sessionStorage|indexedDB|\.innerHTML|\beval\b|new Function", text)
        == []
    )


# ── what was taken from others ─────────────────────────────────────────────────────────────


def test_vendored_files_are_the_ones_named_in_the_readme() -> None:
    rows = re.findall(
        r"^\| (\S+) \|.*`([0-9a-f]{64})` \|$", (VENDORED / "README.md").read_text("utf-8"), re.M
    )
    found = {
        path.relative_to(VENDORED).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDORED.rglob("*.*")
        if path.suffix in {".js", ".css", ".svg", ".woff2"}
    }
    assert dict(rows) == found


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=lambda path: path.name)
def test_browser_file_points_nowhere_outside(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "sourceMappingURL" not in text
    assert re.findall(r"@import|url\(\s*['\"]?(?:https?:)?//", text) == []


def test_each_vendored_folder_has_its_licence() -> None:
    assert [
        folder.name
        for folder in VENDORED.iterdir()
        if folder.is_dir() and not (folder / "LICENSE").exists()
    ] == []


# ── colour ─────────────────────────────────────────────────────────────────────────────────

SHEET = (STATIC / "site/halfsky.css").read_text("utf-8")


def tokens_of(opening: str) -> dict[str, str]:
    """The custom properties of the first block of halfsky.css that begins with `opening`."""
    block = SHEET.split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", block))


LIGHT = tokens_of(":root {")
DARK = {**LIGHT, **tokens_of('[data-bs-theme="dark"] {')}
TEXT = [
    (text, ground)
    for ground in ("bg", "surface", "sunken", "hover", "accent-weaker", "accent-weak")
    for text in ("text", "text-2", "text-3", "accent-text")
] + [
    *((state, f"{state}-bg") for state in ("ok", "due", "late", "done", "idle")),
    *((state, ground) for state in ("ok", "due", "late", "done") for ground in ("surface", "bg", "hover", "accent-weak")),
    ("on-accent", "accent"), ("on-accent", "accent-hover"), ("on-ink", "ink"), ("surface", "late"),
    ("text", "mark"), ("text", "mark-2"), ("text", "late-bg"), ("text", "done-bg"), ("text-2", "idle-bg"),
]  # fmt: skip
CONTROLS = [
    *((line, ground) for line in ("control", "accent-text") for ground in ("surface", "bg", "sunken")),
    ("accent", "surface"), ("control", "idle-bg"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb. Source: WCAG 2.2."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21. Source: WCAG 2.2, 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_contrast(theme: dict[str, str]) -> None:
    weak = {
        f"{text} on {ground}": round(contrast(theme[text], theme[ground]), 2)
        for text, ground in TEXT
        if contrast(theme[text], theme[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_controls_have_contrast(theme: dict[str, str]) -> None:
    weak = {
        f"{line} on {ground}": round(contrast(theme[line], theme[ground]), 2)
        for line, ground in CONTROLS
        if contrast(theme[line], theme[ground]) < 3
    }
    assert weak == {}


def test_dark_by_choice_and_dark_by_system_are_the_same() -> None:
    followed = tokens_of('[data-bs-theme="auto"] {\n    color-scheme')
    assert followed == tokens_of('[data-bs-theme="dark"] {')


# ── icons ──────────────────────────────────────────────────────────────────────────────────

SPRITE = set(
    re.findall(r'<symbol id="i-([a-z0-9-]+)"', (STATIC / "site/sprite.svg").read_text("utf-8"))
)


def icons_named() -> Iterator[tuple[str, str]]:
    """Yield every icon that a page or a menu names, with the file."""
    for path in SOURCE.rglob("jinja2/**/*.html"):
        text = path.read_text("utf-8")
        for name in re.findall(r"""(?:ui\.icon\(|icon=|icon_name=)\s*["']([a-z0-9-]+)["']""", text):
            yield name, path.name
        for name in re.findall(r"""ui\.tag\([^)]*?,\s*["']([a-z0-9-]+)["']""", text):
            yield name, path.name
    for path in SOURCE.rglob("module.py"):
        for name in re.findall(r"""icon=["']([a-z0-9-]+)["']""", path.read_text("utf-8")):
            yield name, f"{path.parent.name}/module.py"


def test_sprite_has_every_icon_that_is_named() -> None:
    assert sorted({(name, place) for name, place in icons_named() if name not in SPRITE}) == []
