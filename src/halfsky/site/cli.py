"""The command line `halfsky`: the same verbs in a checkout and when installed.

Slow libraries are imported inside the functions, so that each verb starts fast. Results go to
stdout, words for the person to stderr; the exit codes are those of `terminal.Exit`.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import halfsky
from halfsky.site.terminal import Exit, Stop, checkout, say
from halfsky.site.terminal import gettext as _

DEVELOPERS_VERBS = ("test", "lint", "bench", "eval")
HANDING_ON = ("manage", "bench", "eval")  # every word after the verb goes to somebody else


class Parser(argparse.ArgumentParser):
    """Arguments whose help and complaints speak the terminal's language."""

    def __init__(self, **options: Any) -> None:
        """Make a parser with our own help option."""
        options["formatter_class"] = argparse.RawTextHelpFormatter
        super().__init__(add_help=False, **options)
        self.add_argument("-h", "--help", action="help", help=_("显示用法"))

    def error(self, message: str) -> NoReturn:
        """End with the usage and what is wrong with it."""
        self.print_usage(sys.stderr)
        say(_("命令写得不对：{message}").format(message=message))
        sys.exit(Exit.USAGE)


def parser() -> Parser:
    """Return the parser of all verbs."""
    top = Parser(
        prog="halfsky",
        description=_("半边天：一个单位的妇女工作年度计划，从文件到佐证。"),
        epilog=_(
            "退出码：0 完成 · 1 做完了但有问题（测试未过、检查有错、被拒绝）· 2 命令写得不对 ·\n"
            "3 文件读不了 · 4 地址或端口用不了 · 5 设置、数据库或数据文件夹有问题 ·\n"
            "6 软件包没装上 · 130 Ctrl-C · 143 被终止"
        ),
    )
    top.add_argument("--version", action="version", version=f"halfsky {halfsky.__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)

    def verb(name: str, text: str, within: Any = verbs, *, data: bool = True) -> Parser:
        made: Parser = within.add_parser(name, help=text, description=text)
        if data:
            made.add_argument(
                "--data", metavar="DIR", help=_("数据库和文件放在哪个文件夹（默认 .data）")
            )
        return made

    def address(made: Parser) -> None:
        made.add_argument("--host", default="127.0.0.1", help=_("监听地址（默认 127.0.0.1）"))
        made.add_argument(
            "--port", type=port, default=8000, help=_("端口（默认 8000；0 表示任选一个空闲的）")
        )
        made.add_argument(
            "--workers", type=workers, default=2, metavar="N", help=_("工作进程数（默认 2）")
        )

    demo = verb("demo", _("用示例计划和示例人员开一个演示站点"))
    address(demo)
    demo.add_argument("--fresh", action="store_true", help=_("丢掉上次的演示数据，从头再来"))

    serve = verb("serve", _("正式运行站点"))
    address(serve)
    serve.add_argument(
        "--migrate", action="store_true", help=_("先更新数据库和静态文件，再开始服务")
    )
    serve.add_argument("--certificate", metavar="FILE", help=_("HTTPS 证书（PEM）"))
    serve.add_argument("--key", metavar="FILE", help=_("HTTPS 私钥（PEM，PKCS#8）"))

    doctor = verb("doctor", _("检查设置、数据库、字体、LibreOffice 等，并说明怎样修好"))
    doctor.add_argument("--json", action="store_true", help=_("以 JSON 输出"))

    plan = verb("plan", _("读取或导入一份计划文件"), data=False)
    plans = plan.add_subparsers(dest="task", metavar="TASK", required=True, parser_class=Parser)
    read = verb("read", _("读懂一份计划文件，显示读到了什么"), plans, data=False)
    read.add_argument("file", metavar="FILE", help=_("计划文件的路径"))
    read.add_argument("--json", action="store_true", help=_("以 JSON 输出"))
    take = verb("import", _("把一份计划文件导入为草案"), plans)
    take.add_argument("file", metavar="FILE", help=_("计划文件的路径"))
    take.add_argument("--unit", help=_("所属单位：代码、简称或全称（默认：第一位专干所在的单位）"))
    take.add_argument(
        "--by", metavar="NAME", help=_("以哪个账号的名义（默认：该单位的专干或妇委会主任）")
    )
    take.add_argument("--year", type=int, help=_("计划年度，文件里没有写明时才需要"))
    take.add_argument("--json", action="store_true", help=_("以 JSON 输出"))

    user = verb("user", _("管理账号"), data=False)
    users = user.add_subparsers(dest="task", metavar="TASK", required=True, parser_class=Parser)
    add = verb("add", _("新建账号，可同时授予一个角色"), users)
    add.add_argument("name", metavar="NAME", help=_("用户名"))
    add.add_argument("--shown", metavar="NAME", help=_("显示名（默认同用户名）"))
    add.add_argument("--unit", required=True, help=_("所在单位：代码、简称或全称"))
    add.add_argument(
        "--new-unit", metavar="NAME", help=_("单位还没有时，以这个全称、--unit 的代码新建")
    )
    add.add_argument("--role", help=_("在该单位授予的角色，例如 system_admin、officer、chair"))
    add.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("从标准输入读密码（默认：生成一个，首次登录时须改）"),
    )

    test = verb(
        "test",
        _("运行全部测试：SQLite，有 PostgreSQL 时再来一遍；-- 后面的参数交给 pytest"),
    )
    test.add_argument(
        "--database",
        choices=("all", "sqlite", "postgresql"),
        default="all",
        help=_("只用其中一种数据库"),
    )
    lint = verb("lint", _("检查代码、模板、译文和各室之间的边界"), data=False)
    lint.add_argument("--fix", action="store_true", help=_("能自动改好的先改好"))
    verb("bench", _("测量速度，与同机的界线并列；后面的参数都交给它"), data=False)
    verb("eval", _("在一批计划文件上给读取打分；后面的参数都交给它"), data=False)
    verb("manage", _("Django 的管理命令；后面的参数都交给它"), data=False)
    return top


