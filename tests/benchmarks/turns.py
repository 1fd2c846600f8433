"""Ways of doing the same work, timed turn by turn within a budget of seconds. Each time is printed when it is had."""

import dataclasses
import time
from collections.abc import Callable

ROUNDS = 2  # at least: one alone would not show how much times vary


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What was measured: the times of each way, one a round, in `unit`."""

    work: str
    unit: str
    times: dict[str, list[float]]


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)


def take_turns(
    ways: dict[str, Callable[[], float]],
    unit: str,
    budget: float = 0,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
    label: str = "round",
) -> dict[str, list[float]]:
    """Take all ways once a round: at least `rounds` rounds, and more while a further one fits in `budget` seconds."""
    started, done = clock(), 0
    times: dict[str, list[float]] = {name: [] for name in ways}
    while done < rounds or (clock() - started) * (done + 1) / done <= budget:
        done += 1
        for number, (name, way) in enumerate(ways.items(), 1):
            say(f"  {label} {done}, {number} of {len(ways)}: {name} ... ", end="")
            times[name].append(way())
            say(f"{times[name][-1]:.2f} {unit}")
    return times


def affordable(few: tuple[int, float], many: tuple[int, float], seconds: float, at_most: int) -> int:
    """How much work takes `seconds`, by two first timings (work, seconds) on a straight line.

    It is at least that of the second timing. Noise could make the line flat, so that a unit of work counts with at
    least a quarter of its share in the second timing.
    """
    slope = max((many[1] - few[1]) / (many[0] - few[0]), many[1] / many[0] / 4)
    return max(many[0], min(at_most, int(many[0] + (seconds - many[1]) / slope)))


def extrapolated(few: tuple[int, float], many: tuple[int, float], work: int) -> float:
    """The seconds of so much work on the straight line through two timings (work, seconds)."""
    return many[1] + (work - many[0]) * (many[1] - few[1]) / (many[0] - few[0])
