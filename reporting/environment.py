"""The virtual environment: made unless there is one that fits, and filled with the packages that are needed.

    python3 -m reporting.environment --venv .venv --python python3 report training

All that the machine lacks is named before anything is downloaded; as root on Debian it is installed. What was done
stands in `.made` inside the environment. Runs on any Python, see `machine`.
"""

import argparse
import glob
import hashlib
import json
import os
import subprocess
import sys

from reporting.machine import demand, describe, dotted, running

# What can be needed: its packages, what they are, the disk space that they take in GB, and the module of one of them
NEEDS = {
    "report": ("requirements-report.lock", "the report's packages", 0.3, "weasyprint"),
    "training": ("requirements.lock", "TensorFlow and KerasTuner (about 600 MB, a minute or more)", 2.5, "tensorflow"),
    "tensorboard": ("requirements-tensorboard.lock", "TensorBoard", 0.1, "tensorboard"),
    "test": ("requirements-test.lock", "the test packages", 0.4, "pytest"),
    "bench": ("requirements-bench.txt", "what is compared with", 1.5, "skorch"),
}
HAS = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"


def main(arguments):  # type: (list) -> None
    """Raises SystemExit with one line if the machine lacks something."""
    parser = argparse.ArgumentParser(description="Make the virtual environment, install into it what is needed.")
    parser.add_argument("--venv", required=True)
    parser.add_argument("--python", required=True, help="with which the environment is made")
    parser.add_argument("--named", action="store_true", help="an environment of another Python does not fit")
    parser.add_argument("needs", nargs="*", metavar="need", help="any of " + ", ".join(NEEDS))
    options = parser.parse_args(arguments)
    _lock = locked(os.path.abspath(options.venv) + ".lock")
    try:
        set_up(options.venv, options.python, options.named, [need for need in NEEDS if need in options.needs])
    except KeyboardInterrupt:
        sys.exit(130)


def set_up(venv, command, named, needs):  # type: (str, str, bool, list) -> None
    """Make the environment unless there is one that fits, and install what it lacks."""
    for name in hiding(venv):
        sys.exit("error: {} in this folder hides Python's or a package's module of that name; rename it".format(name))
    record = read_record(venv)
    inside = describe(os.path.join(venv, "bin", "python"))
    asked = running(command) if named else {}
    reason = misfit(venv, record, inside, asked)
    python = (asked or running(command)) if reason else inside
    installed = {} if reason else record.get("installed", {})
    due = [need for need in needs if installed.get(NEEDS[need][0]) != digest(NEEDS[need][0])]
    demand(python, venv, needs, bool(reason), sum(NEEDS[need][2] for need in due if NEEDS[need][0] not in installed))
    if reason:
        make(venv, python, reason)
    record = {"version": python["version"], "path": python["path"], "installed": installed}
    write_record(venv, record)
    for need in due:
        name, contents, _, module = NEEDS[need]
        print("installing {} into {}".format(contents, venv))
        sys.stdout.flush()
        own = os.path.join(venv, "bin", "python")
        pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.call(pip + ["--require-hashes"] * name.endswith(".lock") + ["-r", name]):
            sys.exit("error: pip could not install {} into {}; above is what it said".format(name, venv))
        if subprocess.call([own, "-c", HAS, module]):
            advice = "see 'pip config list' for target, prefix or root"
            sys.exit("error: pip has installed {} elsewhere than into {}; {}".format(name, venv, advice))
        installed[name] = digest(name)
        write_record(venv, record)


def hiding(venv):  # type: (str) -> list
    """The files and folders here that Python would import in place of its own modules or of packages."""
    packages = [
        name for folder in glob.glob(os.path.join(venv, "lib", "*", "site-packages")) for name in os.listdir(folder)
    ]
    known = set(getattr(sys, "stdlib_module_names", ())).union(name.split(".")[0] for name in packages)
    files = [name for name in os.listdir(".") if name.endswith(".py")]
    folders = [os.path.dirname(path) for path in glob.glob(os.path.join("*", "__init__.py"))]
    return sorted(name for name in files + folders if name.split(".")[0] in known)


def make(venv, python, reason):  # type: (str, dict, str) -> None
    """Make the environment, in place of one that does not fit."""
    is_one = os.path.exists(os.path.join(venv, "pyvenv.cfg"))
    if not is_one and os.path.isdir(venv) and os.listdir(venv):
        sys.exit("error: {} holds other things than a virtual environment; name another with VENV=".format(venv))
    print("making the virtual environment {}{}".format(venv, " anew: " + reason if is_one else ""))
    sys.stdout.flush()
    if subprocess.call([python["command"], "-m", "venv"] + ["--clear"] * is_one + [venv]):
        sys.exit("error: {} could not make the virtual environment; above is what it said".format(python["command"]))


def locked(path):  # type: (str) -> object
    """A file that no other set-up has while this one does. It lies beside the environment, which is yet to be made."""
    import fcntl

    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    file = open(path, "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def read_record(venv):  # type: (str) -> dict
    """Which interpreter an environment was made with, and the digests of the lock files installed into it."""
    try:
        with open(os.path.join(venv, ".made")) as file:
            return json.load(file)
    except (IOError, OSError, ValueError):
        return {}


def write_record(venv, record):  # type: (str, dict) -> None
    """What `read_record` reads."""
    path = os.path.join(venv, ".made")
    with open(path + ".new", "w") as file:
        json.dump(record, file, indent=1)
    os.rename(path + ".new", path)


def digest(path):  # type: (str) -> str
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def misfit(venv, record, inside, asked):  # type: (str, dict, dict, dict) -> str
    """Why an environment cannot be used as it is; empty if it can."""
    if not os.path.lexists(os.path.join(venv, "bin", "python")):
        return "there is none"
    was = "Python {} at {}".format(dotted(*record["version"]), record["path"]) if record else "its Python"
    if not inside:
        return was + " does not run any more"
    has = "Python {} at {}".format(dotted(*inside["version"]), inside["path"])
    if record and record["version"][:2] != inside["version"][:2]:
        return "{} is {} now".format(was, dotted(*inside["version"]))
    if not inside["pip"]:
        return "it has no pip"
    if not asked or asked["path"] == inside["path"]:
        return ""
    if not os.path.exists(os.path.join(venv, ".made")):
        sys.exit("error: {} is of {} and was not made here; delete it or leave PYTHON= out".format(venv, has))
    return "it is of {}, not of PYTHON={}".format(has, asked["command"])


if __name__ == "__main__":
    main(sys.argv[1:])
