"""What all of it shows, and what it does not: how far the numbers can be trusted, whatever they are."""

import dataclasses
from collections.abc import Mapping

from reporting.artifacts import TASKS
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.provenance import recorded_runs


@dataclasses.dataclass(frozen=True)
class Limits:
    """What decides how the numbers may be read."""

    switched_off: tuple[str, ...]  # what is, in words
    seeds: dict[str, tuple[int, int]]  # task -> from how many its configurations were trained: the fewest, the most
    several_comparisons: bool  # whether the classifiers are compared more than once
    machines: int  # different ones that computed
    commits: int  # different versions of the code

    @property
    def common_seeds(self) -> int | None:
        """The number of seeds if it is the same for all configurations of both tasks."""
        counts = {count for ends in self.seeds.values() for count in ends}
        return counts.pop() if len(counts) == 1 else None

    @property
    def single_seeds(self) -> bool:
        """Whether nothing at all is known of what another seed would change."""
        return max(most for _, most in self.seeds.values()) == 1

    @property
    def some_single_seed(self) -> bool:
        return min(fewest for fewest, _ in self.seeds.values()) == 1


def find(results: Mapping[str, Results], found: Found) -> Limits:
    """The limits of all results; what they show, other sections found."""
    classification = results["classification"]
    runs = list(recorded_runs(results))
    return Limits(
        switched_off=tuple(
            item.words
            for name, task in results.items()
            for item in TASKS[name].switches
            if item.name in task.switched_off
        ),
        seeds={name: seeds_of(task) for name, task in results.items()},
        several_comparisons=bool(
            classification.extended or found("classification/results").second_softmax or found("classification/smaller")
        ),
        machines=len({(run.machine.processor, run.machine.devices) for run in runs}),
        commits=len({run.commit for run in runs}),
    )


def seeds_of(task: Results) -> tuple[int, int]:
    """From how many seeds the configurations of a task were trained: the fewest, the most."""
    counts = [len(task.seeds_of(name)) for name in task.variants]
    return min(counts), max(counts)
