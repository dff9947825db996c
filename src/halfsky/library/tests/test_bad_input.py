"""What must be refused, each with its own sentence, with bounded memory and never a traceback."""

import io
import os
import random
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.library import messages, readers, rules
from halfsky.library.papers import CannotRead, SourceText
from halfsky.library.readers import apart, needs_office, read_bytes, read_file
from halfsky.library.tests.papers import W, docx, ofd, ole, p, pdf, run, zipped

SOURCE = Path(__file__).resolve().parents[3]


def refusal(data: bytes, name: str = "plan.docx") -> CannotRead:
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, name)
    return caught.value


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.docx", "文件是空的（0 字节）。"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "a.docx", "这是一张图片（JPEG），里面没有可以读取的文字。"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "a.pdf", "这是一张图片（PNG），里面没有可以读取的文字。"),
        (b"GIF89a" + b"\0" * 20, "a", "这是一张图片（GIF），里面没有可以读取的文字。"),
        (b"II*\x00" + b"\0" * 20, "a.tif", "这是一张图片（TIFF），里面没有可以读取的文字。"),
        (b"BM" + b"\0" * 12 + b"\x28\0\0\0" + b"\0" * 40, "a", "这是一张图片（BMP），里面没有可以读取的文字。"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", "这是一张图片（WEBP），里面没有可以读取的文字。"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "a.heic", "这是一张图片（HEIC），里面没有可以读取的文字。"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 20, "a.mp4", "这是音视频文件，目前不能从中读取计划。"),
        (b"Rar!\x1a\x07\0" + b"\0" * 20, "a.docx", "这是一个压缩包（RAR），不是一份文件。"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 20, "a", "这是一个压缩包（7Z），不是一份文件。"),
        (b"\x1f\x8b\x08\0" + b"\0" * 20, "a", "这是一个压缩包（GZ），不是一份文件。"),
        (zipped({"计划.docx": b"x"}), "a.docx", "这是一个压缩包（ZIP），不是一份文件。"),
        (zipped({}), "a.zip", "这是一个压缩包（ZIP），不是一份文件。"),
        (zipped({"mimetype": "application/epub+zip"}), "a.epub", "这是电子书（.epub），目前不能从中读取计划。"),
        (b"MZ\x90\0" + b"\0" * 60, "a.docx", "这是程序文件，目前不能从中读取计划。"),
        (b"\x7fELF" + b"\0" * 60, "a", "这是程序文件，目前不能从中读取计划。"),
        (b"SQLite format 3\0" + b"\0" * 60, "a", "这是数据库文件，目前不能从中读取计划。"),
        (b"<?xml version='1.0'?><rss><a/></rss>", "a.xml", "这是 XML 文件，目前不能从中读取计划。"),
        (ole({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}), "a.docx", "这份 Office 文件设了打开密码，读不出内容。"),
        (ole({"WordDocument": b"\xec\xa5" + b"\0" * 8 + b"\0\x01"}), "a.doc", "这份 Office 文件设了打开密码，读不出内容。"),
        (ole({"PowerPoint Document": b"x"}), "a.ppt", "这是旧版演示文稿（.ppt），目前不能从中读取计划。"),
        (ole({"Contents": b"x"}), "a.msg", "这是旧版 Office 文件，目前不能从中读取计划。"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, "a.doc", "这份旧版 Office 文件已损坏，读不出来。"),
        (b"PK\x03\x04" + b"x" * 100, "a.docx", "这份压缩包（.zip）已损坏，读不出来。"),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_named(data: bytes, name: str, says: str) -> None:
    fault = refusal(data, name)
    assert fault.says == says
    assert fault.mend.endswith("。")


@pytest.mark.parametrize(
    ("data", "name", "notice"),
    [
        (docx(p("要点")), "plan.doc", "扩展名是 .doc，内容其实是 Word 文档（.docx），已按内容读取。"),
        (docx(p("要点")), "plan.pdf", "扩展名是 .pdf，内容其实是 Word 文档（.docx），已按内容读取。"),
        ("<html><body>要点</body></html>".encode(), "plan.docx", "扩展名是 .docx，内容其实是网页，已按内容读取。"),
        (pdf([[(80, 100, 16, "要点正文")]]), "plan.docx", "扩展名是 .docx，内容其实是 PDF 文件，已按内容读取。"),
        (ofd([[(20, 20, 5, "要点")]]), "plan.pdf", "扩展名是 .pdf，内容其实是 OFD 文件，已按内容读取。"),
        ("要点".encode(), "plan.docx", "扩展名是 .docx，内容其实是纯文本，已按内容读取。"),
    ],
)  # fmt: skip
def test_a_wrong_extension_is_read_by_content_and_named(
    data: bytes, name: str, notice: str
) -> None:
    source = read_bytes(data, name)
    assert source.text.startswith("要点")
    assert [messages.notice_sentence(code) for code in source.notices] == [notice]


@pytest.mark.parametrize(
    "name", ["plan", "2026.3 要点", "plan.docx", "plan.DOCX", "plan.dotx", "plan.bak"]
)
def test_a_right_or_unknown_extension_is_not_mentioned(name: str) -> None:
    assert read_bytes(docx(p("要点")), name).notices == ()


# files


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as caught:
        read_file(tmp_path / "没有.docx")
    assert caught.value.says == "找不到文件“没有.docx”。"


def test_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="是文件夹，不是文件。"):
        read_file(tmp_path)


