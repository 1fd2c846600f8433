"""Files under runs/ are data, texts of users stay texts, and nothing listens or fetches that was not asked to."""

import ast
import json
import socket
from pathlib import Path

import pytest

from reporting import document
from reporting.artifacts import Identity, load_table, save_table
from reporting.engine.html import TEMPLATES
from tests.invented import write_runs
from tests.reporting.stand_ins import without_drawings
from tests.tuning.fakes import make_oracle, rows_in
from training.best import search_config
from training.cli import parse_arguments
from training.experiment import experiment
from training.settings import load_homework
from tuning import tune, workers
from tuning.flags import add_search_flags

ROOT = Path(__file__).parent.parent
SOURCES = [path for folder in ("training", "tuning", "reporting") for path in sorted((ROOT / folder).rglob("*.py"))]
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "yaml", "telnetlib", "xmlrpc"}
UNSAFE_CALLS = {
    "eval",
    "exec",
    "load_model",
    "load_module",
    "os.system",
    "popen",
    "set_unsafe",
    "enable_unsafe_deserialization",
}
# Whose modules are named after what the registry lists; and one that only exports to its format need
OWN_PACKAGES = ("training.", "tuning.", "reporting.", "onnxruntime")
UNSAFE_ARGUMENTS = {"shell": True, "allow_pickle": True, "safe_mode": False, "autoescape": False, "verify": False}
EVIL = '<script>alert(1)</script><img src="https://example.org/x.png" onerror=alert(1)>"\'&'


def start_of(text):
    """The constant text that an expression begins with, "" if there is none."""
    first = text.values[0] if isinstance(text, ast.JoinedStr) else text
    return first.value if isinstance(first, ast.Constant) else ""


def unsafe(tree):
    """What could run code that comes with data: imports, calls and arguments."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from (name for name in names if name.split(".")[0] in UNSAFE_MODULES)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            safe = any(each.arg == "safe_mode" and getattr(each.value, "value", None) is True for each in node.keywords)
            yield from [name] * (not safe and bool({name, ast.unparse(node.func)} & UNSAFE_CALLS))
            if name == "import_module" and not start_of(node.args[0]).startswith(OWN_PACKAGES):
                yield name
            for argument in node.keywords:
                value = getattr(argument.value, "value", None)
                if argument.arg in UNSAFE_ARGUMENTS and value is UNSAFE_ARGUMENTS[argument.arg]:
                    yield f"{argument.arg}={value}"
            arguments = {argument.arg for argument in node.keywords}
            if ast.unparse(node.func) in ("np.load", "numpy.load") and "allow_pickle" not in arguments:
                yield "np.load without allow_pickle=False"


@pytest.mark.parametrize("path", SOURCES, ids=[str(path.relative_to(ROOT)) for path in SOURCES])
def test_nothing_runs_code_that_comes_with_data(path):
    assert not list(unsafe(ast.parse(path.read_text())))


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "eval(x)",
        "np.load(x)",
        "run(x, shell=True)",
        "keras.models.load_model(x)",
        "importlib.import_module(x)",
        "import_module(f'{x}.training')",
    ],
)
def test_the_search_for_unsafe_code_finds_it(code):
    assert list(unsafe(ast.parse(code)))


def with_evil_texts(value):
    """A recorded value with something unfriendly behind each text that is no name, number or moment."""
    if isinstance(value, dict):
        return {name: with_evil_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_evil_texts(item) for item in value]
    return value + EVIL if isinstance(value, str) else value


@pytest.fixture
def evil_runs(tmp_path):
    """Runs whose data files, machines, versions, commits and errors are named by somebody with bad intentions."""
    runs = write_runs(tmp_path / "runs")
    for path in runs.rglob("run.json"):
        run = json.loads(path.read_text())
        data = run["data"] | {"source": EVIL, "digests": {EVIL: "0" * 64}}
        strange = {name: with_evil_texts(run[name]) for name in ("machine", "versions", "commit")}
        path.write_text(json.dumps(run | {"data": data} | strange))
    rows = load_table(runs / "regression/search/folds.csv")
    save_table(runs / "regression/search/folds.csv", [{**row, "status": "failed", "reason": EVIL} for row in rows])
    return runs


def test_texts_of_users_are_escaped_everywhere(evil_runs, monkeypatch):
    without_drawings(monkeypatch)
    text = document.report_document(Identity(*[EVIL] * 6), evil_runs)
    assert text.count("&lt;script&gt;alert(1)") > 100
    # The report's own script is the only one
    assert (
        text.count("<script") - text.count('<script type="application/json" id="sources">') == 1
        and f"<script>{document.template_text('report.js')}</script>" in text
    )
    assert "<img" not in text and "onerror=alert(1)>" not in text
    head = text[: text.index("<style>")]
    assert head.count("<") == head.count(">") and 'content="&lt;script' in head  # no attribute was left


def test_the_page_allows_itself_nothing_from_outside():
    head = (TEMPLATES / "report.html.j2").read_text()
    policy = head.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert set(rules) == {"default-src", "style-src", "script-src", "font-src", "img-src", "base-uri", "form-action"}
    assert rules["script-src"] == "'{{ script_digest }}'"  # the one script, by its digest
    assert not any(word in policy for word in ("http", "*", "unsafe-eval", "self"))


def test_a_search_listens_on_this_machine_alone_unless_told_otherwise(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(workers, "run_chief", lambda oracle, address, team, progress: asked.append(address))
    this = experiment("regression", load_homework(), tmp_path)
    record = this.recording("search", search_config(this.settings.search))
    for flags in (["--workers", "2"], ["--workers", "2", "--chief", "192.168.0.1:8000"]):
        tune.train_grid(this, parse_arguments("", flags, add_search_flags), record, rows_in(tmp_path))
    assert asked == ["127.0.0.1:0", "192.168.0.1:8000"]


def test_a_chief_on_this_machine_does_not_answer_others(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; an address for documentation
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address than its own")
    server, address = workers.listen(make_oracle(tmp_path), "127.0.0.1:0")
    try:
        port = int(address.rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), 5).close()
        with pytest.raises(OSError):
            socket.create_connection((own, port), 5)
    finally:
        server.stop(None)
