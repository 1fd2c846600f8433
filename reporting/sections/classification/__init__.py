from reporting.sections.classification import (
    calibration,
    data,
    fields,
    filters,
    ladder,
    loss,
    mistakes,
    results,
    settings,
    smaller,
)

__all__ = ["calibration", "data", "fields", "filters", "ladder", "loss", "mistakes", "results", "settings", "smaller"]
