"""Papers that need LibreOffice: read for real where it is installed, refused clearly where not."""

import subprocess
from pathlib import Path

import pytest

from halfsky.library.papers import CannotRead
from halfsky.library.readers import needs_office, office, read_bytes
from halfsky.library.tests.papers import cell, docx, level, numbering, ole, p, table

DOC = ole({"WordDocument": b"\xec\xa5" + b"\0" * 30, "1Table": b""})


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (DOC, "plan.doc", "旧版 Word 文档（.doc）"),
        (DOC, "plan.wps", " WPS 文字（.wps）"),
        (b"{\\rtf1 x}", "plan.rtf", " RTF 文档"),
    ],
)
def test_without_libreoffice_the_sentence_says_how_to_go_on(
    data: bytes, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFSKY_SOFFICE", "")
    assert needs_office(data, name)
    with pytest.raises(CannotRead) as caught:
        read_bytes(data, name)
    assert caught.value.says == f"读取{kind}需要 LibreOffice，这台服务器上没有安装。"
    assert "另存为 .docx" in caught.value.mend
    assert "libreoffice-writer-nogui" in caught.value.mend


def test_papers_that_need_no_libreoffice() -> None:
    assert not needs_office(docx(p("要点")), "plan.doc")
    assert not needs_office(b"", "plan.doc")


def fake(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "soffice"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("HALFSKY_SOFFICE", str(command))


def test_a_conversion_that_hangs_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, f"sleep 300 & echo $! > {tmp_path}/child; wait", monkeypatch)
    with pytest.raises(CannotRead) as caught:
        office.convert(DOC, "doc", seconds=1)
    assert (
        caught.value.says == "LibreOffice 用了 1 秒还没有转换完这份旧版 Word 文档（.doc），已停止。"
    )
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    assert not child.exists() or child.read_text().split()[2] == "Z"


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "kill -9 $$", ": > out/paper.docx"])
def test_a_conversion_without_result_says_so(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, script, monkeypatch)
    with pytest.raises(CannotRead) as caught:
        read_bytes(DOC, "plan.doc")
    assert (
        caught.value.says
        == "LibreOffice 打不开这份旧版 Word 文档（.doc），文件可能已损坏或设了密码。"
    )


def test_a_conversion_that_gives_rubbish_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, "echo rubbish > out/paper.docx", monkeypatch)
    with pytest.raises(CannotRead) as caught:
        read_bytes(DOC, "plan.doc")
    assert caught.value.code == "office_failed"


BODY = (
    p("要点", num="1")
    + p("举措", num="1", level=1)
    + table([cell("序号"), cell("工作")], [cell("1"), cell("普法")])
    + p("结尾。")
)
LEVELS = (level(0, "chineseCountingThousand", "%1、"), level(1, "decimal", "（%2）"))


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("suffix", "name"),
    [("doc", "plan.doc"), ("doc", "plan.wps"), ("odt", "plan.odt")],
)
def test_an_older_paper_is_read_with_its_numbers_and_tables(
    soffice: str, suffix: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / "plan.docx").write_bytes(
        docx(BODY, numbering=numbering(LEVELS), extra={"[Content_Types].xml": TYPES})
    )
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/p", "--headless", "--convert-to", suffix, "--outdir", tmp_path, tmp_path / "plan.docx"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    source = read_bytes((tmp_path / f"plan.{suffix}").read_bytes(), name)
    assert source.text == "一、要点\n（1）举措\n序号\t工作\n1\t普法\n结尾。"
    assert source.format == name.rpartition(".")[2]
    assert source.notices == ("converted_by_office",)


@pytest.mark.libreoffice
def test_an_rtf_is_read(soffice: str) -> None:
    data = (
        b"{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0 \\'d2\\'aa\\'b5\\'e3\\par "
        b"\\u19968?\\u26159?\\'d1\\'a7\\'cf\\'b0\\'a1\\'a3\\par}"
    )
    assert read_bytes(data, "plan.rtf").text == "要点\n一是学习。"


@pytest.mark.libreoffice
def test_a_broken_paper_is_refused_by_libreoffice(soffice: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_bytes(b"{\\rtf1 broken", "plan.rtf")
    assert caught.value.code == "office_failed"


TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>'
        for part, kind in (
            ("document", "document.main"),
            ("numbering", "numbering"),
            ("styles", "styles"),
        )
    )
    + "</Types>"
)
