"""The format of everything on disk: what a run and a search leave behind, and how it is written and read.

This is the one package of `reporting` that training and tuning import, so it needs the standard library and numpy only.
"""

from reporting.artifacts.errors import ArtifactError, UserError, exit_status, mendable, remedy
from reporting.artifacts.files import (
    is_current,
    load_arrays,
    load_json,
    load_run,
    load_table,
    readable,
    save_arrays,
    save_json,
    save_table,
    write_bytes,
)
from reporting.artifacts.parsing import load_toml, parse
from reporting.artifacts.reads import Reads, RecordedRun, Stored, note, noting, plain
from reporting.artifacts.registry import TASKS, Extra, Task, extras_of, stages, variants_of
from reporting.artifacts.schema import APPENDICES, SCHEMA_VERSION, Data, Identity, Machine, ReportSettings, Run, Shapes
from reporting.artifacts.spectrum import EXPLAINED, components_holding, sufficient_units

__all__ = [
    "APPENDICES",
    "EXPLAINED",
    "SCHEMA_VERSION",
    "TASKS",
    "ArtifactError",
    "Data",
    "Extra",
    "Identity",
    "Machine",
    "Reads",
    "RecordedRun",
    "ReportSettings",
    "Run",
    "Shapes",
    "Stored",
    "Task",
    "UserError",
    "components_holding",
    "exit_status",
    "extras_of",
    "is_current",
    "load_arrays",
    "load_json",
    "load_run",
    "load_table",
    "load_toml",
    "mendable",
    "note",
    "noting",
    "parse",
    "plain",
    "readable",
    "remedy",
    "save_arrays",
    "save_json",
    "save_table",
    "stages",
    "sufficient_units",
    "variants_of",
    "write_bytes",
]
