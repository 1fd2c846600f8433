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
OTHER_NAMES = {
    "libpangoft2-1.0.so.0": "pangoft2-1.0",
    "libharfbuzz-subset.so.0": "harfbuzz-subset",
}  # on systems that number otherwise


def main(arguments):
    if arguments not in (["venv"], ["report"]):
        return "usage: python3 reporting/system_libraries.py venv|report"
    if sys.version_info < OLDEST_PYTHON:
        return (
            "error: Python %d.%d or newer is needed, this is %s; name another one, as in make all PYTHON=python3.12"
            % (
                *OLDEST_PYTHON,
                sys.version.split()[0],
            )
        )
    find_missing = missing_modules if arguments == ["venv"] else missing_libraries
    packages = find_missing()
    if not packages:
        return 0
    commands = [["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends"] + packages]
    line = " && ".join(" ".join(command) for command in commands)
    if not can_install():
        return f"error: this machine lacks {' and '.join(packages)}; on Debian or Ubuntu run: sudo sh -c '{line}'"
    print("installing " + " ".join(packages), flush=True)
    for command in commands:
        failed = subprocess.run(
            command, stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        ).returncode
    return f"error: could not be installed; run: {line}" if failed or find_missing() else 0


def missing_modules():
    """Debian's packages for the parts of Python's standard library that Debian leaves out."""
    importlib.invalidate_caches()
    return sorted({package for module, package in PYTHON_MODULES.items() if importlib.util.find_spec(module) is None})


def missing_libraries():
    """Debian's packages for the shared libraries that cannot be loaded."""
    return [package for name, package in LIBRARIES.items() if not loads(name)]


def loads(name):
    """Whether a shared library loads, under Debian's name or the one that this system finds for it."""
    for candidate in (name, ctypes.util.find_library(OTHER_NAMES[name])):
        try:
            if candidate and ctypes.CDLL(candidate):
                return True
        except OSError:
            continue
    return False


def can_install():
    """Whether this is root on a system with apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