def understood(argv: Sequence[str]) -> argparse.Namespace:
    """Return what the command line asks for; `words` are those for pytest, bench, Django …"""
    if argv and argv[0] in HANDING_ON:
        return argparse.Namespace(verb=argv[0], words=list(argv[1:]))
    ours, words = list(argv), []
    if argv and argv[0] == "test" and "--" in argv:
        cut = ours.index("--")
        ours, words = ours[:cut], ours[cut + 1 :]
    given = parser().parse_args(ours)
    given.words = words
    return given


def port(text: str) -> int:
    """Return a port number. Raises ValueError outside 0 to 65535."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def workers(text: str) -> int:
    """Return a number of processes. Raises ValueError below 1 or above 64."""
    number = int(text)
    if not 1 <= number <= 64:
        raise ValueError(text)
    return number


def place_data(given: str | None) -> Path:
    """Settle where the database and the files are, for this process and those it starts.

    In order: --data, HALFSKY_DATA, `.data` of the checkout, `.data` of the current folder.
    """
    folder = given or os.environ.get("HALFSKY_DATA") or (checkout() or Path.cwd()) / ".data"
    path = Path(folder).expanduser().resolve()
    os.environ["HALFSKY_DATA"] = str(path)
    return path


def make_data_folder(path: Path) -> None:
    """Make the data folder, readable by its owner only.

    Raises Stop when it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = path / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Stop(
            _("数据文件夹 {path} 不能写入（{reason}）。请改正权限，或用 --data 另指一个。").format(
                path=path, reason=error.strerror
            ),
            Exit.NOT_SET_UP,
        ) from error


