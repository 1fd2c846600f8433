"""Several workers on one grid: the chief, which serves the oracle; the processes that it starts; the worker's side.

All messages go through KerasTuner's own gRPC service. It has no authentication: a chief listens on this machine alone
unless it is given another address.
"""

import dataclasses
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from typing import Any

import grpc
from keras_tuner.src import protos
from keras_tuner.src.distribute.oracle_chief import OracleServicer

from reporting.artifacts import UserError
from tuning.grid_search import CrossValidatedGridSearch
from tuning.oracle import RecordedGridOracle
from tuning.progress import SearchProgress
from tuning.search_spaces import identity_of

CONNECTIONS = 128  # workers that can be served at once
IDLE_PAUSE = 1.0  # seconds for which the chief delays its answer to an idle worker
HEARTBEAT = 2.0  # seconds between two heartbeats
MISSED_HEARTBEATS = 3  # after which a worker gives up its chief
CHIEF_TIMEOUT = 60  # seconds for which a worker looks for its chief
DEATHS = 3  # of a worker in a row, without a fold between them, after which the search gives up
FAREWELL = 10  # seconds that workers get to learn that a search has ended


class Chief(OracleServicer):
    """KerasTuner's service. An idle worker would ask again at once, so its answer waits for a pause or the end."""

    def CreateTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        response = self._guarded(super().CreateTrial, request, context)
        if response.trial.status == protos.get_proto().TrialStatus.IDLE:
            end = time.monotonic() + IDLE_PAUSE
            while not self.oracle.finished and time.monotonic() < end:
                time.sleep(0.05)
        return response

    def UpdateTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._guarded(super().UpdateTrial, request, context)

    def EndTrial(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._guarded(super().EndTrial, request, context)

    def _guarded(self, answer: Callable[..., Any], request: Any, context: grpc.ServicerContext) -> Any:
        """End the search if the program has a fault: it leaves KerasTuner's lock locked, and all would wait forever."""
        try:
            return answer(request, context)
        except Exception as error:
            self.oracle.error = f"the chief failed: {type(error).__name__}: {error}"
            raise


def listen(oracle: RecordedGridOracle, address: str) -> tuple[grpc.Server, str]:
    """Serve the oracle at HOST:PORT, where port 0 is any free one; returns the server and the address.

    Raises UserError if it cannot listen there.
    """
    server = grpc.server(futures.ThreadPoolExecutor(CONNECTIONS), options=[("grpc.so_reuseport", 0)])
    protos.get_service_grpc().add_OracleServicer_to_server(Chief(oracle), server)
    try:
        port = server.add_insecure_port(address)
    except RuntimeError:
        raise UserError(
            f"cannot listen on {address}: the port is in use, or the address is not this machine's"
        ) from None
    server.start()
    return server, f"{address.rpartition(':')[0]}:{port}"


@dataclasses.dataclass
class WorkerProcess:
    """A worker on this machine. When it dies it is started again under the same name, and gets its combination back."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen | None = None
    deaths: int = 0
    delivered: int = 0  # folds that the search had trained at its last death

    def start(self) -> None:
        """Start the process in its own process group: Ctrl-C then reaches the chief alone, which ends its workers."""
        self.process = subprocess.Popen(
            self.command, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, process_group=0
        )

    def watch(self, progress: SearchProgress) -> None:
        """Start the process again if it has died; raises UserError after DEATHS in a row."""
        code = self.process.poll() if self.process else None
        if not code:  # it is running, or has ended because no work is left
            return
        self.deaths = self.deaths + 1 if progress.trained == self.delivered else 1
        self.delivered = progress.trained
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if self.deaths >= DEATHS:
            raise UserError(
                f"worker {self.name} died {DEATHS} times in a row ({reason});"
                " what is finished is kept, see above for the cause"
            )
        progress.say(f"worker {self.name} died ({reason}) and is started again")
        self.start()

    def end(self) -> None:
        """End the process; kill it if it does not end within five seconds."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()


def run_chief(
    oracle: RecordedGridOracle, address: str, team: Callable[[str], list[WorkerProcess]], progress: SearchProgress
) -> None:
    """Serve the oracle and watch the worker processes until the search has ended.

    `team(address)` returns the workers of this machine; without any, the chief waits for workers of other machines.
    """
    oracle.skip_finished()
    if oracle.finished:
        return
    server, address = listen(oracle, address)
    workers = team(address)
    try:
        progress.say(f"chief at {address}, workers here: {len(workers)}")
        for worker in workers:
            worker.start()
        with progress.table():
            while not oracle.finished:
                for worker in workers:
                    worker.watch(progress)
                time.sleep(0.2)
        say_farewell(oracle)
    finally:
        for worker in workers:
            worker.end()
        server.stop(None)


def say_farewell(oracle: RecordedGridOracle) -> None:
    """Give the workers time to ask for the next combination and learn that there is none."""
    end = time.monotonic() + FAREWELL
    while oracle.tuner_ids and not oracle.error and time.monotonic() < end:
        time.sleep(0.1)


def find_chief(address: str, worker: str) -> None:
    """Wait for the chief at HOST:PORT and tell KerasTuner of it; raises UserError if none answers in time."""
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(CHIEF_TIMEOUT)
        except grpc.FutureTimeoutError:
            raise UserError(
                f"no chief answers at {address}; start it with --chief {address}, and see that no firewall is between"
            ) from None
    host, _, port = address.rpartition(":")
    os.environ |= {"KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": port, "KERASTUNER_TUNER_ID": worker}


def work_for(tuner: CrossValidatedGridSearch, identity: Mapping[str, str], address: str) -> None:
    """Search for the chief at `address` until no work is left.

    Raises UserError if the chief has other settings, data or packages, or goes away.
    """
    ended = threading.Event()
    try:
        refuse_other_search(identity, identity_of(tuner.oracle.get_space()), address)
        threading.Thread(
            target=heartbeat, args=(tuner.oracle.stub, tuner.tuner_id, address, ended), daemon=True
        ).start()
        tuner.search()
    except grpc.RpcError:
        raise UserError(gone(address)) from None
    finally:
        ended.set()


def refuse_other_search(own: Mapping[str, str], chiefs: Mapping[str, str], address: str) -> None:
    """Raise UserError with the part that differs, unless worker and chief have the same settings, data and packages."""
    for part, text in own.items():
        if chiefs.get(part) != text:
            raise UserError(
                f"the chief at {address} has other {part}: {chiefs.get(part)} there, {text} here;"
                " make them equal on both machines"
            )


def heartbeat(stub: Any, worker: str, address: str, ended: threading.Event) -> None:
    """Call the chief every few seconds; if it no longer answers, print that and end this process."""
    missed = 0
    while not ended.wait(HEARTBEAT):
        try:
            stub.GetTrial(protos.get_service().GetTrialRequest(trial_id=worker), timeout=5 * HEARTBEAT)
            missed = 0
        except grpc.RpcError:
            missed += 1
        if missed >= MISSED_HEARTBEATS and not ended.is_set():
            os.write(2, f"error: worker {worker}: {gone(address)}\n".encode())
            os._exit(1)


def gone(address: str) -> str:
    """The message that the chief no longer answers."""
    return f"the chief at {address} is gone; what is finished is kept there, and the same command there goes on from it"
