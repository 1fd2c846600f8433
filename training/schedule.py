"""In which order the stages run, and how long they take together on a number of slots.

    python -m training.schedule --runs runs

prints, from the recorded seconds of finished runs, the time of `make all` on 2, 4, 8 and 16 slots beside the least
possible: all work divided by the slots, or the longest part.
"""

import argparse
import heapq
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from reporting.artifacts import ArtifactError, load_run, load_table, plain, stages

Work = Mapping[str, Sequence[float]]  # stage -> seconds of each of its parts, which can run side by side
SLOTS = (2, 4, 8, 16)


def critical_paths(work: Work, needs: Mapping[str, str]) -> dict[str, float]:
    """Stage -> seconds from the end of its last part to the end of the longest chain of stages that need it."""
    after = dict.fromkeys(work, 0.0)
    for stage in reversed(list(work)):  # a stage comes after the one that it needs
        if needs.get(stage) in after:
            after[needs[stage]] = max(after[needs[stage]], max(work[stage], default=0.0) + after[stage])
    return after


def simulate(work: Work, needs: Mapping[str, str], slots: int) -> float:
    """The seconds that the work takes if each free slot takes the part that is next on the longest chain.

    What a stage needs must come before it in `work`, or counts as finished.
    """
    after, left = critical_paths(work, needs), {stage: len(parts) for stage, parts in work.items()}
    order = itertools.count()
    ready: list[tuple[float, int, str, float]] = []  # heap of (-priority, order, stage, seconds)
    running: list[tuple[float, str]] = []  # heap of (end, stage)
    now = 0.0

    def release(stage: str) -> None:
        for seconds in work[stage]:
            heapq.heappush(ready, (-seconds - after[stage], next(order), stage, seconds))
        if not work[stage]:
            finish(stage)

    def finish(stage: str) -> None:
        for other in work:
            if needs.get(other) == stage:
                release(other)

    for stage in [stage for stage in work if needs.get(stage) not in work]:
        release(stage)
    while ready or running:
        while ready and len(running) < slots:
            _, _, stage, seconds = heapq.heappop(ready)
            heapq.heappush(running, (now + seconds, stage))
        now, stage = heapq.heappop(running)
        left[stage] -= 1
        if not left[stage]:
            finish(stage)
    return now


def least(work: Work, slots: int) -> float:
    """Seconds that no schedule can beat: all work divided by the slots, or the longest part."""
    parts = [seconds for stage in work.values() for seconds in stage]
    return max(sum(parts) / slots, max(parts, default=0.0))


def recorded_work(runs: Path) -> dict[str, list[float]]:
    """The Work of finished runs: the combinations of a search, the cases of an extra, a network each as one part.

    Stages without a record are left out.
    """
    work = {}
    for stage in stages():
        folder = runs / stage
        try:
            run = load_run(folder)
        except ArtifactError:
            continue
        if stage.endswith("/search"):
            work[stage] = [row["seconds"] for row in plain(load_table(folder / "trials.csv"))]
        elif "cases" in run.config:
            work[stage] = [load_run(folder / case).seconds for case in run.config["cases"]]
        else:
            work[stage] = [run.seconds]
    return work


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of all results (default: %(default)s)")
    work, needs = recorded_work(parser.parse_args(argv).runs), stages()
    print(f"work {sum(map(sum, work.values())) / 60:.1f} min in {sum(map(len, work.values()))} parts\n")
    print("| slots | minutes | least | ratio |\n|---|---|---|---|")
    for slots in SLOTS:
        minutes, bound = simulate(work, needs, slots) / 60, least(work, slots) / 60
        print(f"| {slots} | {minutes:.1f} | {bound:.1f} | {minutes / bound:.2f} |")


if __name__ == "__main__":
    main()
