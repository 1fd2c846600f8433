"""The report of example runs: what it prints, which sentence stands, and what happens to bad input."""

import json
import re
import subprocess
import sys

import pikepdf
import pytest

from reporting import build_report, contents, render
from reporting.formatting import format_decimals, format_percent
from tests.example_runs import write_example_runs


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A built report: the folder of its runs."""
    runs = write_example_runs(tmp_path_factory.mktemp("built") / "runs")
    assert build_report.main(["--runs", str(runs)]) == 0
    return runs


def pdf_text(path):
    return " ".join(subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout.split())


def test_pdf_prints_the_recorded_numbers(built):
    text = pdf_text(built / "report" / "report.pdf")
    for folder, name, written in (
        ("regression/tuned", "test_loss", format_decimals),
        ("regression/tuned", "ensemble_test_loss", format_decimals),
        ("regression/reference", "validation_loss", format_decimals),
        ("classification/improved", "test_accuracy", format_percent),
        ("classification/reference", "train_loss_double_softmax", format_decimals),
    ):
        value = json.loads((built / folder / "run.json").read_text())["metrics"][name]
        assert written(value).replace("\N{NO-BREAK SPACE}", " ") in text, (folder, name)


def test_pdf_is_tagged_has_an_outline_alternatives_and_its_own_fonts(built):
    pdf = pikepdf.open(built / "report" / "report.pdf")
    assert pdf.Root.Lang == "en"
    assert pdf.Root.MarkInfo.Marked
    with pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["1 Regression Task", "2 Classification Task", "A Provenance", "B All Combinations"]
        assert [item.title for item in outline.root[0].children] == ["1.1 Introduction", "1.2 Solutions", "1.3 Analysis"]
    figures = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"]
    assert len(figures) > 20
    assert all(str(item.get("/Alt", "")) for item in figures)
    fonts = {str(font.BaseFont).split("+")[1] for page in pdf.pages for font in page.Resources.Font.values()}
    assert fonts == {"STIXGeneral", "STIXGeneral-Bold", "STIXGeneral-Italic", "Report-Mono"}


def test_pdf_carries_the_date_of_the_newest_run_and_none_of_its_own(built):
    with pikepdf.open(built / "report" / "report.pdf") as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20251123120000")
        assert "/ModDate" not in pdf.docinfo


def test_html_refers_to_nothing_outside_itself(built):
    text = (built / "report" / "report.html").read_text()
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src \'none\';', text)
    assert 'name="viewport"' in text
    assert "<script" not in text
    addresses = re.findall(r'(?:src|href)="([^"]*)"|url\(["\']?([^"\')]*)', text)
    assert all(address.startswith(("#", "data:")) for pair in addresses for address in pair if address)


def test_ids_of_the_html_are_unique_and_references_lead_somewhere(built):
    text = (built / "report" / "report.html").read_text()
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<a href="#([^"]*)"', text)) <= set(ids)


def test_another_process_builds_the_same_bytes_without_tensorflow(built):
    names = ("report.html", "report.pdf")
    before = [(built / "report" / name).read_bytes() for name in names]
    code = "import sys; from reporting.build_report import main; assert main(sys.argv[1:]) == 0; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, "--runs", str(built)], capture_output=True, text=True, check=True)
    assert [(built / "report" / name).read_bytes() == content for name, content in zip(names, before, strict=True)] == [True, True]
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert "weasyprint" in loaded
    assert not loaded & {"tensorflow", "keras", "keras_tuner", "training", "tuning"}


def test_help_does_not_wait_for_matplotlib():
    code = "import sys; from reporting.build_report import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "--runs" in loaded
    assert "matplotlib" not in loaded.split()


def test_identity_is_escaped(text_of):
    text = text_of()
    assert "Student &lt;b&gt;&amp;" in text
    assert "Student <b>" not in text


def test_sentence_about_the_tuned_regression_follows_the_losses(text_of):
    assert "the test loss improves by" in text_of(regression_error={"reference": 0.9, "tuned": 0.1})
    assert "the test loss becomes worse by" in text_of(regression_error={"reference": 0.1, "tuned": 0.9})
    assert "an improvement cannot be claimed, nor a loss" in text_of(regression_error={"reference": 0.3, "tuned": 0.3})


def test_sentence_about_dead_units_follows_the_activations(text_of):
    assert "hidden units are used: over all test points" in text_of(dead_units=0)
    assert "three are dead" in text_of(dead_units=3)
    assert "Of the 72 hidden units, one is dead" in text_of(dead_units=1)


def test_sentences_about_the_classifiers_follow_their_predictions(text_of):
    better = text_of(accuracy={"reference": 0.80, "tuned": 0.90, "improved": 0.96})
    assert "the tuned network is better than the reference settings" in better
    worse = text_of(accuracy={"reference": 0.90, "tuned": 0.80, "improved": 0.80})
    assert "the tuned network is worse than the reference settings" in worse
    assert "The improved one cannot be told apart from the tuned one" in worse
    assert "is below the 89.8" in text_of(accuracy={"reference": 0.7, "tuned": 0.9, "improved": 0.9})
    assert "is above the 89.8" in text_of(accuracy={"reference": 0.97, "tuned": 0.9, "improved": 0.9})


def test_quick_runs_are_stamped(text_of):
    assert "Quick run" in text_of(scale="quick")
    assert "Quick run" not in text_of(scale="full")


def test_sentence_about_early_dropping_follows_the_patience(text_of):
    assert "With a patience of 500 epochs and at most 15 to run, it cannot fire. It is without effect" in text_of()
    assert "it cannot fire. It is without effect" not in text_of(classification_epochs=600)


def test_every_figure_and_table_is_placed_once_in_order(tmp_path, monkeypatch, text_of):
    text_of()
    monkeypatch.setattr(contents, "TABLES", (*contents.TABLES, "one_more"))
    with pytest.raises(render.RenderError, match="one_more built but not placed"):
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


def test_without_pango_the_html_is_written_and_the_command_named(built, tmp_path, monkeypatch, capsys, text_of):
    def absent(document):
        raise render.MissingLibraries(f"run: {render.INSTALL_PANGO}")

    runs = write_example_runs(tmp_path / "runs")
    monkeypatch.setattr(render, "render_pdf", absent)
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
    with pytest.raises(render.MissingLibraries, match="libharfbuzz-subset0"):
        render.render_pdf("<p>")
