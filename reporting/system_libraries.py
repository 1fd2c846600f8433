"""Check that this machine has what pip cannot install; on Debian, install it as root, else print the line to run.

    python3 reporting/system_libraries.py venv      Python 3.11 and what it needs to make a virtual environment
    python3 reporting/system_libraries.py report    the libraries that WeasyPrint loads: Pango, and HarfBuzz's subsetter

Runs before any package is there, on whatever Python there is: standard library only, and no newer syntax.
"""

import ctypes.util
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
# What is needed -> Debian's packages that bring it
PYTHON_MODULES = {"ensurepip": "python3-venv", "venv": "python3-venv"}
LIBRARIES = {"libpangoft2-1.0.so.0": "libpangoft2-1.0-0", "libharfbuzz-subset.so.0": "libharfbuzz-subset0"}
# The same libraries on systems that number otherwise
OTHER_NAMES = {"libpangoft2-1.0.so.0": "pangoft2-1.0", "libharfbuzz-subset.so.0": "harfbuzz-subset"}


def main(arguments: list) -> "int | str":
    """0, or the line with which to exit."""
    if arguments not in (["venv"], ["report"]):
        return "usage: python3 reporting/system_libraries.py venv|report"
    if sys.version_info < OLDEST_PYTHON:
        oldest, this = ".".join(map(str, OLDEST_PYTHON)), sys.version.split()[0]
        advice = "name another one, as in make all PYTHON=python3.12"
        return f"error: Python {oldest} or newer is needed, this is {this}; {advice}"
    find_missing = missing_modules if arguments == ["venv"] else missing_libraries
    packages = find_missing()
    if not packages:
        return 0
    commands = [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends"] + packages]
    line = " && ".join(" ".join(command) for command in commands)
    if not can_install():
        return f"error: this machine lacks {' and '.join(packages)}; on Debian or Ubuntu run: sudo sh -c '{line}'"
    print("installing " + " ".join(packages), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _, installed = [subprocess.run(command, stdout=subprocess.DEVNULL, env=environment) for command in commands]
    return f"error: could not be installed; run: {line}" if installed.returncode or find_missing() else 0


def missing_modules() -> list:
    """Debian's packages for the parts of Python's standard library that Debian leaves out."""
    importlib.invalidate_caches()
    return sorted({package for module, package in PYTHON_MODULES.items() if importlib.util.find_spec(module) is None})


def missing_libraries() -> list:
    """Debian's packages for the shared libraries that cannot be loaded."""
    return [package for name, package in LIBRARIES.items() if not loads(name)]


def loads(name: str) -> bool:
    """Whether a shared library loads, under Debian's name or the one that this system finds for it."""
    for candidate in (name, ctypes.util.find_library(OTHER_NAMES[name])):
        try:
            if candidate and ctypes.CDLL(candidate):
                return True
        except OSError:
            continue
    return False


def can_install() -> bool:
    """Whether this is root on a system with apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
