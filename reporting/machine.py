"""What this machine has and lacks for the virtual environment: Python, its modules, the system's libraries, disk space.

    python3 reporting/machine.py

prints what the interpreter that runs it is and lacks, as JSON. Both modules of the set-up, this one and `environment`,
run before any package is there, on whatever Python there is: standard library only, and nothing that Python 2.7 does
not understand.
"""

import collections
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig

OLDEST = (3, 11)
NEWEST = (3, 13)  # for which TensorFlow and h5py have wheels; the report alone works with later ones
TENSORFLOW_SYSTEMS = ("linux x86_64", "linux aarch64", "darwin arm64")
# The libraries that WeasyPrint loads, and Debian's packages that bring them
LIBRARIES = {"pangoft2-1.0": "libpangoft2-1.0-0", "harfbuzz-subset": "libharfbuzz-subset0"}
ELSEWHERE = "train elsewhere, copy runs/ here and make report, which needs no TensorFlow"
APT = "apt-get update; apt-get install --yes --no-install-recommends "  # an update that fails may be of another source
# What brings both on other systems
INSTALLERS = [
    ("dnf", "sudo dnf install pango"),
    ("pacman", "sudo pacman -S pango"),
    ("apk", "sudo apk add pango harfbuzz-subset"),
    ("brew", "brew install pango"),
]

Missing = collections.namedtuple("Missing", "problem package remedy")  # package: Debian's, or ""


# What there is


def describe(command):  # type: (str) -> dict
    """What the interpreter behind a command is and lacks, as `describe_this` finds it; empty if none runs."""
    try:
        with open(os.devnull, "w") as nowhere:
            text = subprocess.check_output([command, os.path.abspath(__file__)], stderr=nowhere)
        return dict(json.loads(text.decode()), command=command)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return {}


def describe_this():  # type: () -> dict
    """Of the interpreter that runs this: its version, path and system, and which modules and libraries it lacks."""
    libc = "-musl" if "musl" in str(sysconfig.get_config_var("SOABI")) else ""
    return {
        "version": list(sys.version_info[:3]),
        "path": os.path.realpath(sys.executable),
        "system": "{}{} {}".format(sys.platform, libc, platform.machine()),
        "pip": has_module("pip"),
        "modules": [name for name in ("venv", "ensurepip") if not has_module(name)],
        "libraries": [name for name in LIBRARIES if not loads(name)],
    }


def has_module(name):  # type: (str) -> bool
    """Whether this interpreter finds a module."""
    try:
        import importlib.util

        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def loads(library):  # type: (str) -> bool
    """Whether a shared library loads by one of the names under which WeasyPrint looks for it."""
    try:
        import ctypes.util
    except ImportError:  # WeasyPrint comes with a way of its own
        return True
    names = [form.format(library) for form in ("lib{}.so.0", "lib{}.dylib", "lib{}.0.dylib")]
    for name in names + [ctypes.util.find_library(library)]:
        try:
            if name and ctypes.CDLL(name):
                return True
        except OSError:
            continue
    return False


def running(command):  # type: (str) -> dict
    """`describe`; raises SystemExit if no interpreter runs."""
    found = describe(command)
    if not found:
        other = on_path()
        advice = other["command"] + " is" if other else "install Python " + dotted(*NEWEST)
        sys.exit("error: PYTHON={} is no Python that runs; {}".format(command, advice))
    return found


