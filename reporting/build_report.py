"""Build the report from recorded files alone.

    python -m reporting.build_report --config homework.toml --runs runs

Reads the config's tables [identity], the title block, and [report], by what measure it judges (what is left out there
comes from the shipped homework.toml), and everything else from the runs folder; writes report/report.html and
report/report.pdf below it, or with --body the body alone, without appendices, as report/report-body.pdf, or with
--defence questions and answers for the examination as report/defence.pdf. It takes seconds, needs neither TensorFlow
nor a network, and the same files give the same bytes. A mistake is reported in one line, with exit status 1, and leaves
an earlier report as it was. With --if-changed nothing is made if there is a report of the same settings, runs, code and
templates. It ends with the key numbers, where the report is and how long it took; a longer command says with --since
when it began.
"""

import argparse
import gc
import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from reporting.artifacts import exit_status, write_bytes
from reporting.settings import SHIPPED, load_identity, load_judgement

CODE = Path(__file__).parent
TEMPLATES = CODE.parent / "report_templates"


def main(argv: Sequence[str] | None = None) -> int:
    """Build the report; returns the exit status."""
    arguments, started = parse_arguments(argv), time.perf_counter()

    def build() -> None:
        config, runs = arguments.config, arguments.runs
        if arguments.body or arguments.defence:
            return print(build_body(config, runs) if arguments.body else build_defence(config, runs))
        from reporting.ending import time_taken

        print(up_to_date(config, runs, build_anew=not arguments.if_changed))
        seconds = time.time() - arguments.since if arguments.since else time.perf_counter() - started
        print(time_taken(max(0.0, seconds)))  # the time of day may jump

    return exit_status(build)


def up_to_date(config: Path, runs: Path, build_anew: bool) -> str:
    """Build the report if anything that it is made of has changed, or in any case; returns what is said at its end.

    That is kept beside the report, below a digest of what it was made of.
    """
    inputs = runs / "report" / "inputs"
    # Of the files as they are now: what changes while the report is made makes it again
    digest = digest_of_inputs(config, runs)
    known, _, said = inputs.read_text(encoding="utf-8").partition("\n") if inputs.exists() else ("", "", "")
    if build_anew or known != digest:
        said = build_report(config, runs)
        write_bytes(inputs, f"{digest}\n{said}".encode())
    return said


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m reporting.build_report", description="Build report.html and report.pdf from recorded runs."
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=SHIPPED,
        help="settings file with the tables [identity] and [report] (default: the shipped homework.toml)",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        help="folder with the recorded runs; the report goes to report/ below it (default: runs)",
    )
    parser.add_argument("--body", action="store_true", help="the body alone, as a PDF: nothing behind the conclusions")
    parser.add_argument("--defence", action="store_true", help="questions and answers for the examination, as a PDF")
    parser.add_argument("--if-changed", action="store_true", help="only if what the report is made of has changed")
    parser.add_argument("--since", type=float, metavar="SECONDS", help="say how long it took since then (Unix time)")
    return parser.parse_args(argv)


def digest_of_inputs(config: Path, runs: Path) -> str:
    """A digest of all that a report is made of; a recorded run stands for its files, since run.json is written last."""
    code = [path for folder in (CODE, TEMPLATES) for path in folder.rglob("*") if path.suffix != ".pyc"]
    digest = hashlib.sha256()
    for path in [SHIPPED, config, *sorted(runs.glob("*/*/run.json")), *sorted(code)]:
        if path.is_file():
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def build_report(config: Path, runs: Path) -> str:
    """Write the HTML and the PDF; returns what is said at the end. Raises UserError for mistakes the reader can mend.

    Where the libraries for the PDF are missing the HTML is written all the same.
    """
    from reporting.defence import with_questions  # here, so that --help need not wait for it; the same below
    from reporting.document import Document
    from reporting.ending import ending
    from reporting.engine.errors import MissingLibraries
    from reporting.engine.pdf import preload_weasyprint, render_pdf
    from reporting.results import load_all_results

    identity, settings = load_identity(config), load_judgement(config)
    document = Document(identity, load_all_results(runs, settings), runs, settings["appendices"])
    document.panels.meanwhile = preload_weasyprint
    page = document.html()
    html, pdf = runs / "report" / "report.html", runs / "report" / "report.pdf"
    try:
        content, pages, missing = render_pdf(page)
    except MissingLibraries as error:
        write_bytes(html, with_questions(page, document).encode())
        raise MissingLibraries(f"{html} is written; {error}") from None
    write_bytes(html, with_questions(page, document).encode())
    write_bytes(pdf, content)
    warn(missing)
    return ending(document.findings, identity, config, pdf, pages)


def build_body(config: Path, runs: Path) -> str:
    """Write the PDF of the body alone; returns a line that names it. Raises UserError likewise."""
    from reporting.document import report_document

    page = report_document(load_identity(config), runs, load_judgement(config), appendices=())
    return write_pdf(page, runs / "report" / "report-body.pdf")


def build_defence(config: Path, runs: Path) -> str:
    """Write the PDF of the defence sheet; returns a line that names it. Raises UserError likewise."""
    from reporting.defence import Numbering, defence_sheet
    from reporting.results import load_all_results

    settings = load_judgement(config)
    report = Numbering(load_identity(config), load_all_results(runs, settings), runs, settings["appendices"])
    report.html()  # which numbers what the sheet points at
    return write_pdf(defence_sheet(report), runs / "report" / "defence.pdf")


def write_pdf(page: str, pdf: Path) -> str:
    """Write an HTML document as a PDF; returns a line that names it."""
    from reporting.engine.pdf import render_pdf

    content, pages, missing = render_pdf(page)
    write_bytes(pdf, content)
    warn(missing)
    return f"{pdf} ({pages} pages)"


def warn(missing: str) -> None:
    """Say on the error stream which characters no font holds."""
    from reporting.engine.fonts import font_advice

    if missing:
        print(f"warning: {font_advice(missing)}", file=sys.stderr)


if __name__ == "__main__":
    # The process lives for seconds and keeps nearly everything it creates, and garbage collection takes a tenth of it
    gc.disable()
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # at once: taking all of it apart again takes as long as loading it
