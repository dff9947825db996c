"""`halfsky doctor`: look at everything the site stands on and say how to mend what is amiss."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from halfsky.site.terminal import Exit, say
from halfsky.site.terminal import gettext as _

State = Literal["ok", "warn", "fail"]
MARKS: dict[State, str] = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
KEY_LENGTH = 50  # characters, as Django's own check wants
LOW_DISK, NO_DISK = 2 * 1024**3, 200 * 1024**2  # bytes
OLDEST_SQLITE, OLDEST_POSTGRESQL = (3, 35, 0), 14
BUILT_AFTER = date(2026, 1, 1)  # a clock before this is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what was seen, and how to mend it (empty when ok)."""

    about: str
    state: State
    seen: str
    mend: str = ""


def ok(about: str, seen: str) -> Finding:
    """Return a finding of something in order."""
    return Finding(about, "ok", seen)


def run(*, as_json: bool) -> int:
    """Carry out `halfsky doctor`; return 1 when anything fails, warnings do not count."""
    found = list(findings())
    worst = any(finding.state == "fail" for finding in found)
    if as_json:
        print(
            json.dumps(
                {"ok": not worst, "findings": [asdict(finding) for finding in found]},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        for finding in found:
            print(f"{MARKS[finding.state]}  {finding.about}: {finding.seen}")
            if finding.mend:
                print(f"      → {finding.mend}")
        counted = {state: sum(item.state == state for item in found) for state in MARKS}
        say(_("正常 {ok} 项，提醒 {warn} 项，有问题 {fail} 项。").format(**counted))
    return Exit.FAULTS if worst else Exit.DONE


def findings() -> Iterable[Finding]:
    """Yield what every look finds; a look that itself breaks is a finding too."""
    key_given = bool(os.environ.get("HALFSKY_SECRET_KEY"))
    from halfsky.site.cli import start_django
    from halfsky.site.terminal import Stop

    try:
        start_django()
    except Stop as stop:
        yield Finding(_("设置"), "fail", str(stop), _("按上面的话改好环境变量，再运行一次。"))
        return
    looks: list[Callable[[], Iterable[Finding]]] = [
        lambda: [secret_key(given=key_given)],
        settings_for_the_public,
        lambda: [clock(datetime.now().astimezone())],
        lambda: [time_zone()],
        data_folder,
        database,
        lambda: [static_files()],
        lambda: [fonts()],
        lambda: [office()],
    ]
    for look in looks:
        try:
            yield from look()
        except Exception as error:
            yield Finding(
                _("检查"), "fail", f"{type(error).__name__}: {error}", _("请把这一行告诉维护者。")
            )


def secret_key(*, given: bool) -> Finding:
    """Look at the key that signs sessions."""
    about = "HALFSKY_SECRET_KEY"
    how = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    if not given:
        return Finding(
            about, "warn", _("没有设置；halfsky serve 不会启动（演示自带一个）"),
            _("生成一个并长期保留：{command}").format(command=how),
        )  # fmt: skip
    key = os.environ["HALFSKY_SECRET_KEY"]
    if len(key) < KEY_LENGTH or len(set(key)) < 5:
        return Finding(
            about,
            "fail",
            _("太短或太简单"),
            _("换成 50 个以上的随机字符：{command}").format(command=how),
        )
    return ok(about, _("已设置"))


def settings_for_the_public() -> Iterable[Finding]:
    """Look at the settings that matter once others can reach the site."""
    from django.conf import settings

    if settings.DEBUG:
        yield Finding(
            "HALFSKY_DEBUG", "fail", _("调试模式开着，出错页会泄露数据"),
            _("正式运行前取消 HALFSKY_DEBUG。"),
        )  # fmt: skip
    else:
        yield ok("HALFSKY_DEBUG", _("关"))
    if settings.PLAIN_HTTP and not settings.DEBUG:
        yield Finding(
            "HALFSKY_HTTP", "warn", _("不加密的 http：口令在网络上可被看到"),
            _("只在本机演示时这样用；正式运行请取消 HALFSKY_HTTP，并配 HTTPS。"),
        )  # fmt: skip
    hosts = settings.ALLOWED_HOSTS
    if "*" in hosts:
        yield Finding("HALFSKY_HOSTS", "fail", "*", _("写明站点的域名，用逗号分隔，不要用 *。"))
    elif set(hosts) <= {"localhost", "127.0.0.1", "[::1]"}:
        yield Finding(
            "HALFSKY_HOSTS", "warn", ", ".join(hosts) + _("：只有本机能打开"),
            _("要让别人访问，把域名写进 HALFSKY_HOSTS。"),
        )  # fmt: skip
    else:
        yield ok("HALFSKY_HOSTS", ", ".join(hosts))


def clock(now: datetime) -> Finding:
    """Look at the machine's clock: due dates hang on it."""
    about = _("时钟")
    if now.date() < BUILT_AFTER:
        return Finding(
            about, "fail", f"{now:%Y-%m-%d %H:%M %Z}", _("时钟错了：timedatectl set-ntp true")
        )
    return ok(about, f"{now:%Y-%m-%d %H:%M %Z}")


def time_zone() -> Finding:
    """Look whether the units' time zone is known here."""
    from django.conf import settings

    name = settings.TIME_ZONE
    try:
        return ok(_("时区"), f"{name}, {datetime.now(ZoneInfo(name)):%H:%M}")
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            _("时区"), "fail", name,
            _("不认识这个时区。改正 HALFSKY_TIME_ZONE，或 apt-get install tzdata。"),
        )  # fmt: skip


def data_folder() -> Iterable[Finding]:
    """Look whether the data folder can be written and has room."""
    from django.conf import settings

    folder: Path = settings.DATA_DIR
    about = _("数据文件夹")
    if not folder.is_dir():
        yield Finding(
            about, "fail", _("{path} 不存在").format(path=folder),
            f"mkdir -p -m 700 '{folder}'",
        )  # fmt: skip
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            about, "fail", _("{path} 不能写入").format(path=folder),
            f"chown -R $(id -un) '{folder}'",
        )  # fmt: skip
    else:
        yield ok(about, str(folder))
        if folder.stat().st_mode & 0o007:
            yield Finding(
                about, "warn", _("本机其他用户也能读到里面的数据"), f"chmod 700 '{folder}'"
            )
    free = shutil.disk_usage(folder).free
    seen = _("剩余 {size:.1f} GB").format(size=free / 1024**3)
    mend = _("腾出空间：数据库写满磁盘会停下来。")
    if free < NO_DISK:
        yield Finding(_("磁盘"), "fail", seen, mend)
    elif free < LOW_DISK:
        yield Finding(_("磁盘"), "warn", seen, mend)
    else:
        yield ok(_("磁盘"), seen)


