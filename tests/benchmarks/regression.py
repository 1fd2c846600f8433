"""The regression's grid search: two workers, skorch, Keras' `fit` and bare PyTorch loops."""

import time
from collections.abc import Callable

from tests.benchmarks.processes import Peers, ours, results_of, seconds_of
from tests.benchmarks.turns import ROUNDS, Comparison, affordable, extrapolated, say, take_turns
from training.points import load_regression
from training.settings import load_homework

FEW, MANY, MOST = 1, 10, 100  # epochs of a fit: in the first timings, and at most
KERAS_EPOCHS, LOOP_EPOCHS = 10, 50
UNIT = "ms an epoch and fit"
OWN, SKORCH = "two workers", "skorch, GridSearchCV(n_jobs=2)"


class RegressionGrid:
    """The shipped grid, whatever the settings file, since skorch's part knows no other."""

    def __init__(self, peers: Peers, threads: int):
        homework = load_homework()
        self.peers, self.threads = peers, threads
        self.search, self.epochs = (
            homework.tasks["regression"].search,
            homework.tasks["regression"].reference.max_epochs,
        )
        points = load_regression(homework.data)
        self.arrays = {"x": points.x_train, "y": points.y_train}
        self.sizes, self.folds = self.search.grid["batch_size"], self.search.base.folds
        self.fits = self.search.combinations * self.folds

    def compare(self, budget: float) -> list[Comparison]:
        """The grid with as many epochs a fit as the budget in seconds allows, and what that says of all its epochs."""
        started = time.perf_counter()
        say(f"\nregression grid, {self.fits} fits, {budget:.0f} s (or {ROUNDS} rounds, where these take longer)")
        ways = {FEW: self.searches(FEW), MANY: self.searches(MANY) | self.loops()}
        # The longer one first: what only a machine's first run costs then makes epochs seem dearer, not cheaper.
        first = {MANY: take_turns(ways[MANY], UNIT, rounds=1, label=f"first timing, {MANY} epochs a fit, round")}
        round_seconds = time.perf_counter() - started
        first[FEW] = take_turns(ways[FEW], UNIT, rounds=1, label=f"first timing, {FEW} epoch a fit, round")
        took = {epochs: {way: self.seconds(epochs, first[epochs][way][0]) for way in ways[FEW]} for epochs in first}
        difference = sum(took[MANY].values()) - sum(took[FEW].values())
        left = max(0, budget - (time.perf_counter() - started))
        epochs = affordable((FEW, round_seconds - difference), (MANY, round_seconds), left / ROUNDS, MOST)
        say(f"  {epochs} epochs a fit from here on, {left:.0f} s left")
        times = take_turns(self.searches(epochs) | self.loops(), UNIT, left)
        return [
            Comparison(f"regression grid, {self.fits} fits of {epochs} epochs", UNIT, times),
            *self.all_epochs(took[FEW], epochs, times),
        ]

    def all_epochs(self, few: dict[str, float], epochs: int, times: dict[str, list[float]]) -> list[Comparison]:
        """The searches with all their epochs, by the seconds with FEW epochs and the times with `epochs`.

        Nothing where more epochs did not take longer, as on a machine that is busy with other work.
        """
        took = {way: [self.seconds(epochs, each) for each in times[way]] for way in few}
        if any(min(seconds) <= few[way] for way, seconds in took.items()):
            say("  times vary too much to compute that of all epochs from them")
            return []
        computed = {
            way: [
                self.per_epoch(self.epochs, extrapolated((FEW, few[way]), (epochs, each), self.epochs))
                for each in took[way]
            ]
            for way in few
        }
        return [Comparison(f"computed for {self.epochs} epochs by those of {FEW} and {epochs}", UNIT, computed)]

    def whole(self) -> Comparison:
        """The grid with all its epochs, once; also skorch as it is if not told to train on all points of a fold.

        Its own split leaves 64 of a fold's 80 points and so fewer steps: its time counts as if it took as many.
        """
        say(f"\nthe whole regression grid, {self.fits} fits of {self.epochs} epochs, once, without a limit")
        more_steps = self.steps(80) / self.steps(64)
        ways = self.searches(self.epochs) | {
            "skorch, its own split": lambda: self.skorch(self.epochs, all_points=False) * more_steps
        }
        times = take_turns(ways, UNIT, rounds=1)
        return Comparison(f"the whole regression grid, {self.fits} fits of {self.epochs} epochs", UNIT, times)

    def searches(self, epochs: int) -> dict[str, Callable[[], float]]:
        """The ways that take the whole grid. Their start, their end and what they compile count."""
        return {
            OWN: lambda: self.per_epoch(epochs, seconds_of(ours("search", epochs))),
            SKORCH: lambda: self.skorch(epochs, all_points=True),
        }

    def loops(self) -> dict[str, Callable[[], float]]:
        """The ways that stand for the grid by one fit at each batch size. Their start and compiling do not count."""
        keras = ours("keras_fit", KERAS_EPOCHS, self.threads)
        bare = self.peers.command("bare_loops", self.arrays, {"epochs": LOOP_EPOCHS, "batch_sizes": self.sizes})
        return {
            f"Keras' fit, {self.threads} threads": lambda: 1000 * seconds_of(keras) / len(self.sizes) / KERAS_EPOCHS,
            "PyTorch, bare loops in two processes": lambda: (
                1000 * seconds_of(bare, processes=2) / 2 / len(self.sizes) / LOOP_EPOCHS
            ),
        }

    def skorch(self, epochs: int, all_points: bool) -> float:
        settings = {"grid": self.search.grid, "folds": self.folds, "epochs": epochs, "all_points": all_points}
        return self.per_epoch(epochs, results_of(self.peers.command("skorch_grid", self.arrays, settings))[0]["whole"])

    def per_epoch(self, epochs: int, seconds: float) -> float:
        """Milliseconds for each epoch of each fit."""
        return 1000 * seconds / self.fits / epochs

    def seconds(self, epochs: int, milliseconds: float) -> float:
        """The whole grid's seconds."""
        return milliseconds * self.fits * epochs / 1000

    def steps(self, points: int) -> int:
        """Steps of an epoch over so many points, summed over the grid's batch sizes."""
        return sum(-(-points // size) for size in self.sizes)
