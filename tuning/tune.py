"""The search as a stage, the same for both tasks: from settings and folds to the recorded tables and the winner."""

import sys
import tempfile

from training.best import search_config
from training.config import LARGE_GRID
from training.device import package_versions
from training.recording import Recording


def tune(task, homework, search, split, folds, runs):
    """Run or resume the search of `task` on the (train, validation) index pairs `folds`; writes runs/<task>/search/."""
    record = Recording(runs / task / "search", task, "search", homework, search_config(search), split.data)
    if record.is_current():
        return
    if search.combinations > LARGE_GRID:
        print(f"{record.name}: {search.combinations} combinations of {len(folds)} folds each: this will take long", file=sys.stderr)
    record.begin()
    from training.models import build_network
    from tuning.grid_search import CrossValidatedGridSearch, FoldRows, run_search
    from tuning.trials import save_search

    numerics = package_versions() | {"precision": record.precision, "threads": record.threads}
    rows = FoldRows(record.folder / "rows", task, homework.compute.seed, split.data, numerics)
    with tempfile.TemporaryDirectory() as scratch:
        fit_fold = fold_trainer(task, split, folds, homework.compute.seed, record.name)
        run_search(CrossValidatedGridSearch(search, len(folds), build_network, fit_fold, rows, record.name, scratch), search.grid)
    record.finish(save_search(record.folder, search, len(folds), rows))


def fold_trainer(task, split, folds, seed, label):
    """A function of (config, fold) that trains one fold and returns its row."""
    from training.fitting import Progress, derive_seed, trainer_for

    def fit_fold(config, fold):
        train, validation = folds[fold - 1]
        trainer = trainer_for(config)
        progress = Progress(f"{label}  fold {fold}/{len(folds)}", config.max_epochs, closing=False)
        fit = trainer.fit(config, split.x_train, split.y_train, train, validation, derive_seed(seed, task, config, fold), [progress])
        scores = {f"train_{name}": value for name, value in trainer.evaluate(split.x_train[train], split.y_train[train]).items()}
        scores |= {
            f"validation_{name}": value for name, value in trainer.evaluate(split.x_train[validation], split.y_train[validation]).items()
        }
        row = {"fold": fold, "seed": fit.seed, "epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
        return row | scores | {"seconds": round(fit.seconds, 3)}

    return fit_fold