def on_path():  # type: () -> dict
    """The newest interpreter on the path that serves everything; empty if there is none."""
    commands = ["python{}.{}".format(OLDEST[0], minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    return next((found for found in map(describe, commands + ["python3"]) if found and serves(found, ["training"])), {})


def serves(python, needs):  # type: (dict, list) -> bool
    """Whether there are packages for the version of an interpreter."""
    version = tuple(python["version"][:2])
    return version >= OLDEST and (version <= NEWEST or set(needs) <= {"report"})


def has_program(name):  # type: (str) -> bool
    """Whether a program is on the path."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders)


def dotted(*version):  # type: (*int) -> str
    """3 and 11 as "3.11"."""
    return ".".join(map(str, version))


# What is missing


def demand(python, venv, needs, making, space):  # type: (dict, str, list, bool, float) -> None
    """Raises SystemExit with a line about all that is missing; as root, Debian's packages are installed instead."""
    found = missing(python, venv, needs, making, space)
    packages = [each.package for each in found if each.package]
    if packages and len(packages) == len(found) and os.geteuid() == 0:
        print("installing " + " ".join(packages))
        sys.stdout.flush()
        with open(os.devnull, "w") as nowhere:
            quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
            subprocess.call(["sh", "-c", APT + " ".join(packages)], stdout=nowhere, env=quiet)
        found = missing(describe(python["command"]), venv, needs, making, space)
    if found:
        line = "run {} '{}{}'".format("sh -c" if os.geteuid() == 0 else "sudo sh -c", APT, " ".join(packages))
        remedies = [line] if packages else []
        for each in found:
            remedies += [each.remedy] if each.remedy and each.remedy not in remedies else []
        sys.exit("error: {}. To do: {}".format("; ".join(each.problem for each in found), "; ".join(remedies)))


def missing(python, venv, needs, making, space):  # type: (dict, str, list, bool, float) -> list
    """All that is missing for what is needed, for an environment that is yet to be made, and for its size in GB."""
    found = []
    training = not set(needs) <= {"report"}
    if not serves(python, needs):
        other = on_path()
        found.append(Missing(wrong_version(python, training), "", other_version(other, venv)))
        python, making = other or dict(python, modules=[]), True
    if making and python["modules"]:
        remedy = "without root, for that alone, uv venv --seed --python {} {}".format(python["command"], venv)
        found.append(
            Missing("{} lacks {}".format(python["command"], " and ".join(python["modules"])), venv_of(python), remedy)
        )
    for name in python["libraries"] if "report" in needs else []:
        remedies = [line for program, line in INSTALLERS if has_program(program)] + ["install Pango and HarfBuzz"]
        found.append(Missing("the library {} is missing".format(name), *with_apt(LIBRARIES[name], remedies[0])))
    if training and python["system"] not in TENSORFLOW_SYSTEMS:
        systems = ", ".join(TENSORFLOW_SYSTEMS)
        problem = "TensorFlow is there for {}, but not for {}".format(systems, python["system"])
        found.append(Missing(problem, "", ELSEWHERE))
    if training and python["system"] == "linux x86_64" and not avx():
        found.append(Missing("TensorFlow needs a processor with AVX, which this one lacks", "", ELSEWHERE))
    disk = os.statvfs(os.path.dirname(os.path.abspath(venv)))
    free = disk.f_bavail * disk.f_frsize / 1e9
    if free < space:
        problem = "{} needs {:.1f} GB, {:.1f} are free".format(venv, space, free)
        found.append(Missing(problem, "", "free some, or name a folder on another disk with VENV="))
    return found


def avx(path="/proc/cpuinfo"):  # type: (str) -> bool
    """Whether the processor has the instructions that TensorFlow is built for; True where the system does not tell."""
    try:
        with open(path) as file:
            flags = re.findall(r"^flags\s*:(.*)", file.read(), re.MULTILINE)
    except (IOError, OSError):
        return True
    return not flags or "avx" in flags[0].split()


def wrong_version(python, training):  # type: (dict, bool) -> str
    """What is said of an interpreter that does not serve."""
    oldest, newest = dotted(*OLDEST), dotted(*NEWEST)
    wanted = "{} to {} for TensorFlow".format(oldest, newest) if training else oldest + " or newer"
    return "Python {} is needed, {} is {}".format(wanted, python["command"], dotted(*python["version"]))


def other_version(other, venv):  # type: (dict, str) -> str
    """What to do about it: the interpreter on the path that serves, or the ways to one."""
    if other:
        return "add PYTHON={0} as in make all PYTHON={0}".format(other["command"])
    return "install Python {0}, or let uv bring it: uv venv --seed --python {0} {1}".format(dotted(*NEWEST), venv)


def venv_of(python):  # type: (dict) -> str
    """Debian's package of the modules that its Python lacks; empty for a Python that is not Debian's."""
    debian = re.match(r"/usr/bin/python[.0-9]+$", python["path"])
    return with_apt(os.path.basename(python["path"]) + "-venv" if debian else "", "")[0]


def with_apt(package, remedy):  # type: (str, str) -> tuple
    """Debian's package where there is apt, else the remedy of another system: one of the two is empty."""
    return (package, "") if has_program("apt-get") else ("", remedy)


if __name__ == "__main__":
    print(json.dumps(describe_this()))
