import hashlib
import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from halfsky.audit.models import AuditEntry
from halfsky.library import queries, services
from halfsky.library.models import StoredFile
from halfsky.library.papers import CannotRead
from halfsky.library.tests.factories import Endless, stored, upload
from halfsky.people.access import OutOfReach
from halfsky.people.tests.factories import UnitFactory, account_with

pytestmark = pytest.mark.django_db

CONTENT = "一是学习。\n".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(settings: object) -> Path:
    return Path(settings.HALFSKY_FILES)  # type: ignore[attr-defined]


def contents(files: Path) -> list[str]:
    return sorted(str(path.relative_to(files)) for path in files.rglob("*") if path.is_file())


def test_a_file_is_kept_by_the_hash_of_its_content(files: Path) -> None:
    unit = UnitFactory()
    officer = account_with("officer", unit)
    file = stored(unit, CONTENT, "要点.txt", officer)
    assert (file.name, file.sha256, file.size, file.kind, file.uploaded_by, file.unit) == (
        "要点.txt", SHA256, len(CONTENT), "txt", officer, unit,
    )  # fmt: skip
    assert contents(files) == [f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"]
    assert queries.path_of(file).read_bytes() == CONTENT
    assert queries.path_of(file).stat().st_mode & 0o777 == 0o440
    assert queries.source_text(file).text == "一是学习。\n"


def test_keeping_is_in_the_audit_log() -> None:
    unit = UnitFactory()
    file = stored(unit, CONTENT)
    entry = AuditEntry.objects.get(action="library.add_file")
    assert (entry.object_kind, entry.object_id, entry.unit_path) == (
        "library.storedfile",
        file.pk,
        unit.path,
    )
    assert entry.after == {
        "name": "要点.txt",
        "sha256": SHA256,
        "size": len(CONTENT),
        "kind": "txt",
    }


def test_equal_contents_share_one_place(files: Path) -> None:
    one, other = UnitFactory(), UnitFactory()
    first = stored(one, CONTENT)
    assert stored(one, CONTENT).pk == first.pk
    assert stored(one, CONTENT, "另一名.txt").pk != first.pk
    assert stored(other, CONTENT).pk != first.pk
    assert len(contents(files)) == 1
    assert StoredFile.objects.count() == 3


@pytest.mark.parametrize("role", ["staff", "auditor", "system_admin", "judge", "leader"])
def test_who_may_not_add_files_finds_no_unit(role: str, files: Path) -> None:
    unit = UnitFactory()
    with pytest.raises(OutOfReach):
        services.store_upload(upload=upload(), unit=unit, by=account_with(role, unit))
    assert not files.exists()


def test_an_officer_of_another_unit_may_not_add_files() -> None:
    with pytest.raises(OutOfReach):
        services.store_upload(
            upload=upload(), unit=UnitFactory(), by=account_with("officer", UnitFactory())
        )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (upload(b""), "文件是空的（0 字节）。"),
        (Endless(), "文件有 51 MB，超过 50 MB 的上限。"),
    ],
)
def test_a_refused_upload_leaves_nothing(given: services.Upload, says: str, files: Path) -> None:
    unit = UnitFactory()
    with pytest.raises(CannotRead) as caught:
        services.store_upload(upload=given, unit=unit, by=account_with("officer", unit))
    assert caught.value.says == says
    assert contents(files) == []
    assert StoredFile.objects.count() == AuditEntry.objects.count() == 0


def test_a_size_that_is_told_is_refused_before_anything_is_read() -> None:
    given = upload()
    given.size = 200 * 1024 * 1024
    given.chunks = None  # type: ignore[assignment]
    with pytest.raises(CannotRead, match="文件有 200 MB"), services.received(given):
        pass


def test_a_paper_that_cannot_be_read_leaves_nothing(files: Path) -> None:
    with (
        pytest.raises(CannotRead),
        services.received(upload(b"\x89PNG\r\n\x1a\n" + bytes(40), "plan.docx")) as incoming,
    ):
        incoming.read()
    assert contents(files) == []


