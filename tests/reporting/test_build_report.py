"""The report of example runs: what it prints, which sentence stands, and what happens to bad input."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from reporting import build_report
from reporting.document import report_document
from reporting.engine import pdf
from reporting.engine.errors import MissingLibraries, RenderError
from reporting.engine.formatting import format_decimals, format_percent
from reporting.engine.html import script_digest
from reporting.sections import provenance
from tests.invented import write_runs

ROOT = Path(__file__).parents[2]


def pdf_text(path):
    with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
        return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())


def test_pdf_prints_the_recorded_numbers(built):
    text = pdf_text(built / "report" / "report.pdf")
    for folder, name, written in (
        ("regression/tuned", "test_loss", format_decimals),
        ("regression/tuned", "ensemble_test_loss", format_decimals),
        ("regression/reference", "validation_loss", format_decimals),
        ("classification/extended", "test_accuracy", format_percent),
        ("classification/reference", "train_loss_double_softmax", format_decimals),
    ):
        value = json.loads((built / folder / "run.json").read_text())["metrics"][name]
        assert written(value).replace("\N{NO-BREAK SPACE}", " ") in text, (folder, name)


def test_pdf_is_tagged_has_an_outline_alternatives_and_its_own_fonts(built):
    report = pikepdf.open(built / "report" / "report.pdf")
    assert report.Root.Lang == "en"
    assert report.Root.MarkInfo.Marked
    with report.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            "1 Regression Task",
            "2 Classification Task",
            "3 Conclusions and Limits",
            "4 References",
            "A How the Points Are Split",
            "B The Noise Floor",
            "C Bands and Their Coverage",
            "D Baselines",
            "E Initialisation",
            "F Smaller Networks",
            "G Settings in Full",
            "H The Loss of the Reference Report",
            "I Published Accuracies",
            "J Classes and Suspected Labels",
            "K Calibration",
            "L Layers in Numbers",
            "M Reproducibility Checklist",
            "N All Combinations",
            "O Provenance",
        ]
        assert [item.title for item in outline.root[0].children] == [
            "1.1 Introduction",
            "1.2 Solutions",
            "1.3 Analysis",
        ]
    figures = [item for item in report.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"]
    assert len(figures) > 20
    assert all(str(item.get("/Alt", "")) for item in figures)
    fonts = {str(font.BaseFont).split("+")[1] for page in report.pages for font in page.Resources.Font.values()}
    assert fonts == {"STIXGeneral", "STIXGeneral-Bold", "STIXGeneral-Italic", "Report-Mono"}


def test_pdf_carries_the_date_of_the_newest_run_and_none_of_its_own(built):
    with pikepdf.open(built / "report" / "report.pdf") as report:
        assert str(report.docinfo["/CreationDate"]).startswith("D:20251123120000")
        assert "/ModDate" not in report.docinfo


def test_html_loads_nothing_from_outside_itself(built):
    text = (built / "report" / "report.html").read_text()
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src \'none\';', text)
    assert 'name="viewport"' in text
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert (
        len(scripts) == text.count("<script") - text.count('<script type="application/json"') == 1
        and f"script-src '{script_digest(scripts[0])}'" in text
    )
    links = re.findall(r'<a href="(https://[^"]*)">', text)  # of the references
    assert links
    for link in links:
        text = text.replace(f'<a href="{link}">', "")
    addresses = re.findall(r'(?:src|href)="([^"]*)"|url\(["\']?([^"\')]*)', text)
    assert all(address.startswith(("#", "data:")) for pair in addresses for address in pair if address)


def test_ids_of_the_html_are_unique_and_references_lead_somewhere(built):
    text = (built / "report" / "report.html").read_text()
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<a href="#([^"]*)"', text)) <= set(ids)


NO_FONTS = (
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><cachedir>{}</cachedir></fontconfig>'
)
WATCHED = """
import json, sys
from reporting.build_report import main
seen = {"open": [], "socket": [], "modules": []}
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        seen["open"].append([arguments[0], arguments[1]])
    if event.startswith("socket.") and event != "socket.gethostname":
        seen["socket"].append(event)
