"""Indexing and finding, on whichever database the tests run."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.search import rules, services
from halfsky.search.models import SearchEntry
from halfsky.search.queries import search
from halfsky.search.services import Entry

pytestmark = pytest.mark.django_db

CITY, BUREAU, OFFICE, OTHER = "0001", "00010002", "000100020003", "00010004"
ALL = {"plans.task": (CITY,), "plans.measure": (CITY,)}


def entry(id: int, title: str, body: str = "", *, kind="plans.task", path=BUREAU) -> Entry:
    return Entry(kind, id, title, body, f"/t/{id}", path, date(2026, 3, 8))


def found(text: str, scopes=ALL, **how) -> list[int]:
    return [hit.object_id for hit in search(scopes, text, **how)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("妇女", [3, 1]),
        ("女权", [1]),
        ("妇女权益", [1]),
        ("权益 妇女", [1]),
        ("热线", [2]),
        ("12338", [2]),
        ("１２３３８", [2]),
        ("1233", []),  # part of a number
        ("pil", [2]),
        ("PILOT", [2]),
        ("ilot", []),  # the middle of a word
        ("梅", [3]),
        ("雪梅", [3]),
        ("女儿", []),  # 妇女、儿童 is no daughter
        ("妇女、儿", [3]),
        ("妇女，儿童", [3]),
        ("正文里", [1]),
        ("没有的", []),
        ("", []),
        ("！", []),
        ("@", []),
        ("plans.task@0001", []),
        ("妇女 没有的", []),
        ('妇女" OR "热线', []),
        ("妇女' | '热线", []),
        ("妇女*", [3, 1]),
        ("NOT 妇女", []),
        ("妇女 😀", [3, 1]),
        ("妇\0女", [3, 1]),
        ("妇女\ud800", [3, 1]),
    ],
)
def test_search_finds(query, ids):
    services.index_many(
        [
            entry(1, "妇女权益讲座", "写在正文里的话"),
            entry(2, "12338热线 pilot project"),
            entry(3, "妇女、儿童，李雪梅"),
        ]
    )
    assert found(query) == ids


@pytest.mark.parametrize(
    ("scopes", "ids"),
    [
        ({"plans.task": (CITY,), "plans.measure": (CITY,)}, [4, 3, 2, 1]),
        ({"plans.task": (CITY,)}, [3, 2, 1]),
        ({"plans.task": (BUREAU,)}, [2, 1]),
        ({"plans.task": (OFFICE,)}, [2]),
        ({"plans.task": (OFFICE, OTHER)}, [3, 2]),
        ({"plans.task": (OTHER,), "plans.measure": (BUREAU,)}, [4, 3]),  # each kind its reach
        ({"plans.task": (), "plans.measure": ()}, []),
        ({"plans.task": ("@" + BUREAU,)}, [1]),  # that unit alone
        ({"plans.task": ("@" + CITY,)}, []),
        ({"plans.task": ("@" + BUREAU, OTHER)}, [3, 1]),
        ({}, []),
        ({"plans.task": ("00010005",)}, []),
        ({"plans": (CITY,)}, []),
    ],
)
def test_search_stays_within_the_scopes(scopes, ids):
    services.index_many(
        [
            entry(1, "妇女活动", path=BUREAU),
            entry(2, "妇女活动", path=OFFICE),
            entry(3, "妇女活动", path=OTHER),
            entry(4, "妇女活动", path=BUREAU, kind="plans.measure"),
        ]
    )
    assert found("妇女", scopes) == ids


def test_search_keeps_some_kinds():
    services.index_many([entry(1, "妇女"), entry(2, "妇女", kind="plans.measure")])
    assert found("妇女", kinds=["plans.measure"]) == [2]


def test_search_pages_from_the_newest_backwards():
    services.index_many(entry(n, "妇女") for n in range(1, 8))
    first = search(ALL, "妇女", limit=3)
    assert [hit.object_id for hit in first] == [7, 6, 5]
    assert found("妇女", limit=3, before=first[-1].id) == [4, 3, 2]
    assert found("妇女", limit=0) == []


def test_search_takes_one_statement(django_assert_num_queries):
    services.index_many([entry(1, "妇女"), entry(2, "妇女")])
    with django_assert_num_queries(1):
        assert len(search(ALL, "妇女")) == 2


def test_search_marks_what_matched():
    services.index(
        "plans.task", 1, "妇女权益", "保障妇女的权益", url="/t/1", unit_path=BUREAU, dated=None
    )
    (hit,) = search(ALL, "妇女")
    assert (hit.title.text, hit.title.spans) == ("妇女权益", ((0, 2),))
    assert (hit.snippet.text, hit.snippet.spans) == ("保障妇女的权益", ((2, 4),))
    assert (hit.url, hit.unit_path, hit.dated) == ("/t/1", BUREAU, None)


def test_index_anew_replaces_and_keeps_the_place():
    services.index_many([entry(1, "旧的标题"), entry(2, "标题")])
    services.index_many([entry(1, "新的标题")])
    assert found("旧的") == []
    assert found("标题") == [2, 1]
    assert SearchEntry.objects.count() == 2


def test_index_anew_without_a_change_of_words():
    services.index_many([entry(1, "标题")])
    services.index_many([Entry("plans.task", 1, "标题", "", "/elsewhere", BUREAU, None)])
    assert [hit.url for hit in search(ALL, "标题")] == ["/elsewhere"]


def test_index_many_takes_the_last_of_two_for_one_object():
    assert services.index_many([entry(1, "前面"), entry(1, "后面")]) == 1
    assert (found("前面"), found("后面")) == ([], [1])


def test_remove():
    services.index_many(
        [entry(1, "标题"), entry(2, "标题"), entry(1, "标题", kind="plans.measure")]
    )
    assert services.remove("plans.task", [1, 99]) == 1
    assert [(hit.kind, hit.object_id) for hit in search(ALL, "标题")] == [
        ("plans.measure", 1),
        ("plans.task", 2),
    ]


def test_move_paths_follows_a_unit_and_those_below_it():
    services.index_many(
        [entry(1, "标题", path=BUREAU), entry(2, "标题", path=OFFICE), entry(3, "标题", path=OTHER)]
    )
    assert services.move_paths(BUREAU, OTHER + "0001") == 2
    assert found("标题", {"plans.task": (BUREAU,)}) == []
    assert found("标题", {"plans.task": (OTHER,)}) == [3, 2, 1]
    assert found("标题", {"plans.task": (OTHER + "00010003",)}) == [2]
    assert found("标题", {"plans.task": ("@" + OTHER + "0001",)}) == [1]


@pytest.mark.parametrize("path", ["", "12345", "0001'"])
def test_index_refuses_what_is_no_path(path):
    with pytest.raises(ValueError, match="no path"):
        services.index_many([entry(1, "标题", path=path)])


def test_index_refuses_an_address_that_does_not_fit():
    with pytest.raises(ValueError, match="too long"):
        services.index("a.b", 1, "标题", url="/" * 501, unit_path=CITY)


def test_index_keeps_what_fits_of_a_long_text():
    services.index_many([entry(1, "题" * 400, "文" * 9000 + "尾巴")])
    (row,) = SearchEntry.objects.all()
    assert (len(row.title), len(row.body)) == (300, 8000)
    assert (found("尾巴"), found("文文文")) == ([], [1])


def test_index_bears_a_text_of_8000_characters_to_its_end():
    services.index_many([entry(1, "标题", "".join(chr(0x4E00 + n) for n in range(8000)))])
    end = chr(0x4E00 + 7997) + chr(0x4E00 + 7998) + chr(0x4E00 + 7999)
    assert found(end) == [1]


def test_the_index_agrees_with_the_entries():
    services.index_many(entry(n, f"妇女{n}") for n in range(50))
    services.remove("plans.task", range(0, 50, 3))
    services.index_many(entry(n, f"儿童{n}") for n in range(0, 50, 2))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # raises if they do not
            cursor.execute("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)")
    # 0 to 49 without every third were left; the even ones are about children again
    assert set(found("儿童", limit=100)) == set(range(0, 50, 2))
    assert set(found("妇女", limit=100)) == {n for n in range(1, 50, 2) if n % 3}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(st.characters(), min_size=0, max_size=25),
    st.text(st.characters(), min_size=0, max_size=25),
)
def test_any_text_can_be_indexed_and_asked_for(title, query):
    services.index_many([entry(1, title + "妇女", query)])
    search(ALL, query)
    assert found("妇女") == [1]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.sampled_from("妇女权益，保障儿童、婦"), min_size=2, max_size=20), st.data())
def test_any_part_of_an_indexed_text_finds_it(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    part = text[start : data.draw(st.integers(start + 2, len(text)))]
    services.index_many([entry(1, "", text)])
    if any(character not in "，、" for character in part):
        assert found(part) == [1]


def test_search_finds_the_newest_wherever_in_the_index_the_hits_lie():
    """On PostgreSQL hits are looked for by walks and windows: every way there agrees with a count."""
    words = {
        "常见": lambda n: True,
        "前半": lambda n: n < 5_500,
        "后半": lambda n: n >= 5_500,
        "一簇": lambda n: 2_000 <= n < 4_500,
        "三分": lambda n: n % 3 == 0,
        "稀有": lambda n: n % 1_999 == 7,
        "最先": lambda n: n == 0,
    }
    ids = [5_000 + n if n < 8_000 else 40_000 + 11 * n for n in range(9_000)]  # with a gap
    rows = []
    for n, id in enumerate(ids):
        title = " ".join(word for word, has in words.items() if has(n))
        tokens = rules.entry_tokens("plans.task", title, "", BUREAU)
        rows.append(
            SearchEntry(
                id=id, kind="plans.task", object_id=n, title=title, unit_path=BUREAU, tokens=tokens
            )
        )
    SearchEntry.objects.bulk_create(rows, batch_size=1_000)

    for query in [*words, "前半 三分", "前半 后半", "一簇 稀有", "一簇 后半"]:
        expected = [n for n in reversed(range(9_000)) if all(words[w](n) for w in query.split())]
        assert found(query) == expected[:20], query
        for n in (8_500, 5_501, 3_000, 1, 0):
            older = [m for m in expected if m < n]
            assert found(query, before=ids[n], limit=30) == older[:30], (query, n)


@pytest.mark.parametrize("before", [None, 5])
def test_search_in_an_empty_index_finds_nothing(before):
    assert not SearchEntry.objects.exists()
    assert found("妇女", before=before) == []