def test_an_incoming_file_is_read_before_it_is_kept(files: Path) -> None:
    unit = UnitFactory()
    officer = account_with("chair", unit)
    with services.received_text("一是学习。", "粘贴.txt") as incoming:
        assert incoming.read().text == "一是学习。"
        with transaction.atomic():
            file = services.keep_file(incoming=incoming, unit=unit, by=officer)
    assert file.name == "粘贴.txt"
    assert len(contents(files)) == 1


def test_a_file_of_this_machine_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "要点.txt").write_bytes(CONTENT)
    with services.received_file(tmp_path / "要点.txt") as incoming:
        assert (incoming.name, incoming.sha256, incoming.size, incoming.kind) == (
            "要点.txt",
            SHA256,
            len(CONTENT),
            "txt",
        )
    assert (tmp_path / "要点.txt").read_bytes() == CONTENT


def test_a_content_that_was_cut_short_is_replaced(files: Path) -> None:
    unit = UnitFactory()
    file = stored(unit, CONTENT)
    path = queries.path_of(file)
    path.chmod(0o640)
    path.write_bytes(CONTENT[:3])
    stored(unit, CONTENT)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("要点.docx", "要点.docx"),
        ("C:\\文件\\要点.docx", "要点.docx"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n\u202ec.txt", "abc.txt"),
        ("", "未命名"),
        (None, "未命名"),
        (" .. ", "未命名"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
        ("e\u0301.txt", "é.txt"),
    ],
)
def test_names_are_kept_without_folders_and_controls(given: str | None, kept: str) -> None:
    assert services.clean_name(given) == kept


def test_files_are_visible_by_unit_and_role() -> None:
    bureau = UnitFactory()
    office = UnitFactory(parent=bureau)
    other = UnitFactory()
    in_bureau, in_office, in_other = stored(bureau), stored(office), stored(other)
    assert list(queries.visible_files(account_with("officer", bureau))) == [in_office, in_bureau]
    assert list(queries.visible_files(account_with("liaison", office))) == [in_office]
    assert list(queries.visible_files(account_with("chair", other))) == [in_other]
    assert list(queries.visible_files(account_with("system_admin", bureau))) == []
    assert list(queries.visible_files(account_with("staff", bureau))) == []


def test_checking_finds_missing_changed_and_stray_contents(files: Path) -> None:
    unit = UnitFactory()
    good, changed, missing = (
        stored(unit, b"good"),
        stored(unit, b"changed"),
        stored(unit, b"missing"),
    )
    queries.path_of(changed).chmod(0o640)
    queries.path_of(changed).write_bytes(b"CHANGED")
    queries.path_of(missing).unlink()
    stray = files / "aa" / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.touch()
    os.utime(stray, (time.time() - 2 * 24 * 3600,) * 2)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="2 stored files"):
        call_command("check_files", "--tidy", stdout=out, stderr=err)
    assert sorted(line.partition(":")[0] for line in err.getvalue().splitlines()) == [
        "changed",
        "missing",
    ]
    assert out.getvalue() == "3 contents, 2 bad, 1 stray (deleted)\n"
    assert not stray.exists()
    assert queries.path_of(good).exists()


def test_checking_says_nothing_is_wrong() -> None:
    stored(UnitFactory(), CONTENT)
    out = StringIO()
    call_command("check_files", stdout=out)
    assert out.getvalue() == "1 contents, 0 bad, 0 stray\n"


def test_the_fields_of_a_stored_file_hold_nobody() -> None:
    assert StoredFile.Privacy.personal == ()
    assert {field.name for field in StoredFile._meta.get_fields() if not field.auto_created} == {
        "unit", "name", "sha256", "size", "kind", "uploaded_by", "uploaded_at",
    }  # fmt: skip
