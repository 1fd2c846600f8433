"""Which stages are not up to date: what has to be run.

A stage is up to date if its run.json records the settings, data and numerical options that it would use now, and the
stage that it needs is up to date. It takes half a second to tell: nothing is written or locked, and TensorFlow is not
loaded.
"""

from pathlib import Path

from reporting.artifacts import Data, UserError, extras_of, load_json, parse, stages
from training.best import search_config
from training.experiment import Experiment, experiment
from training.extras import make_cases, recording_of
from training.fashion_mnist import is_there
from training.prepare_data import check_networks, data_of
from training.recording import Recording
from training.settings import Homework
from training.tasks import TASKS


def stale_stages(homework: Homework, runs: Path) -> list[str]:
    """The stages that are not up to date ("data" or a folder), in order; raises UserError for a mistake of the user."""
    stale = [] if data_is_current(homework, runs) else ["data"]
    tasks = {task: experiment(task, homework, runs) for task in TASKS}
    check_networks(homework, {name: this.data.shapes for name, this in tasks.items()})
    for folder, needed in stages().items():
        task, _, name = folder.partition("/")
        if needed in stale or not recording_of_stage(tasks[task], name).is_current():
            stale.append(folder)
    return stale


def data_is_current(homework: Homework, runs: Path) -> bool:
    """Whether the images exist and data.json describes the data of now; raises UserError for a mistake of the user."""
    path, data = runs / "data.json", data_of(homework)
    try:
        recorded = {name: parse(Data, value, f"{path}: {name}") for name, value in load_json(path).items()}
    except UserError:
        return False
    return is_there(homework.data.fashion_mnist) and recorded == data


def recording_of_stage(this: Experiment, name: str) -> Recording:
    """The Recording that the script of a stage would make."""
    if name == "search":
        return this.recording(name, search_config(this.settings.search))
    if name in extras_of(this.task.name) or this.leaves_out(name):
        return recording_of(this, name, make_cases(this, name))
    return this.recording(name, this.config(name))
