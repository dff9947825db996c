"""Building the package: the word lists (.mo) are made from the .po files on the way."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))


class BuildWithWords(build_py):
    """Compiles the words of every room before the files are gathered."""

    def run(self) -> None:
        """Compile, then build as ever."""
        from halfsky.site.messages import compile_catalogs

        compile_catalogs()
        super().run()


setup(cmdclass={"build_py": BuildWithWords})
