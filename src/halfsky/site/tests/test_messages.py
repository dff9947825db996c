"""The words of each room: all translated, and the tools that see to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from halfsky.site import messages


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a room with code and pages, in a package of its own."""
    room = tmp_path / "halfsky" / "books"
    (room / "jinja2" / "books").mkdir(parents=True)
    (room / "templates").mkdir()
    (room / "tests").mkdir()
    (room / "__init__.py").touch()
    (room / "views.py").write_text(
        'x = _("借书")\ny = ngettext("%(n)s 本", "%(n)s 本", 3)\nz = pgettext("动词", "还")\n'
    )
    (room / "jinja2" / "books" / "page.html").write_text(
        '{% trans n=3 %}\n  共 {{ n }} 页\n{% endtrans %}{{ _("借书") }}'
    )
    (room / "templates" / "old.html").write_text('{% load i18n %}{% translate "旧页" %}')
    (room / "tests" / "test_books.py").write_text('_("只在测试里")')
    monkeypatch.setattr(messages, "PACKAGE", tmp_path / "halfsky")
    return room


def po_of(room: Path) -> Path:
    """Return the place of the room's English."""
    return room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def fill(room: Path) -> None:
    """Translate every word of the room."""
    messages.extract_words([])
    english = {"借书": "Borrow", "还": "Return", "旧页": "Old", "共 %(n)s 页": "%(n)s pages"}
    text = po_of(room).read_text("utf-8")
    for chinese, translated in english.items():
        text = text.replace(
            f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{translated}"'
        )
    text = text.replace('msgstr[0] ""', 'msgstr[0] "one book"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(n)s books"'
    )
    po_of(room).write_text(text, "utf-8")


def test_every_word_of_halfsky_is_translated_and_none_is_left_over() -> None:
    assert list(messages.faults()) == []


def test_words_of_code_and_both_kinds_of_page_are_found(room: Path) -> None:
    assert set(messages.uses_of(room).places) == {
        (None, "借书"), (None, ("%(n)s 本", "%(n)s 本")), ("动词", "还"),
        (None, "共 %(n)s 页"), (None, "旧页"),
    }  # fmt: skip


def test_extract_then_translate_leaves_no_fault(room: Path) -> None:
    assert len(list(messages.faults())) == 1  # no .po file yet
    messages.extract_words(["books"])
    assert len(list(messages.faults())) == 5
    fill(room)
    assert list(messages.faults()) == []
    assert messages.extract_words([]) == []


def test_an_unused_a_fuzzy_and_a_miswritten_entry_are_named(room: Path) -> None:
    fill(room)
    text = po_of(room).read_text("utf-8").replace('"%(n)s pages"', '"%(count)s pages"')
    text = text.replace('msgid "旧页"', '#, fuzzy\nmsgid "旧页"')
    po_of(room).write_text(text + '\nmsgid "谁也不用"\nmsgstr "nobody"\n', "utf-8")
    found = "\n".join(messages.faults())
    assert "other fields in the translation: '共 %(n)s 页'" in found
    assert "fuzzy: '旧页'" in found
    assert "used nowhere: '谁也不用'" in found


def test_compile_builds_only_what_has_changed(room: Path) -> None:
    fill(room)
    assert messages.compile_catalogs() == 1
    assert messages.compile_catalogs() == 0
    assert po_of(room).with_suffix(".mo").read_bytes()[:4] in {
        b"\xde\x12\x04\x95",
        b"\x95\x04\x12\xde",
    }


def test_check_ends_with_1_and_names_a_broken_file(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(room)
    po_of(room).write_text('msgid "借书\nmsgstr', "utf-8")
    assert messages.main(["check"]) == 1
    assert "django.po" in capsys.readouterr().out
