"""Tokens and phrases, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.search import rules
from halfsky.search.rules import Marked, Phrase, Tokens, grams, marked, query_terms, snippet

UNIT = "00010002"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("妇女权益", "妇女 女权 权益 益"),
        ("妇", "妇"),
        ("", ""),
        ("妇女、儿童", "妇女 女 儿童 童"),  # 女儿 does not stand there
        ("12338热线", "12338 热线 线"),
        ("１２３３８", "12338"),
        ("ＡI 培训", "ai 培训 训"),
        ("二〇二六", "二〇 〇二 二六 六"),
        ("婦女", "婦女 女"),  # traditional stays
        ("Café", "cafe"),
        ("😀\0\t！？", ""),
        ("a" * 45, "a" * 40 + " " + "a" * 5),
        ("\u200b妇\u200b女", "妇女 女"),  # invisible characters do not part
        ("㎡", "m2"),
    ],
)
def test_grams(text, tokens):
    assert grams(text) == tokens


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("妇女权益", [Phrase(("妇女", "女权", "权益"))]),
        ("妇女 权益", [Phrase(("妇女",)), Phrase(("权益",))]),
        ("妇", [Phrase(("=妇",))]),
        ("女、儿", [Phrase(("=儿",)), Phrase(("女",))]),
        ("pilot", [Phrase(("pilot",), prefix=True)]),
        ("ai", [Phrase(("ai",))]),
        ("12338", [Phrase(("12338",))]),
        ("12338热线", [Phrase(("12338", "热线"))]),
        ('"妇女" OR *', [Phrase(("妇女",)), Phrase(("or",))]),
        ("妇女 妇女", [Phrase(("妇女",))]),
        ("　妇女　", [Phrase(("妇女",))]),
        ("…… ！", []),
        ("", []),
    ],
)
def test_query_terms(text, phrases):
    assert query_terms(text) == phrases


def test_query_terms_reads_a_long_query_up_to_a_limit():
    assert len(query_terms(" ".join(f"词{n}" for n in range(1000)))) == rules.MAX_PHRASES


def found_in(phrases: list[Phrase], tokens: Tokens) -> bool:
    """Match as both databases do: the phrases in the ordered tokens or among the loose ones."""

    def stands(phrase: Phrase) -> bool:
        if phrase.tokens[0].startswith("="):
            return phrase.tokens[0] in tokens.loose
        n = len(phrase.tokens)
        for at in range(len(tokens.ordered) - n + 1):
            *body, last = tokens.ordered[at : at + n]
            *wanted, end = phrase.tokens
            if body == wanted and (last.startswith(end) if phrase.prefix else last == end):
                return True
        return False

    return all(stands(phrase) for phrase in phrases)


CHINESE = st.text(
    st.sampled_from("妇女权益保障、，。“”（）·儿童家庭教育 1２3ＡbC婦〇々é😀'\"\\*\0"), max_size=40
)


@given(CHINESE, st.data())
def test_any_part_of_a_text_finds_it(text, data):
    text = rules.clean(text, 40)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = text[start:end]
    plain, places = rules.folded(text)
    # a part that cuts a word of letters or digits in two is no such part
    for cut in (start, end):
        sides = [
            [c for c, place in zip(plain, places, strict=True) if place == at]
            for at in (cut - 1, cut)
        ]
        if all(side and rules._class(side[0]) == "w" for side in sides):
            return
    tokens = rules.entry_tokens("a.b", text, "", UNIT)
    assert found_in(query_terms(part), tokens)


@given(st.text(max_size=120))
def test_query_terms_bears_any_text_and_names_no_other_kind_of_token(text):
    for phrase in query_terms(text):
        assert phrase.tokens
        for token in phrase.tokens:
            plain = token.removeprefix("=")
            assert plain
            assert not set(plain) & set("@=|\"' \\\0*:&!()<>")


@given(st.text(max_size=60), st.text(max_size=60))
def test_entry_tokens_never_mix_text_with_scope(title, body):
    tokens = rules.entry_tokens("plans.task", title, body, UNIT)
    assert [token for token in tokens.loose if "@" in token] == [
        "plans.task@0001",
        "plans.task@00010002",
        "plans.task@@00010002",
    ]
    assert not any("@" in token for token in tokens.ordered)


def test_no_phrase_runs_from_title_into_body():
    tokens = rules.entry_tokens("a.b", "妇女", "女权", UNIT)
    assert not found_in(query_terms("妇女女权"), tokens)
    assert found_in(query_terms("妇女 女权"), tokens)


def test_tokens_as_both_databases_store_them():
    tokens = rules.entry_tokens("a.b", "妇女ok妇女", "", "0001")
    assert tokens.plain() == "妇女 女 ok 妇女 女 | | =妇 =女 a.b@0001 a.b@@0001"
    assert tokens.vector() == "'妇女':1,4 '女':2,5 'ok':3 '=妇' '=女' 'a.b@0001' 'a.b@@0001'"


@pytest.mark.parametrize(
    ("phrases", "match", "tsquery"),
    [
        (
            [Phrase(("妇女", "女权")), Phrase(("pil",), prefix=True)],
            '"妇女 女权" AND "pil"* AND ("a.b@0001" OR "a.c@0001")',
            "('妇女' <-> '女权') & ('pil':*) & ('a.b@0001' | 'a.c@0001')",
        ),
        (
            [Phrase(('x"y', "z'\\"))],
            '"x""y z\'\\" AND ("a.b@0001" OR "a.c@0001")',
            "('x\"y' <-> 'z''\\\\') & ('a.b@0001' | 'a.c@0001')",
        ),
    ],
)
def test_queries_are_quoted(phrases, match, tsquery):
    scopes = ["a.b@0001", "a.c@0001"]
    assert rules.match_query(phrases, scopes) == match
    assert rules.tsquery(phrases, scopes) == tsquery


@pytest.mark.parametrize("path", ["", "000", "00010", "0001 002", "0001' | "])
def test_above_refuses_what_is_no_path(path):
    with pytest.raises(ValueError, match="no path"):
        rules.above(path)


@pytest.mark.parametrize(
    ("scopes", "kinds", "tokens"),
    [
        ({"a.b": ("0001",), "a.c": ("00010002",)}, None, ["a.b@0001", "a.c@00010002"]),
        ({"a.b": ("0001",), "a.c": ("00010002",)}, ["a.c"], ["a.c@00010002"]),
        ({"a.b": ()}, None, []),
        ({"a.b": ("0001",)}, ["a.z"], []),
        ({"a.b": ("@0001",)}, None, ["a.b@@0001"]),
        ({"a.b": ("000A",)}, None, ["a.b@000a"]),  # SQLite folds letters
    ],
)
def test_scope_tokens(scopes, kinds, tokens):
    assert rules.scope_tokens(scopes, kinds) == tokens


@pytest.mark.parametrize(
    ("text", "query", "spans"),
    [
        ("开展妇女权益培训", "妇女", ((2, 4),)),
        ("妇女妇女", "妇女", ((0, 4),)),
        ("妇女权益", "女权 权益", ((1, 4),)),
        ("热线１２３３８", "12338", ((2, 7),)),
        ("Pilot pilots copilot", "pilot", ((0, 5), (6, 11))),
        ("123380 12338", "12338", ((7, 12),)),  # a number is not the beginning of another
        ("妇女、儿童", "妇女，儿童", ((0, 2), (3, 5))),
        ("妇女", "男", ()),
        ("妇女", "", ()),
    ],
)
def test_marked(text, query, spans):
    assert marked(text, query) == Marked(text, spans)


def test_snippet_shows_the_place_and_says_that_it_was_cut():
    text = "前" * 200 + "妇女权益" + "后" * 200
    found = snippet(text, "权益")
    start, end = found.spans[0]
    assert found.text[start:end] == "权益"
    assert (found.text[0], found.text[-1]) == ("…", "…")
    assert len(found.text) == rules.SNIPPET + 2


@given(st.text(max_size=300), st.text(max_size=20))
def test_snippet_and_marks_lie_in_the_text(text, query):
    for found in (marked(text, query), snippet(text, query)):
        assert list(found.spans) == sorted(found.spans)
        assert all(0 <= start < end <= len(found.text) for start, end in found.spans)


@pytest.mark.parametrize(
    ("text", "kept"), [("a\0b", "ab"), ("x\ud800y", "x?y"), ("妇女权益", "妇女权")]
)
def test_clean(text, kept):
    assert rules.clean(text, 3) == kept
