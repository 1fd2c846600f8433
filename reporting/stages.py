"""The recorded runs that a report rests on, as the appendix lists them."""

from collections import namedtuple

from reporting.artifacts import variants_of

Stage = namedtuple(
    "Stage", "folder cases seconds finished_at seeds run"
)  # of a search, a network, or an extra with its cases


def stages(regression, classification):
    """A Stage for everything that the report rests on: searches, networks, and the extras that are not switched off."""
    listed = []
    for results, names in ((regression, variants_of("regression")), (classification, variants_of("classification"))):
        first, *others = [getattr(results, name).run for name in names]
        runs = [first, results.search.run, *others]
        listed += [
            Stage(f"{run.task}/{run.variant}", None, run.seconds, run.finished_at, [run.seed], run) for run in runs
        ]
        listed += [extra_stage(extra) for extra in results.extras.values() if extra.cases]
    return listed


def extra_stage(extra):
    """The Stage of an extra: the time of all its cases together, and their different seeds."""
    cases = [case.run for case in extra.cases.values()]
    seconds, seeds = sum(run.seconds for run in cases), list(dict.fromkeys(run.seed for run in cases))
    return Stage(f"{extra.run.task}/{extra.run.variant}", len(cases), seconds, extra.run.finished_at, seeds, cases[0])


def switched_off(regression, classification):
    """The extras without cases, as "task/extra"."""
    return [
        f"{extra.run.task}/{name}"
        for results in (regression, classification)
        for name, extra in results.extras.items()
        if not extra.cases
    ]


def recorded_runs(regression, classification):
    """Every Run that the report rests on, those of the extras' cases behind the others."""
    main = [stage.run for stage in stages(regression, classification) if stage.cases is None]
    extras = [*regression.extras.values(), *classification.extras.values()]
    return main + [case.run for extra in extras for case in extra.cases.values()]


def different(values):
    """The values that differ, in order."""
    kept = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept
