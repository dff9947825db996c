"""Make or mend the virtual environment of a checkout; `./halfsky` runs this when needed.

    python3 requirements/prepare.py base|dev FOLDER

Uses the standard library only. The packages are the locked ones, with hashes; they come from the
index or mirror that pip is set up for on this machine (uv, which installs them, reads no pip.conf).
Two at once wait for each other; a run that was cut off is mended by the next one.
Messages go to stderr. Exit codes: 0 done, 6 not done (the reason is printed), 130 interrupted.
"""

from __future__ import annotations

import ast
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
SETS = {"base": ("base.txt",), "dev": ("base.txt", "dev.txt")}
VENV_NAMES = {"bin", "include", "lib", "lib64", "share", "pyvenv.cfg", ".gitignore", "CACHEDIR.TAG"}
UNFINISHED = "halfsky-unfinished"


class NotDone(Exception):
    """The environment could not be made; the text says why and what to do."""


def in_chinese() -> bool:
    """Whether the terminal speaks Chinese."""
    names = ("HALFSKY_TONGUE", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((v for name in names if (v := os.environ.get(name))), "").startswith("zh")


def say(chinese: str, english: str) -> None:
    """Print one line to stderr in the terminal's language."""
    print(chinese if in_chinese() else english, file=sys.stderr, flush=True)


def not_done(chinese: str, english: str) -> NotDone:
    """Return the error with its text in the terminal's language."""
    return NotDone(chinese if in_chinese() else english)


held: list[int] = []  # the lock's file; commands hold it too, should this process be killed


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    """Run a command with its output on stderr."""
    return subprocess.run(
        command, stdout=sys.stderr.fileno(), pass_fds=held, check=False, **options
    )


def environment_works(python: Path) -> bool:
    """Whether the environment's own Python runs, is its creator's version and has pip."""
    if not python.exists():
        return False
    version = tuple(sys.version_info[:2])
    code = f"import sys, pip; sys.exit(sys.version_info[:2] != {version})"
    result = subprocess.run([str(python), "-c", code], stderr=subprocess.DEVNULL, check=False)
    return result.returncode == 0


def belongs_here(venv: Path) -> bool:
    """Whether the environment was made for this checkout: its scripts name the folder."""
    link = next(venv.glob("lib/python3*/site-packages/halfsky-checkout.pth"), None)
    return link is None or link.read_text("utf-8").strip() == str(CHECKOUT / "src")


def make_environment(venv: Path) -> None:
    """Make the environment in `venv`, anew when what stands there is broken or moved."""
    python = venv / "bin" / "python"
    if environment_works(python) and belongs_here(venv):
        return
    if venv.exists() and not (venv / "pyvenv.cfg").exists():
        strange = {path.name for path in venv.iterdir()} - VENV_NAMES
        if strange:
            raise not_done(
                f"{venv} 里有别的文件（{min(strange)}），不是半边天的环境，没有改动它。"
                "请用 HALFSKY_VENV 另指一个文件夹。",
                f"{venv} holds other files ({min(strange)}) and is no environment of Halfsky; "
                "it was left alone. Name another folder with HALFSKY_VENV.",
            )
    say(f"正在 {venv} 建立 Python 环境……", f"Making the Python environment in {venv} …")
    if run([sys.executable, "-m", "venv", "--clear", str(venv)]).returncode:
        raise not_done(
            "Python 环境没有建成，原因见上（磁盘是否已满？文件夹是否可写？）。",
            "The Python environment could not be made; the reason stands above "
            "(is the disk full? is the folder writable?).",
        )


def pip_settings(python: Path) -> dict[str, str]:
    """Return how pip is set up here, by option name: files first, the environment over them."""
    result = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    ranked: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in result.stdout.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in ranked and value:
            try:
                ranked[section][option] = str(ast.literal_eval(value))
            except (SyntaxError, ValueError):
                continue
    return ranked["global"] | ranked["install"] | ranked[":env:"]


def is_there(place: str) -> bool:
    """Whether `place` is an address or a folder that exists: pip passes over missing ones."""
    if "://" in place and not place.startswith("file://"):
        return True
    return Path(place.removeprefix("file://")).expanduser().exists()


def for_uv(settings: dict[str, str], env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return uv's arguments and environment variables that mean the same as pip's settings.

    What `env` already says for uv itself is left as it is. With hashes on every file it does
    not matter for safety which index a file comes from, so all of them are asked, as pip does.
    """
    arguments: list[str] = []
    more: dict[str, str] = {}

    def words(option: str) -> Iterable[str]:
        return settings.get(option, "").split()

    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"} & env.keys():
        if index := settings.get("index-url"):
            arguments += ["--default-index", index.strip()]
        for place in filter(is_there, words("extra-index-url")):
            arguments += ["--index", place]
        arguments += ["--index-strategy", "unsafe-best-match"]
    if "UV_FIND_LINKS" not in env:
        for place in filter(is_there, words("find-links")):
            arguments += ["--find-links", place]
    if settings.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        arguments += ["--no-index"]
    for host in words("trusted-host"):
        arguments += ["--allow-insecure-host", host]
    for option, variables in {
        "cert": ("SSL_CERT_FILE",),
        "client-cert": ("SSL_CLIENT_CERT",),
        "proxy": ("HTTP_PROXY", "HTTPS_PROXY"),
        "default-timeout": ("UV_HTTP_TIMEOUT",),
        "timeout": ("UV_HTTP_TIMEOUT",),
    }.items():
        value = settings.get(option, "").strip()
        for variable in variables:
            if value and variable not in env and variable.lower() not in env:
                more[variable] = value
    return arguments, more


def install(which: str, venv: Path) -> None:
    """Install the locked packages of the set `which` into `venv`."""
    python = venv / "bin" / "python"
    unfinished = venv / UNFINISHED
    again = unfinished.exists()
    unfinished.touch()
    env = os.environ | {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_USER": "0",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    env.pop("PYTHONPATH", None)
    say(
        "正在安装锁定的软件包（首次约一两分钟）……",
        "Installing the locked packages (a minute or two) …",
    )
    uv_file = HERE / "uv.txt"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--only-binary", ":all:"]
    pip += ["--require-hashes", "-r", str(uv_file)]
    if run(pip, env=env).returncode:
        raise could_not_install()
    arguments, more = for_uv(pip_settings(python), env)
    uv = [str(venv / "bin" / "uv"), "pip", "install", "--python", str(python), "--require-hashes"]
    uv += [*arguments, *(["--reinstall"] if again else [])]
    for name in SETS[which]:
        wheels_only = ["--only-binary", ":all:"] if name == "base.txt" else []
        if run([*uv, *wheels_only, "-r", str(HERE / name)], env=env | more).returncode:
            raise could_not_install()
    link = next(venv.glob("lib/python3*/site-packages")) / "halfsky-checkout.pth"
    link.write_text(f"{CHECKOUT / 'src'}\n", "utf-8")
    unfinished.unlink()


def could_not_install() -> NotDone:
    """Return the error for packages that did not arrive."""
    return not_done(
        "软件包没有装上，原因见上。若是网络不通或太慢：先用 pip config set global.index-url "
        "设好本单位能用的镜像，再运行一次；已下载的不会重来。",
        "The packages could not be installed; the reason stands above. If the network is closed "
        "or slow, set a mirror with `pip config set global.index-url …` and run this again; what "
        "has arrived is kept.",
    )


def main(which: str, folder: str) -> int:
    """Make the environment in `folder` hold the set `which`; return the exit code."""
    venv = Path(folder).absolute()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        venv.parent.mkdir(parents=True, exist_ok=True)
        with venv.with_name(venv.name + ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(
                    "另一个 halfsky 正在安装，等它完成……",
                    "Another halfsky is installing; waiting …",
                )
                fcntl.flock(lock, fcntl.LOCK_EX)
            held[:] = [lock.fileno()]
            make_environment(venv)
            install(which, venv)
    except NotDone as error:
        print(error, file=sys.stderr)
        return 6
    except OSError as error:
        say(
            f"没有装好：{error.strerror}：{error.filename}。",
            f"The set-up failed: {error.strerror}: {error.filename}.",
        )
        return 6
    except KeyboardInterrupt:
        say("已中断；再运行一次会接着装好。", "Interrupted; run it again to finish.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
