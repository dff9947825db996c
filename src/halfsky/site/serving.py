"""`halfsky demo` and `halfsky serve`: make ready, answer requests, end in good order."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import fcntl
import gc
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from halfsky.site.cli import make_data_folder, start_django
from halfsky.site.terminal import Exit, Stop, say
from halfsky.site.terminal import gettext as _

DEMO_MARK = "demo.json"  # in the data folder: this is a demonstration, made by us
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 -- compared with, not bound to
SIGN_IN_ORDER = (
    "officer", "chair", "leader", "vice_leader", "committee_member", "liaison", "case_worker",
    "health_liaison", "volunteer_lead", "judge", "expert", "auditor", "staff", "system_admin",
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """Where the site listens, and under which address a person on this machine opens it."""

    host: str
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        """The address to open in a browser here."""
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


def free_address(host: str, port: int, scheme: str = "http") -> Address:
    """Return the address with a port that can be bound now; port 0 picks a free one.

    Raises Stop when the host is none of this machine's or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=1)
        family, kind, protocol, _name, place = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen()
            everywhere = "0.0.0.0"  # noqa: S104 -- asked for with an empty --host
            return Address(str(place[0]) if host else everywhere, probe.getsockname()[1], scheme)
    except socket.gaierror as error:
        raise Stop(
            _("主机名 {host} 无法解析。请写本机的地址，例如 127.0.0.1 或 0.0.0.0。").format(
                host=host
            ),
            Exit.NO_ADDRESS,
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sentence = _(
                "{host} 的端口 {port} 已被别的程序占用。请用 --port 换一个，或写 --port 0 任选空闲端口。"
            )
        elif error.errno == errno.EACCES:
            sentence = _("端口 {port} 需要管理员权限。请用 1024 以上的端口，例如 --port 8000。")
        else:
            sentence = _("{host} 不是本机的地址。请写本机的地址，例如 127.0.0.1 或 0.0.0.0。")
        raise Stop(sentence.format(host=host, port=port), Exit.NO_ADDRESS) from error


def own_addresses() -> list[str]:
    """Return the names and IPv4 addresses under which others may reach this machine."""
    found = [socket.gethostname()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _number, name in socket.if_nameindex():
            question = struct.pack("256s", name.encode()[:15])
            with contextlib.suppress(OSError):  # an interface without an address
                answer = fcntl.ioctl(asking.fileno(), 0x8915, question)  # SIOCGIFADDR
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def answered_hosts(host: str) -> str:
    """Return the value of HALFSKY_HOSTS for a demo that listens on `host`."""
    others = own_addresses() if host in EVERYWHERE else [f"[{host}]" if ":" in host else host]
    return ",".join(dict.fromkeys([*LOOPBACK, *others]))


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second demo from preparing the same data folder at the same time."""
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(_("另一个演示正在准备同一个数据文件夹，等它完成……"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_mark(folder: Path) -> dict[str, Any] | None:
    """Return what an earlier demo noted in its data folder, or None when there was none."""
    try:
        noted: dict[str, Any] = json.loads((folder / DEMO_MARK).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}  # a run that was cut off while writing: made anew
    return noted


def write_mark(folder: Path, noted: dict[str, Any]) -> None:
    """Note the demo's secrets, readable by the owner only, in one step."""
    part = folder / f"{DEMO_MARK}.part"
    part.touch(mode=0o600)
    part.write_text(json.dumps(noted, indent=1), "utf-8")
    part.replace(folder / DEMO_MARK)


def clear_demo(folder: Path) -> None:
    """Delete what an earlier demo made in its data folder, and nothing else."""
    for path in folder.glob("halfsky.sqlite3*"):
        path.unlink()
    shutil.rmtree(folder / "files", ignore_errors=True)


def prepare_demo(folder: Path, *, fresh: bool) -> dict[str, Any]:
    """Make database and example in `folder` unless they stand there; return what was noted.

    Raises Stop when the folder holds a database that no demo made.
    """
    noted = read_mark(folder)
    if noted is None and (folder / "halfsky.sqlite3").exists():
        raise Stop(
            _("{path} 里已有正式数据，演示不会动它。请用 --data 为演示另指一个文件夹。").format(
                path=folder
            ),
            Exit.NOT_SET_UP,
        )
    if fresh or not (noted or {}).get("ready"):
        clear_demo(folder)
        noted = {"key": secrets.token_urlsafe(50), "password": new_password(), "ready": False}
        write_mark(folder, noted)
    assert noted is not None  # noqa: S101 -- settled just above
    os.environ["HALFSKY_SECRET_KEY"] = noted["key"]
    start_django()
    from django.core.management import call_command
    from django.db import Error

    try:
        say(_("正在准备数据库……"))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not noted["ready"]:
            say(_("正在装入示例计划和示例人员……"))
            call_command("load_example", stdout=sys.stderr)
            set_demo_password(noted["password"])
            noted["ready"] = True
            write_mark(folder, noted)
    except Error as error:
        raise Stop(
            _("演示数据库出了问题：{error}。请看磁盘是否已满，再用 --fresh 从头来过。").format(
                error=str(error).strip()
            ),
            Exit.NOT_SET_UP,
        ) from error
    return noted


def new_password() -> str:
    """Return a password of the demo's own: easy to type, good on this data folder only."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _j in range(3))


def set_demo_password(password: str) -> None:
    """Give every account of the example the demo's password."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    get_user_model().objects.update(password=make_password(password), must_change_password=False)


def sign_ins() -> list[tuple[str, str, str, str]]:
    """Return user name, person, role and unit of one account for each role in use."""
    from django.utils import timezone, translation

    from halfsky.people.models import Grant
    from halfsky.people.roles import Role
    from halfsky.site.terminal import in_chinese

    today = timezone.localdate()
    found: dict[str, tuple[str, str, str, str]] = {}
    grants = Grant.objects.select_related("account", "unit").order_by("id")
    with translation.override("zh-hans" if in_chinese() else "en"):
        for grant in grants:
            in_force = grant.starts_on is None or grant.starts_on <= today
            in_force = in_force and (grant.ends_on is None or today <= grant.ends_on)
            if in_force and grant.deputy_of_id is None and grant.account.is_active:
                person = grant.account.display_name
                row = (
                    grant.account.username, person, str(Role(grant.role).label), str(grant.unit)
                )  # fmt: skip
                found.setdefault(grant.role, row)
    order = {role: place for place, role in enumerate(SIGN_IN_ORDER)}
    return [found[role] for role in sorted(found, key=lambda role: order.get(role, 99))]


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes; a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def show_sign_ins(password: str) -> None:
    """Print who can sign in to the demo, one line for each role."""
    rows = [(_("角色"), _("用户名"), _("密码"), _("姓名"), _("单位"))]
    rows += [(role, name, password, person, unit) for name, person, role, unit in sign_ins()]
    widths = [max(width(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        cells = (cell + " " * (widths[column] - width(cell)) for column, cell in enumerate(row))
        print("  ".join(cells).rstrip())
    sys.stdout.flush()


def end_with_parent() -> None:
    """Have Linux end this worker when the process that started it is gone, however it went."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


APPLICATION = "halfsky.site.wsgi:application"


def load_application(target: str) -> Callable[..., Any]:
    """Return the WSGI application inside a worker."""
    end_with_parent()
    return application_at(target)


def application_at(target: str) -> Callable[..., Any]:
    """Return the WSGI application that `target` names ("package.module:name")."""
    module, _colon, name = target.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Takes a redirect (to https) as the answer."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        """Follow nothing."""


def answers(address: Address) -> bool:
    """Whether the site answers a question for its health."""
    import ssl

    trusting = ssl.create_default_context()
    trusting.check_hostname = False  # only this machine is asked, whether it answers at all
    trusting.verify_mode = ssl.CERT_NONE
    proxyless = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=trusting),
        NoRedirects,
    )
    try:
        with proxyless.open(f"{address.url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500  # it answers; a redirect to https or a refused host is its right
    except OSError:
        return False


def announce(address: Address, sentence: str, over: threading.Event) -> None:
    """Print `sentence` once the site answers, unless it ended before."""
    while not over.wait(0.05):
        if answers(address):
            print(sentence, flush=True)
            return


def answer_requests(
    address: Address,
    *,
    workers: int,
    sentence: str,
    certificate: Path | None = None,
    key: Path | None = None,
    application: str = APPLICATION,
) -> int:
    """Serve until told to end; return the exit code.

    Ctrl-C gives 130 and SIGTERM 143; a request in work is finished, workers end with us.
    """
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    told: list[int] = []

    class Server(Granian):  # type: ignore[misc,valid-type] # a class chosen at run time
        def signal_handler_interrupt(self, *args: Any, **options: Any) -> None:
            told.append(args[0] if args else signal.SIGINT)
            for worker in self.wrks:  # they end because we say so, not by mishap
                worker.interrupt_by_parent = True
            super().signal_handler_interrupt(*args, **options)

    connections.close_all()  # a worker opens its own
    application_at(application)  # once, before the workers are forked: they share its memory
    gc.collect()
    gc.freeze()
    server = Server(
        application,
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        ssl_cert=certificate,
        ssl_key=key,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    )
    over = threading.Event()
    threading.Thread(target=announce, args=(address, sentence, over), daemon=True).start()
    hang_up = signal.getsignal(signal.SIGHUP)

    def heed_hang_up() -> None:
        """The terminal was closed: end too, unless we were started to outlive it (nohup)."""
        if hang_up is signal.SIG_IGN:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        else:
            signal.signal(signal.SIGHUP, server.signal_handler_interrupt)

    server.on_startup(heed_hang_up)
    code = 0
    try:
        server.serve(target_loader=load_application)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        over.set()
    if told:
        return 128 + told[0]
    if code:
        raise Stop(_("站点已停止：工作进程反复退出，原因见上。"), Exit.NOT_SET_UP)
    return Exit.DONE


def demo(given: argparse.Namespace, folder: Path) -> int:
    """Carry out `halfsky demo`: everything on the embedded database, on this machine."""
    address = free_address(given.host, given.port)
    make_data_folder(folder)
    if os.environ.pop("DATABASE_URL", ""):
        say(_("演示只用自带的 SQLite 数据库，不理会 DATABASE_URL。"))
    os.environ.update(HALFSKY_HTTP="1", HALFSKY_HOSTS=answered_hosts(given.host))
    for name in ("HALFSKY_DEBUG", "HALFSKY_PROXY"):
        os.environ.pop(name, None)
    (folder / "static").mkdir(exist_ok=True)  # whitenoise looks there too, and misses it aloud
    with alone(folder):
        noted = prepare_demo(folder, fresh=given.fresh)
    show_sign_ins(noted["password"])
    return answer_requests(
        address, workers=given.workers, sentence=f"Halfsky is ready at {address.url}"
    )


def serve(given: argparse.Namespace, folder: Path) -> int:
    """Carry out `halfsky serve`: the real site.

    Raises Stop when a setting is missing, the database is behind, or static files are missing.
    """
    if bool(given.certificate) != bool(given.key):
        raise Stop(_("--certificate 和 --key 要么都写，要么都不写。"), Exit.USAGE)
    for name in filter(None, (given.certificate, given.key)):
        if not os.access(name, os.R_OK):
            raise Stop(
                _("读不到文件 {path}。请检查路径和权限。").format(path=name), Exit.NOT_SET_UP
            )
    address = free_address(given.host, given.port, "https" if given.certificate else "http")
    make_data_folder(folder)
    if read_mark(folder) is not None:
        raise Stop(
            _("{path} 是演示数据，口令人人可见，不能正式运行。请用 --data 另指一个文件夹。").format(
                path=folder
            ),
            Exit.NOT_SET_UP,
        )
    if not (os.environ.get("HALFSKY_SECRET_KEY") or os.environ.get("HALFSKY_DEBUG")):
        raise Stop(
            _(
                "没有设置 HALFSKY_SECRET_KEY，站点不能启动。请生成一个并长期保留：\n"
                "  python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
            ),
            Exit.NOT_SET_UP,
        )
    start_django(lasting_key=True)
    make_current(migrate=given.migrate)
    return answer_requests(
        address,
        workers=given.workers,
        sentence=f"Halfsky is ready at {address.url}",
        certificate=Path(given.certificate).resolve() if given.certificate else None,
        key=Path(given.key).resolve() if given.key else None,
    )


def make_current(*, migrate: bool) -> None:
    """Bring database and static files up to date, or refuse when that was not asked for.

    Raises Stop when the database cannot be reached or is behind.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        if migrate:
            say(_("正在更新数据库……"))
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        raise Stop(
            _("连不上数据库：{error}请检查 DATABASE_URL 和数据库服务。").format(
                error=f"{str(error).strip()}\n"
            ),
            Exit.NOT_SET_UP,
        ) from error
    if behind:
        raise Stop(
            _(
                "数据库还没有更新到这一版（差 {count} 步）。请先备份，再运行 halfsky serve --migrate。"
            ).format(count=len(behind)),
            Exit.NOT_SET_UP,
        )
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    collects = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if collects and (migrate or not manifest.exists()):
        say(_("正在收集静态文件……"))
        call_command("collectstatic", interactive=False, verbosity=0)