sys.addaudithook(watch)
assert main(sys.argv[1:]) == 0
seen["modules"] = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps(seen))
"""


def as_somebody_else(folder):
    """The environment of another user in another country, on a machine without any font."""
    (folder / "fonts.conf").write_text(NO_FONTS.format(folder / "fonts"))
    return os.environ | {
        **{name: str(folder) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR")},
        **{"USER": "somebody", "LOGNAME": "somebody", "TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "POSIX"},
        **{
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "PYTHONHASHSEED": "7",
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        },
    }


@pytest.fixture(scope="module")
def built_elsewhere(built, tmp_path_factory):
    """The report by another process, user, time zone and locale, without fonts; and what that opened and loaded."""
    folder = tmp_path_factory.mktemp("elsewhere")
    runs = shutil.copytree(built, folder / "runs")
    command = [sys.executable, "-c", WATCHED, "--runs", str(runs)]
    run = subprocess.run(command, capture_output=True, text=True, env=as_somebody_else(folder), cwd=ROOT)
    assert run.returncode == 0 and not run.stderr, run.stderr
    return runs, json.loads(run.stdout.splitlines()[-1])


def test_somebody_else_elsewhere_without_fonts_builds_the_same_bytes(built, built_elsewhere):
    for name in ("report.html", "report.pdf"):
        assert (built_elsewhere[0] / "report" / name).read_bytes() == (built / "report" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Pacific/Kiritimati"])
@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
def test_the_same_bytes_in_every_zone_and_locale(built, tmp_path, zone, locale):
    runs = shutil.copytree(built, tmp_path / "runs")
    shutil.rmtree(runs / "report")
    environment = os.environ | {"TZ": zone, "LC_ALL": locale, "LANG": locale}
    subprocess.run(
        [sys.executable, "-m", "reporting.build_report", "--runs", str(runs)], env=environment, cwd=ROOT, check=True
    )
    for name in ("report.html", "report.pdf"):
        assert (runs / "report" / name).read_bytes() == (built / "report" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become another user")
def test_the_same_bytes_by_another_user(built):
    """Nobody: without a home, and without any right but to read the project and to write the runs."""
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*nobody, "test", "-x", sys.executable, "-a", "-r", str(ROOT / "Makefile")]).returncode:
        pytest.skip("another user cannot read this checkout or its Python")
    with tempfile.TemporaryDirectory() as folder:
        runs = shutil.copytree(built, Path(folder) / "runs")
        shutil.rmtree(runs / "report")
        for path in (Path(folder), *Path(folder).rglob("*")):
            os.chown(path, 65534, 65534)
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C"}
        command = [*nobody, sys.executable, "-m", "reporting.build_report", "--runs", str(runs)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        for name in ("report.html", "report.pdf"):
            assert (runs / "report" / name).read_bytes() == (built / "report" / name).read_bytes()


def test_the_report_loads_neither_tensorflow_nor_the_other_stages(built_elsewhere):
    loaded = set(built_elsewhere[1]["modules"])
    assert "weasyprint" in loaded
    assert not loaded & {"tensorflow", "keras", "keras_tuner", "training", "tuning"}


def test_the_report_reads_its_own_folders_and_no_network(built_elsewhere):
    runs, seen = built_elsewhere
    assert seen["socket"] == []
    own = (
        str(ROOT),
        str(runs),
        sys.prefix,
        sys.base_prefix,
        str(Path(pikepdf.__file__).parents[1]),
        str(runs.parent),
        "/dev/null",
        "/etc/mime",
    )
    strange = [
        name
        for name, _ in seen["open"]
        if os.path.isabs(name) and not os.path.realpath(name).startswith(tuple(map(os.path.realpath, own)))
    ]
    assert not [name for name in strange if not name.startswith(("/usr/share/", "/proc/"))]
    written = [name for name, mode in seen["open"] if mode and any(letter in mode for letter in "wax+")]
    assert all(name.startswith(str(runs.parent)) for name in written if os.path.isabs(name)), written


def test_help_does_not_wait_for_matplotlib():
    code = (
        "import sys; from reporting.build_report import main\ntry: main(['-h'])\nexcept SystemExit: print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "--runs" in loaded
    assert not {"matplotlib", "jinja2", "weasyprint"} & set(loaded.split())


def test_findings_do_not_wait_for_what_draws():
    code = "import sys, reporting.document; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not {"matplotlib", "jinja2", "weasyprint", "fontTools"} & {name.split(".")[0] for name in loaded.split()}


def test_identity_is_escaped(text_of):
    text = text_of()
    assert "Student &lt;b&gt;&amp;" in text
    assert "Student <b>" not in text


def test_sentence_about_the_tuned_regression_follows_the_losses(text_of):
    better, worse = ({"reference": first, "tuned": second} for first, second in ((0.9, 0.1), (0.1, 0.9)))
    words = "the tuned configuration is {} than the reference configuration over three times five folds"
    assert words.format("better") in text_of(regression_error=better)
    assert words.format("worse") in text_of(regression_error=worse)
    equal = text_of(regression_error={"reference": 0.3, "tuned": 0.3})
    assert words.format("better") not in equal and words.format("worse") not in equal


def test_sentence_about_dead_units_follows_the_activations(text_of):
    assert "hidden units are used: over all training points" in text_of(dead_units=0)
    assert "three are dead" in text_of(dead_units=3)
    assert "Of the 72 hidden units, one is dead" in text_of(dead_units=1)


def test_sentences_about_the_classifiers_follow_their_predictions(text_of):
    better = text_of(accuracy={"reference": 0.80, "tuned": 0.90, "extended": 0.96})
    assert "the tuned configuration is better than the reference configuration over three seeds" in better
    equal = {"reference": 0.3, "tuned": 0.3, "extended": 0.3}
    worse = text_of(accuracy={"reference": 0.90, "tuned": 0.80, "extended": 0.80}, regression_error=equal)
    assert "the tuned configuration is worse than the reference configuration over three seeds" in worse
    assert "the extended configuration is better" not in worse
    assert "is below the 89.8" in text_of(accuracy={"reference": 0.7, "tuned": 0.9, "extended": 0.9})
    assert "is above the 89.8" in text_of(accuracy={"reference": 0.97, "tuned": 0.9, "extended": 0.9})


def test_quick_runs_are_stamped(text_of):
    assert "Quick run" in text_of(scale="quick")
    assert "Quick run" not in text_of(scale="full")


def test_sentence_about_early_dropping_follows_the_patience(text_of):
    sentence = "With a patience of 500 epochs and at most 15 to run, it cannot fire."
    assert sentence in text_of()
    text = text_of(classification_epochs=600)
    assert "With a patience of 500 of at most 600 epochs it did not fire." in text and "500 epochs and" not in text


@pytest.mark.parametrize(
    ("kind", "part"),
    [("tables", list), ("figures", [list]), ("EQUATIONS", ("x", "x"))],
    ids=["table", "figure", "equation"],
)
def test_what_a_section_makes_is_placed_once(monkeypatch, text_of, kind, part):
    made = getattr(provenance, kind, {})

    def one_more(results, found):
        return (made(results, found) if made else {}) | {"one_more": part}

    monkeypatch.setattr(provenance, kind, {"one_more": part} if kind == "EQUATIONS" else one_more, raising=False)
    with pytest.raises(RenderError, match="every .* must be placed once: one_more built but not placed"):
        text_of()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('[identity]\nstudant = "x"', "unknown key 'studant'; did you mean student"),
        ("[identity]\nnumber = 7", "number must be a text in quotes"),
        ("identity = 3", "identity is a table"),
        ("[identity", "not valid TOML"),
        (None, "no such settings file"),
    ],
)
def test_bad_settings_give_one_line_and_leave_the_report(built, tmp_path, capsys, config, words):
    path = tmp_path / "mine.toml"
    if config is not None:
        path.write_text(config)
    before = (built / "report" / "report.pdf").read_bytes()
    assert build_report.main(["--runs", str(built), "--config", str(path)]) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert str(path) in error
    assert (built / "report" / "report.pdf").read_bytes() == before


def test_missing_runs_give_one_line(tmp_path, capsys):
    assert build_report.main(["--runs", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_identity_is_laid_over_the_shipped_one(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[identity]\nstudent = "Ada"\n[compute]\nseed = 1')
    identity = build_report.load_identity(path)
    assert identity.student == "Ada"
    assert identity.title == build_report.load_identity(build_report.SHIPPED).title


def test_without_pango_the_html_is_written_and_the_command_named(tmp_path, monkeypatch, capsys, text_of):
    def absent(document):
        raise MissingLibraries(f"run: {pdf.INSTALL_PANGO}")

    runs = write_runs(tmp_path / "runs")
    monkeypatch.setattr(pdf, "render_pdf", absent)
    assert build_report.main(["--runs", str(runs)]) == 1
    error = capsys.readouterr().err
    assert "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0" in error
    assert error.count("\n") == 1
    assert (runs / "report" / "report.html").exists()
    assert not (runs / "report" / "report.pdf").exists()


def test_oserror_of_weasyprint_is_missing_libraries(monkeypatch):
    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(MissingLibraries, match="libharfbuzz-subset0"):
        pdf.render_pdf("<p>")


def test_runs_from_before_a_setting_existed_still_make_a_report(tmp_path):
    runs = write_runs(tmp_path / "runs")
    for path in runs.glob("classification/**/run.json"):
        run = json.loads(path.read_text())
        for config in (run["config"], *run["config"].get("configs", {}).values()):
            for name in ("batch_normalization", "random_shifts"):
                config.pop(name, None)
        path.write_text(json.dumps(run))
    space = json.loads((runs / "classification/search/search_space.json").read_text())
    for name in ("batch_normalization", "random_shifts"):
        space["settings"].pop(name)
    (runs / "classification/search/search_space.json").write_text(json.dumps(space))
    text = report_document(build_report.load_identity(build_report.SHIPPED), runs)
    assert "normalised over the batch" not in text and "horizontal flips" in text.lower()