def test_devices_and_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        with pytest.raises(CannotRead, match="不是普通文件，不能读取。"):
            read_file(path)


def test_links_are_followed_to_files_and_loops_are_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("要点", "utf-8")
    (tmp_path / "link.txt").symlink_to("plan.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "dead.txt").symlink_to("nowhere.txt")
    assert read_file(tmp_path / "link.txt").text == "要点"
    for name in ("loop.txt", "dead.txt"):
        with pytest.raises(CannotRead, match=f"找不到文件“{name}”。"):
            read_file(tmp_path / name)


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> int:  # root, who runs the tests in CI, may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(CannotRead) as caught:
        read_file(tmp_path / "plan.txt")
    assert caught.value.says == "没有权限读取“plan.txt”。"


def test_an_empty_file_and_a_placeholder_of_a_cloud_drive_are_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.docx").touch()
    with pytest.raises(CannotRead) as caught:
        read_file(tmp_path / "plan.docx")
    assert caught.value.mend == "如果文件放在网盘里，请先下载到本机再选；否则请重新保存或重新索取。"


def test_two_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    with (tmp_path / "plan.docx").open("wb") as file:
        file.truncate(200 * rules.MEGABYTE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CannotRead) as caught:
        read_file(tmp_path / "plan.docx")
    assert caught.value.says == "文件有 200 MB，超过 50 MB 的上限。"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


# bombs


def bomb(size: int) -> bytes:
    return docx("", extra={"word/document.xml": b" " * size})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (bomb(30 * rules.MEGABYTE), "文件解开后会超过 300 MB，远大于正常文件，已停止读取。"),
        (zipped({f"{number}.txt": b"" for number in range(10_001)}), "文件内部有 10001 个部件，超过 10000 个的上限，已停止读取。"),
    ],
)  # fmt: skip
def test_zip_bombs_are_refused(data: bytes, says: str) -> None:
    assert refusal(data).says == says


def test_xml_too_large_to_be_parsed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_ZIP_RATIO", 10**9)
    fault = refusal(bomb(41 * rules.MEGABYTE))
    assert fault.says == "文件解开后会超过 40 MB，远大于正常文件，已停止读取。"


