from reporting.sections.classification import (
    data,
    settings,
    results,
    loss,
    ladder,
    mistakes,
    calibration,
    smaller,
    fields,
    filters,
)

__all__ = ["calibration", "data", "fields", "filters", "ladder", "loss", "mistakes", "results", "settings", "smaller"]