def database() -> Iterable[Finding]:
    """Look whether the database answers, is new enough, safe in a power cut and up to date."""
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    about = _("数据库")
    name = settings.DATABASES["default"]["NAME"]
    embedded = connection.vendor == "sqlite"
    if embedded and not Path(name).exists():
        yield Finding(
            about, "fail", _("{path} 还没有建立").format(path=name), "halfsky manage migrate"
        )
        return
    try:
        with connection.cursor() as cursor:
            yield from (sqlite_findings if embedded else postgresql_findings)(cursor)
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = (str(error).strip().splitlines() or [""])[0]
        yield Finding(
            about, "fail", _("打不开：{reason}").format(reason=reason),
            _("检查 DATABASE_URL、数据库服务和文件权限。"),
        )  # fmt: skip
        return
    finally:
        connection.close()
    if behind:
        yield Finding(
            _("数据库版本"), "fail", _("差 {count} 步更新").format(count=len(behind)),
            _("先备份，再运行 halfsky manage migrate。"),
        )  # fmt: skip
    else:
        yield ok(_("数据库版本"), _("已是最新"))


def sqlite_findings(cursor: Any) -> Iterable[Finding]:
    """Look at SQLite: version, journal, what it does at a power cut, and its own check."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("SQLite", "fail", sqlite3.sqlite_version, _("请换用较新的 Python。"))
    else:
        yield ok("SQLite", sqlite3.sqlite_version)

    def asked(pragma: str) -> Any:
        return cursor.execute(f"PRAGMA {pragma}").fetchone()[0]

    journal, careful = asked("journal_mode"), asked("synchronous")
    seen = f"journal_mode={journal}, synchronous={careful}"
    if journal != "wal" or careful != 2:
        yield Finding(
            _("断电安全"), "fail", seen,
            _("应为 wal 和 2（FULL）；数据库不要放在网络磁盘上，设置不要改动。"),
        )  # fmt: skip
    else:
        yield ok(_("断电安全"), seen)
    state = asked("quick_check(1)")
    if state != "ok":
        yield Finding(_("数据库完好"), "fail", str(state), _("数据库已损坏：从备份恢复。"))


def postgresql_findings(cursor: Any) -> Iterable[Finding]:
    """Look at PostgreSQL: version and what it does at a power cut."""

    def asked(setting: str) -> str:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])

    version = asked("server_version")
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_POSTGRESQL:
        yield Finding("PostgreSQL", "fail", version, _("需要 PostgreSQL 14 或更新的版本。"))
    else:
        yield ok("PostgreSQL", version)
    careful = {name: asked(name) for name in ("fsync", "synchronous_commit", "full_page_writes")}
    seen = ", ".join(f"{name}={value}" for name, value in careful.items())
    if "off" in careful.values():
        yield Finding(_("断电安全"), "fail", seen, _("在 postgresql.conf 里把它们都设为 on。"))
    else:
        yield ok(_("断电安全"), seen)
    if (encoding := asked("server_encoding")) != "UTF8":
        yield Finding(_("编码"), "fail", encoding, _("请建 UTF8 编码的数据库。"))


def static_files() -> Finding:
    """Look whether styles and scripts stand where the site serves them from."""
    from django.conf import settings

    about = _("静态文件")
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return ok(about, _("直接从程序里读"))
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        return Finding(
            about, "warn", _("还没有收集；halfsky serve 启动时会收集"),
            "halfsky manage collectstatic --noinput",
        )  # fmt: skip
    return ok(about, str(settings.STATIC_ROOT))


def fonts() -> Finding:
    """Look for a Chinese font: papers and pictures made on this machine need one."""
    from django.conf import settings

    own = sorted(settings.HALFSKY_FONTS.glob("*.[to]t[fc]"))
    if own:
        return ok(_("中文字体"), ", ".join(path.name for path in own[:3]))
    program = shutil.which("fc-list")
    if program:
        listed = subprocess.run(
            [program, ":lang=zh-cn", "family"],
            capture_output=True, text=True, timeout=20, check=False,
        ).stdout.splitlines()  # fmt: skip
        if listed:
            return ok(_("中文字体"), listed[0])
    else:
        places = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
        found = next(
            (path for place in places for path in place.rglob("*CJK*") if path.is_file()), None
        )
        if found:
            return ok(_("中文字体"), found.name)
    return Finding(
        _("中文字体"), "warn", _("没有；网页不受影响，本机生成的图片会缺字"),
        "apt-get install fonts-noto-cjk",
    )  # fmt: skip


def office() -> Finding:
    """Look for LibreOffice, which reads .doc and .wps."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return Finding(
            "LibreOffice", "warn", _("没有；.doc 和 .wps 文件读不了，其他格式不受影响"),
            "apt-get install libreoffice-writer-nogui",
        )  # fmt: skip
    started = time.monotonic()
    try:
        version = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=60, check=False
        ).stdout.split("\n")[0]
    except subprocess.TimeoutExpired:
        version = ""
    if not version.startswith("LibreOffice"):
        return Finding(
            "LibreOffice", "warn",
            _("{path} 没有在 {seconds:.0f} 秒内答出版本").format(
                path=program, seconds=time.monotonic() - started
            ),
            "apt-get install --reinstall libreoffice-writer-nogui",
        )  # fmt: skip
    return ok("LibreOffice", " ".join(version.split()[:2]))
