"""Recompute every number of a report from the recorded runs.

    python -m reporting.verify --config homework.toml --runs runs

Reads the numbers that stand in report/report.html below the runs folder, computes them anew from the recorded files and
prints a line for each that does not agree: where it stands, the finding, what is printed, what was recomputed, and the
files and keys that it is made of. Words and the text in drawings are compared, too. Whatever runs record of what their
arrays tell as well, such as the test loss, is computed from the arrays. Exit status 0 if all agree, else 1.
"""

import argparse
import dataclasses
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reporting.artifacts import Stored, UserError, exit_status
from reporting.checks import recomputed_classification
from reporting.defence import with_questions
from reporting.document import Document
from reporting.engine.comparison import Block, Number, blocks_of, differences, same
from reporting.regression_checks import fold_scores, fold_tolerances, metric_tolerances, recomputed_regression
from reporting.results import Results, Variant, load_all_results
from reporting.settings import SHIPPED, load_identity, load_judgement

MADE = re.compile('<meta name="dcterms.created" content="([^"]*)">')
FORMATTED = 1e-6  # relative: the same files give the same numbers, on other machines nearly
ROUNDED = 1e-5  # relative: training computes in float32, the report in float64


def main(argv: Sequence[str] | None = None) -> int:
    """Verify a report; returns the exit status."""
    arguments = parse_arguments(argv)
    return exit_status(lambda: verify(arguments.config, arguments.runs))


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m reporting.verify", description="Recompute a report's numbers.")
    parser.add_argument("--config", type=Path, default=SHIPPED, help="settings file that the report was made with")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder with the runs and their report")
    return parser.parse_args(argv)


def verify(config: Path, runs: Path) -> int:
    """Print what does not agree, and how many numbers do; returns the exit status."""
    page = page_of(runs)
    printed = blocks_of(page)
    count = sum(len(block.numbers) for block in printed)
    lines = list(dict.fromkeys(disagreements(page, printed, config, runs)))
    for line in lines:
        print(line)
    if not count:
        print("the page holds no number that says where it comes from")
    if lines or not count:
        print(f"{runs / 'report' / 'report.html'} and the runs do not agree; 'make report' makes it of these runs")
        return 1
    print(f"{count} numbers agree")
    return 0


def page_of(runs: Path) -> str:
    """The report as a web page; raises a UserError where there is none."""
    try:
        return (runs / "report" / "report.html").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{runs} holds no report/report.html; run 'make report' to make it") from None
    except UnicodeDecodeError:
        raise UserError(f"{runs / 'report' / 'report.html'} is damaged; run 'make report'") from None


def disagreements(page: str, printed: Sequence[Block], config: Path, runs: Path) -> Iterator[str]:
    """A line for whatever the page prints otherwise than the runs tell."""
    judgement = load_judgement(config)
    results = load_all_results(runs, judgement)

    def document(results: dict[str, Results]) -> Document:
        return Document(load_identity(config), results, runs, judgement["appendices"])

    made = document(results)
    recomputed = made.html()
    if (old := MADE.findall(page)) != (new := MADE.findall(recomputed)):
        yield f"the page is of runs that ended at {', '.join(old) or 'no known time'}, these ended at {', '.join(new)}"
    yield from differences(printed, blocks_of(with_questions(recomputed, made)), formatted_alike)
    by_arrays = document({task: with_own_arrays(item) for task, item in results.items()})
    by_arrays.panels = made.panels  # no drawing shows what is replaced
    yield from differences(blocks_of(recomputed), blocks_of(by_arrays.html()), rounded_alike)


def formatted_alike(printed: Number, recomputed: Number) -> bool:
    """Whether a number is printed as it is recomputed, and has its value."""
    return printed.text == recomputed.text and same(printed, recomputed, FORMATTED)


def rounded_alike(recorded: Number, recomputed: Number) -> bool:
    """Whether a number is printed alike, recorded and by the arrays, or differs by float32's rounding alone."""
    return recorded.text == recomputed.text or same(recorded, recomputed, ROUNDED)


def with_own_arrays(results: Results) -> Results:
    """The results of a task with what their arrays tell in place of what was recorded beside these."""
    search = results.search
    trials = [replaced(row, {"score": float(search.fold_scores(row["trial"]).mean())}) for row in search.trials]
    extras = {
        name: dataclasses.replace(extra, cases={case: by_arrays(item) for case, item in extra.cases.items()})
        for name, extra in results.extras.items()
    }
    return dataclasses.replace(
        results,
        variants={name: by_arrays(variant) for name, variant in results.variants.items()},
        search=dataclasses.replace(search, trials=trials),
        extras=extras,
    )


def by_arrays(variant: Variant) -> Variant:
    """A network, or those of all folds, whose losses and accuracies are those of its predictions or probabilities."""
    stored, run = variant.predictions, variant.run
    if "test_predictions" in stored:
        metrics = unless_rounding(run.metrics, recomputed_regression(variant), metric_tolerances(variant))
        scores, tolerances = fold_scores(variant), fold_tolerances(variant)
        rows = [
            unless_rounding(row, *({name: float(item[k]) for name, item in of.items()} for of in (scores, tolerances)))
            for k, row in enumerate(variant.folds)
        ]
    else:
        metrics = recomputed_classification(
            variant, [part for part in ("validation", "test") if f"{part}_labels" in stored]
        )
        rows = [{name: value for name, value in metrics.items() if name in variant.folds[0]}]
    metrics = {name: float(value) for name, value in metrics.items() if name != "stopped_early"}
    folds = [replaced(row, values) for row, values in zip(variant.folds, rows, strict=True)]
    anew = dataclasses.replace(run, metrics=replaced(run.metrics, metrics)).at(variant.run.__dict__["_path"])
    return dataclasses.replace(variant, run=anew, folds=folds)


def unless_rounding(
    recorded: Mapping[str, Any], recomputed: Mapping[str, float], tolerances: Mapping[str, float]
) -> dict[str, float]:
    """What is recomputed, but what is recorded where no more than rounding lies between, by a tenth of the tolerances.

    Rounding alone can move the last digits that are printed of a small difference of large numbers.
    """
    return {
        name: recorded[name] if abs(recorded[name] - value) <= tolerances[name] / 10 else value
        for name, value in recomputed.items()
    }


def replaced(parts: Any, values: Mapping[str, Any]) -> Any:
    """Stored parts of a file with other values for some of them, noted as ever."""
    return Stored(dict(parts) | {name: float(value) for name, value in values.items()}, parts.path, prefix=parts.prefix)


if __name__ == "__main__":
    sys.exit(main())
