"""Run units side by side within a budget, and tell how far they are."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence

import psutil

from reporting.artifacts import ArtifactError, UserError, load_run, stages
from training.budget import GIBIBYTE, Budget, is_free
from training.children import Running, start
from training.estimate import REPORT, Estimate
from training.experiment import Experiment
from training.schedule import critical_paths, simulate
from training.terminal import Terminal, clock, scored, shortened
from training.units import CHIEF_MEMORY, Unit, units_of

TICK = 0.25  # seconds between two looks at the processes
PATIENCE = 15.0  # seconds that interrupted processes get to end
TOLD = 60.0  # seconds of finished units from which on they tell whether the others will take as long as expected
SCORES = ("validation_accuracy", "validation_loss", "score")  # the first that a run has is printed at its end


class Runner:
    """Runs the units of an estimate. `flags` go to every script, `search_flags` to searches besides."""

    def __init__(
        self,
        experiments: Mapping[str, Experiment],
        estimate: Estimate,
        budget: Budget,
        terminal: Terminal,
        flags: Sequence[str],
        search_flags: Sequence[str],
        most_workers: int,
    ) -> None:
        self.experiments, self.pace, self.budget, self.terminal = experiments, estimate.pace, budget, terminal
        self.flags, self.search_flags, self.most_workers = flags, search_flags, most_workers
        self.left = dict(estimate.stages)  # stage -> its units that are not finished
        self.waiting: list[Unit] = []  # whose stage has all that it needs
        self.running: list[Running] = []
        self.done, self.total = 0, len(estimate.units)
        self.expected = self.actual = 0.0  # seconds of the finished units that were one process
        self.status = 0  # the exit status of the first unit that failed
        self.peak = 0.0  # GiB of memory

    def run(self) -> int:
        """Run everything; returns 0, or the exit status of the first unit that failed."""
        started = time.monotonic()
        for stage in [stage for stage in self.left if stages()[stage] not in self.left]:
            self.release(stage)
        with self.ended_together():
            while self.running or (self.waiting and not self.status):
                if not self.status:
                    self.start_what_fits()
                time.sleep(TICK)
                self.look()
        self.terminal.show("")
        if not self.status:
            used = f"peak memory {self.peak:.1f} of {self.budget.memory:.1f} GiB"
            self.terminal.say(f"all trained in {clock(time.monotonic() - started)} (h:min), {used}")
        return self.status

    def release(self, stage: str) -> None:
        """Let the units of a stage start. What was told of them beforehand may have changed."""
        task, _, name = stage.partition("/")
        try:
            units = units_of(self.experiments[task], name, self.pace)
        except UserError as error:
            self.fail(f"error: {error}", 1)
            return
        self.total += len(units) - len(self.left[stage])
        self.left[stage] = units
        self.waiting += units

    def start_what_fits(self) -> None:
        """Give free slots to what is next on the longest chain, as far as the memory allows."""
        work = {stage: [max(unit.parts) for unit in units] for stage, units in self.left.items()}
        after = critical_paths(work, stages())

        def urgency(claim: Unit | Running) -> float:
            unit = claim if isinstance(claim, Unit) else claim.unit
            return max(unit.parts) + after[unit.stage]

        claims: list[Unit | Running] = [*self.waiting, *(one for one in self.running if one.connection)]
        for claim in sorted(claims, key=urgency, reverse=True):
            while self.may_have_more(claim):
                slot = self.free_slot()
                if slot is None:
                    return
                if isinstance(claim, Running):
                    claim.grant(slot, self.budget)
                else:
                    self.start(claim, slot)
                    break

    def may_have_more(self, claim: Unit | Running) -> bool:
        """Whether a unit, or one more worker of a search, finds memory; one alone always does."""
        if isinstance(claim, Running):
            more = claim.unit.memory
            asks = claim.wanted > 0 and len(claim.slots) < self.most_workers
        else:
            more, asks = claim.memory + CHIEF_MEMORY * self.is_shared(claim), True
        taken = sum(one.memory for one in self.running)
        return asks and (not taken or taken + more <= self.budget.memory)

    def is_shared(self, unit: Unit) -> bool:
        """Whether a search gets workers of its own, for which there must be slots and memory."""
        several = min(self.budget.slots, self.most_workers) > 1
        return unit.shared and several and unit.memory + CHIEF_MEMORY <= self.budget.memory

    def free_slot(self) -> int | None:
        """A slot that nothing uses, here or of another make."""
        used = {slot for one in self.running for slot in one.slots}
        return next((slot for slot in range(self.budget.slots) if slot not in used and is_free(slot)), None)

    def start(self, unit: Unit, slot: int) -> None:
        """Start a unit in that slot."""
        shared, flags = self.is_shared(unit), list(self.flags)
        if unit.command[0] == "tuning.tune":
            flags += [*self.search_flags, *([] if shared else ["--workers", "1"])]
        one = start(unit, flags, {} if shared else self.budget.environment(slot), shared, self.terminal)
        one.grant(slot, self.budget)
        self.waiting.remove(unit)
        self.running.append(one)

    def look(self) -> None:
        """See what the processes ask for, which of them have ended, and how much memory they take."""
        for one in list(self.running):
            one.hear()
            if one.process.poll() is not None:
                self.running.remove(one)
                one.reader.join(2)
                self.ended(one)
        with contextlib.suppress(psutil.Error):
            family = psutil.Process().children(recursive=True)
            self.peak = max(self.peak, sum(process.memory_info().rss for process in family) / GIBIBYTE)
        told = f"{self.done} of {self.total} done, {clock(self.time_left())} left"
        self.terminal.show(told if self.running else "")

    def ended(self, one: Running) -> None:
        """Count a unit that has ended, say so, and release the stages that waited for it."""
        unit, code = one.unit, one.process.returncode
        if code:
            self.fail(failure(unit, code), abs(code))
            return
        self.done += 1
        seconds = time.monotonic() - one.started
        if not one.connection:
            self.expected, self.actual = self.expected + unit.seconds, self.actual + seconds
        self.left[unit.stage] = [other for other in self.left[unit.stage] if other is not unit]
        if not self.left[unit.stage]:
            del self.left[unit.stage]
            for stage in [stage for stage in self.left if stages()[stage] == unit.stage]:
                self.release(stage)
        line = f"{self.done} of {self.total}  {unit.name}{self.score(unit)}"
        left = f", {clock(self.time_left())} left" if self.left else ""
        self.terminal.say(shortened(f"{line}  took {clock(seconds)}{left}"))

    def score(self, unit: Unit) -> str:
        """What the end of a unit says of its result."""
        try:
            metrics = load_run(self.experiments[unit.stage.partition("/")[0]].runs / unit.stage).metrics
        except ArtifactError:
            return ""
        name = next((name for name in SCORES if name in metrics), "")
        return f"  {name.replace('_', ' ')} {scored(metrics[name])}" if name else ""

    def time_left(self) -> float:
        """The seconds that the rest and the report will take, if it goes on as it did so far."""
        work: dict[str, list[float]] = {}
        at_work = {id(one.unit): one for one in self.running}
        for stage, units in self.left.items():
            work[stage] = []
            for unit in units:
                work[stage] += at_work[id(unit)].parts() if id(unit) in at_work else unit.parts
        speed = min(3.0, max(0.3, self.actual / self.expected)) if self.expected > TOLD else 1.0
        largest = max((unit.memory for units in self.left.values() for unit in units), default=1.0)
        return speed * simulate(work, stages(), self.budget.side_by_side(largest)) + REPORT

    def fail(self, text: str, status: int) -> None:
        """Note a failure: nothing starts any more, what is at work is finished."""
        self.status = self.status or status
        self.terminal.say(text)
        if self.running:
            names = ", ".join(one.unit.name for one in self.running)
            self.terminal.say(shortened(f"nothing more is started; still at work: {names}"))

    @contextlib.contextmanager
    def ended_together(self) -> Iterator[None]:
        """Whatever ends this process, except for `kill -9`, ends the units at work; what they have finished is kept."""
        try:
            yield
        finally:
            self.terminal.show("")
            for one in self.running:
                one.interrupt()
            for one in self.running:
                try:
                    one.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    one.process.kill()
                    one.process.wait()


def failure(unit: Unit, code: int) -> str:
    """What is said of a unit that ended with that status; its own message stands above."""
    if code >= 0:
        return f"{unit.name} failed; what is finished is kept, and the same command goes on from there"
    name = signal.Signals(-code).name
    reason = ", most often for want of memory: JOBS=1 takes least" if name == "SIGKILL" else ""
    return f"error: {unit.name} was ended by {name}{reason}; what is finished is kept"
