"""Build the report from recorded files alone.

    python -m reporting.build_report --config homework.toml --runs runs

Reads the config's tables [identity], the title block, and [report], by what measure it judges (what is left out there
comes from the shipped homework.toml), and everything else from the runs folder; writes report/report.html and
report/report.pdf below it, or with --body the body alone, without appendices, as report/report-body.pdf. It takes
seconds, needs neither TensorFlow nor a network, and the same files give the same bytes. A mistake is reported in one
line, with exit status 1, and leaves an earlier report as it was. With --if-changed it does nothing if there is a report
of the same settings, runs, code and templates.
"""

import argparse
import gc
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from reporting.artifacts import exit_status, write_bytes
from reporting.settings import SHIPPED, load_identity, load_judgement

CODE = Path(__file__).parent
TEMPLATES = CODE.parent / "report_templates"


def main(argv: Sequence[str] | None = None) -> int:
    """Build the report; returns the exit status."""
    arguments = parse_arguments(argv)
    inputs = arguments.runs / "report" / "inputs"
    # Of the files as they are now: what changes while the report is made makes it again
    digest = digest_of_inputs(arguments.config, arguments.runs)
    if arguments.if_changed and not arguments.body and inputs.exists() and inputs.read_bytes() == digest:
        return 0

    def build() -> None:
        if arguments.body:
            return print(build_body(arguments.config, arguments.runs))
        print(build_report(arguments.config, arguments.runs))
        write_bytes(inputs, digest)

    return exit_status(build)


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
    parser.add_argument("--if-changed", action="store_true", help="only if what the report is made of has changed")
    return parser.parse_args(argv)


def digest_of_inputs(config: Path, runs: Path) -> bytes:
    """A digest of all that a report is made of; a recorded run stands for its files, since run.json is written last."""
    code = [path for folder in (CODE, TEMPLATES) for path in folder.rglob("*") if path.suffix != ".pyc"]
    digest = hashlib.sha256()
    for path in [SHIPPED, config, *sorted(runs.glob("*/*/run.json")), *sorted(code)]:
        if path.is_file():
            digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest().encode()


def build_report(config: Path, runs: Path) -> str:
    """Write the HTML and the PDF; returns a line that names them. Raises UserError for mistakes the reader can mend.

    Where the libraries for the PDF are missing the HTML is written all the same.
    """
    # Imported here, so that --help need not wait for them
    from reporting.document import report_document
    from reporting.engine.errors import MissingLibraries
    from reporting.engine.pdf import render_pdf

    settings = load_judgement(config)
    document = report_document(load_identity(config), runs, settings, settings["appendices"])
    html, pdf = runs / "report" / "report.html", runs / "report" / "report.pdf"
    try:
        content, pages, missing = render_pdf(document)
    except MissingLibraries as error:
        write_bytes(html, document.encode())
        raise MissingLibraries(f"{html} is written; {error}") from None
    write_bytes(html, document.encode())
    write_bytes(pdf, content)
    warn(missing)
    return f"report: {html} and {pdf} ({pages} pages)"


def build_body(config: Path, runs: Path) -> str:
    """Write the PDF of the body alone; returns a line that names it. Raises UserError likewise."""
    from reporting.document import report_document
    from reporting.engine.pdf import render_pdf

    document = report_document(load_identity(config), runs, load_judgement(config), appendices=())
    pdf = runs / "report" / "report-body.pdf"
    content, pages, missing = render_pdf(document)
    write_bytes(pdf, content)
    warn(missing)
    return f"report: {pdf} ({pages} pages)"


def warn(missing: str) -> None:
    """Say on the error stream which characters no font holds."""
    from reporting.engine.fonts import font_advice

    if missing:
        print(f"warning: {font_advice(missing)}", file=sys.stderr)


if __name__ == "__main__":
    # The process lives for seconds and keeps nearly everything it creates, and garbage collection takes a tenth of it
    gc.disable()
    sys.exit(main())