def start_django(*, lasting_key: bool = False) -> None:
    """Set Django up. Raises Stop when the settings are not in order.

    A command that answers no browser signs nothing that lasts: without HALFSKY_SECRET_KEY it
    works with a key of its own for this one run. With `lasting_key` the variable must be set.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halfsky.site.settings")
    if not os.environ.get("HALFSKY_SECRET_KEY") and not lasting_key:
        os.environ["HALFSKY_SECRET_KEY"] = secrets.token_urlsafe(50)
    if checkout():
        from halfsky.site.messages import compile_catalogs

        compile_catalogs()
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Stop(_("设置有问题：{error}").format(error=error), Exit.NOT_SET_UP) from error


def read_document(path: Path) -> Any:
    """Return the text of a document and what was understood of it.

    Raises Stop with the reader's own sentence when it cannot be read.
    """
    from halfsky.library.papers import CannotRead
    from halfsky.library.readers import read_file
    from halfsky.plans.rules.reading import read_plan

    try:
        source = read_file(path)
        return source, read_plan(source)
    except CannotRead as error:
        if not os.environ.get("HALFSKY_LANGUAGE", "zh").startswith("zh"):
            start_django()  # the sentence is the site's, in the site's language
        raise Stop(str(error), Exit.UNREADABLE) from error


def read_plan_file(given: argparse.Namespace) -> int:
    """Carry out `halfsky plan read FILE [--json]`."""
    from halfsky.plans.rules.reading import to_json

    _source, reading = read_document(Path(given.file))
    found = to_json(reading)
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return Exit.DONE
    print(_("{title}（{year}年）").format(title=found["title"], year=found["year"] or "?"))
    for point in found["key_points"]:
        print(f"\n{point['ordinal']}. {point['heading']}")
        for measure in point["measures"]:
            print(f"   · {measure['text']}  [{measure['kind']}, {measure['whose']}]")
    measures = sum(len(point["measures"]) for point in found["key_points"])
    print(
        "\n"
        + _("要点 {points} 个，举措 {measures} 条，日期 {dates} 个，热线 {hotlines} 个。").format(
            points=len(found["key_points"]),
            measures=measures,
            dates=len(found["dates"]),
            hotlines=len(found["hotlines"]),
        )
    )
    return Exit.DONE


def run_manage(given: argparse.Namespace) -> int:
    """Pass everything on to Django's own commands."""
    place_data(None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halfsky.site.settings")
    os.environ.setdefault("HALFSKY_SECRET_KEY", secrets.token_urlsafe(50))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["halfsky manage", *given.words])
    return Exit.DONE


def run(given: argparse.Namespace) -> int:
    """Carry out one verb; return the exit code. Raises Stop."""
    verb = given.verb
    if verb in DEVELOPERS_VERBS:
        root = checkout()
        if root is None:
            raise Stop(
                _("halfsky {verb} 需要源代码：请在源代码文件夹里运行 ./halfsky {verb}。").format(
                    verb=verb
                ),
                Exit.USAGE,
            )
        from halfsky.site import workshop

        return workshop.run(verb, given, root)
    if verb == "manage":
        return run_manage(given)
    if verb == "plan" and given.task == "read":
        return read_plan_file(given)
    folder = place_data(given.data)
    if verb in {"demo", "serve"}:
        from halfsky.site import serving

        return serving.demo(given, folder) if verb == "demo" else serving.serve(given, folder)
    if verb == "doctor":
        from halfsky.site import doctor

        return doctor.run(as_json=given.json)
    start_django()
    from halfsky.site import errands  # its tables are there once Django is set up

    return errands.import_plan(given) if verb == "plan" else errands.add_user(given)


def end_when_told(number: int, _frame: object) -> NoReturn:
    """End in good order on SIGTERM or SIGHUP: `finally` blocks run, children are ended."""
    raise SystemExit(128 + number)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `halfsky` with `argv` (default: the command line); return the exit code."""
    signal.signal(signal.SIGTERM, end_when_told)
    try:
        return int(run(understood(sys.argv[1:] if argv is None else argv)))
    except Stop as stop:
        say(str(stop))
        return int(stop.code)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        # whoever read the output has gone (… | head); Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.DONE)
    except OSError as error:
        say(
            _("系统不允许这一步：{reason}（{path}）。").format(
                reason=error.strerror or error, path=error.filename or "—"
            )
        )
        return int(Exit.NOT_SET_UP)