def test_a_member_that_lies_about_its_size_is_damaged() -> None:
    data = bytearray(docx(p("要点" * 500)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("word/document.xml")
    real = info.file_size.to_bytes(4, "little")
    lie = (100).to_bytes(4, "little")
    assert refusal(bytes(data).replace(real, lie)).code == "damaged"


def test_a_locked_zip_member_is_recognised() -> None:
    data = bytearray(docx(p("要点")))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    assert refusal(bytes(data)).says == "文件内部设了压缩密码，读不出内容。"


@pytest.mark.parametrize(
    "name", ["word/document.xml", "word/styles.xml", "word/numbering.xml", "_rels/.rels"]
)
def test_entity_bombs_are_refused_in_every_part(name: str) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "x"}">' for n in range(10))
    data = docx(p("要点"), extra={name: f"<!DOCTYPE z [{lol}]><z {W}>&l9;</z>"})
    assert refusal(data).says == "文件内部带有实体定义，正常软件不会生成，已停止读取。"


def test_external_entities_are_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("秘密", "utf-8")
    data = docx(
        "",
        extra={
            "word/document.xml": f'<!DOCTYPE z [<!ENTITY s SYSTEM "file://{secret}">]><z {W}>&s;</z>'
        },
    )
    assert refusal(data).code == "unsafe_xml"


HUNGRY = {
    "docx": lambda: docx(
        p(run("".join(chr(random.randrange(0x4E00, 0x9FA5)) for _ in range(200_000)))) * 16
    ),
    "html": lambda: ("<html><body>" + "<p>要点</p>" * 900_000).encode(),
    "txt": lambda: ("要点\n" * 1_200_000).encode("gb18030"),
}


@pytest.mark.parametrize("kind", HUNGRY)
def test_large_papers_stay_within_bounded_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"plan.{kind}"
    path.write_bytes(HUNGRY[kind]())
    code = (
        "import resource, sys\nfrom halfsky.library.readers import read_file, CannotRead\n"
        "resource.setrlimit(resource.RLIMIT_AS, (900 * 2**20,) * 2)\n"
        "try: print(len(read_file(sys.argv[1]).text))\nexcept CannotRead as fault: print(fault.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() in {"too_many_characters", "too_many_rows", "too_slow"}, done.stderr


# apart


def test_a_reader_apart_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*args: object, **kwargs: object) -> None:
        raise subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(CannotRead) as caught:
        apart.read_apart(b"%PDF-1.7", "pdf", seconds=3)
    assert caught.value.says == "读取超过 3 秒，已停止。"


def test_a_sheet_of_endless_cells_ends_in_a_sentence() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">'
        '<table:table-row table:number-rows-repeated="60000"><table:table-cell table:number-columns-repeated="200" '
        'office:value-type="string"><text:p>要点</text:p></table:table-cell></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    data = zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )
    with pytest.raises(CannotRead) as caught:
        apart.read_apart(data, "ods", memory=300 * rules.MEGABYTE)
    assert caught.value.says == "读取需要的内存超过 300 MB，已停止。"


@pytest.mark.parametrize(
    ("code", "expected"),
    [(-11, "damaged"), (-24, "too_slow"), (-6, "too_much_memory"), (1, "damaged")],
)
def test_a_crash_apart_is_a_sentence_here(code: int, expected: str) -> None:
    assert apart._crashed(code, "pdf", 5, 100).code == expected


# anything at all

ANYTHING = st.binary(max_size=400)
STARTS = st.sampled_from(
    [
        b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"<?xml ", b"\xff\xfe", b"\xfe\xff",
        b"\xef\xbb\xbf", b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n",
        b"BM", b"<table><tr><td>", b"<ol><li>",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STARTS, ANYTHING, st.sampled_from(["", "a.docx", "a.html", "a.txt", "a.md"]))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes, name: str) -> None:
    assert is_read_or_refused(start + rest, name)


GOOD = (
    docx(p("要点", num="1")),
    ofd([[(20, 20, 5, "要点")]]),
    ole({"WordDocument": b"x", "1Table": b"y"}),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_paper_with_any_bytes_changed_is_read_or_refused(
    data: bytes, at: int, change: bytes
) -> None:
    at %= len(data)
    data = data[:at] + change + data[at + len(change) :]
    assert needs_office(data) or is_read_or_refused(data)


@settings(max_examples=4, deadline=None)
@given(st.integers(10, 2500), st.binary(min_size=1, max_size=8))
def test_a_pdf_with_any_bytes_changed_is_read_or_refused(at: int, change: bytes) -> None:
    data = pdf([[(80, 100, 16, "要点正文")]])
    at %= len(data)
    assert is_read_or_refused(data[:at] + change + data[at + len(change) :])


def test_a_mistake_of_a_reader_is_logged_and_said_as_a_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(readers, "read_text", lambda *args: args[9])
    assert refusal("要点".encode(), "plan.txt").says == "这份纯文本已损坏，读不出来。"
    assert "a reader failed" in caplog.text


def is_read_or_refused(data: bytes, name: str = "") -> bool:
    try:
        source = readers._read(data, name, None)  # within the last net, which hides mistakes
    except CannotRead as fault:
        return bool(fault.says and fault.mend)
    return fits(source)


def fits(source: SourceText) -> bool:
    cells = [cell for table in source.tables for row in table.rows for cell in row]
    return (
        bool(source.text.strip())
        and all(0 <= block.start <= block.end <= len(source.text) for block in source.blocks)
        and all(source.text[cell.start : cell.end] == cell.text for cell in cells)
    )


# sentences


VALUES = dict.fromkeys(
    (
        "name",
        "size",
        "limit",
        "kind",
        "pages",
        "line",
        "encoding",
        "first",
        "second",
        "count",
        "seconds",
    ),
    "9",
)


@pytest.mark.parametrize("code", messages.CANNOT_READ)
def test_every_refusal_says_what_is_wrong_and_what_to_do(code: str) -> None:
    fault = CannotRead(code, **VALUES)
    assert fault.says.endswith("。")
    assert "。" in fault.mend
    assert "{" not in str(fault)


@pytest.fixture
def english() -> Iterator[None]:
    """The room's sentences in English, straight from its catalogue."""
    path = Path(messages.__file__).parent / "locale/en/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        words = {message.id: message.string for message in read_po(file)}
    messages.use_translation(words.__getitem__)
    yield
    messages.use_translation(gettext)


@pytest.mark.usefixtures("english")
def test_sentences_are_said_in_english() -> None:
    fault = CannotRead("scanned", kind="pdf", pages=3)
    assert str(fault).startswith(
        "This file (PDF) has 3 pages, all of them pictures (scans), without"
    )
    assert ". Run text recognition" in str(fault)
    assert messages.notice_sentence("wrong_extension:doc:pdf") == (
        "The extension is .doc, but the content is: PDF. It was read by its content."
    )


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("code", messages.CANNOT_READ)
def test_every_refusal_has_its_english_sentence(code: str) -> None:
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", str(CannotRead(code, **VALUES)))
