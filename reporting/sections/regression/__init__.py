from reporting.sections.regression import (
    data,
    settings,
    splits,
    results,
    noise,
    ensemble,
    baselines,
    report,
    smaller,
    initialisation,
    variations,
)

__all__ = [
    "baselines",
    "data",
    "ensemble",
    "initialisation",
    "noise",
    "report",
    "results",
    "settings",
    "smaller",
    "splits",
    "variations",
]
