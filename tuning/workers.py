"""Several workers on one grid: the chief that serves the oracle, the processes that it starts, and the worker's side.

Everything goes through KerasTuner's own gRPC service. It knows no passwords: a chief listens on this machine alone
unless it is given another address.
"""

import dataclasses
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
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
IDLE_PAUSE = 1.0  # seconds that the chief keeps an idle worker waiting for an answer
HEARTBEAT = 2.0  # seconds between two heartbeats
MISSED_HEARTBEATS = 3  # after which a worker gives up its chief
CHIEF_SOUGHT = 60  # seconds for which a worker looks for its chief
DEATHS = 3  # of a worker in a row, without a fold between them, after which the search gives up
FAREWELL = 10  # seconds in which workers learn that a search has ended


class Chief(OracleServicer):
    """KerasTuner's service. Idle workers ask again at once, so the answer waits a moment, or until the search ends."""

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

    def _guarded(self, answer: Callable, request: Any, context: grpc.ServicerContext) -> Any:
        """End the search on a fault of the program: it leaves KerasTuner's lock closed, and all would wait for ever."""
        try:
            return answer(request, context)
        except Exception as error:
            self.oracle.error = f"the chief failed: {type(error).__name__}: {error}"
            raise


def listen(oracle: RecordedGridOracle, address: str) -> tuple[grpc.Server, str]:
    """Serve the oracle at HOST:PORT, port 0 being any free one. Returns server and address; raises UserError."""
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
    """A worker on this machine. If it dies it starts again under the same name, and so gets its combination back."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen | None = None
    deaths: int = 0
    delivered: int = 0  # folds recorded by the search when it last died

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches the chief alone, which then ends it."""
        self.process = subprocess.Popen(
            self.command, env=os.environ | self.environment, stdin=subprocess.DEVNULL, process_group=0
        )

    def watch(self, progress: SearchProgress) -> None:
        """Start it again if it has died; raises UserError if it does so again and again."""
        code = self.process.poll() if self.process else None
        if not code:  # it runs, or has ended because nothing is left
            return
        self.deaths = self.deaths + 1 if progress.trained == self.delivered else 1
        self.delivered = progress.trained
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if self.deaths >= DEATHS:
            raise UserError(
                f"worker {self.name} died {DEATHS} times in a row ({reason}); what is finished is kept,"
                " see above for the cause"
            )
        progress.say(f"worker {self.name} died ({reason}) and is started again")
        self.start()

    def end(self) -> None:
        """End the process, at once if need be."""
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

    `team(address)` returns the WorkerProcesses of this machine; an empty one waits for workers of other machines.
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
    """Leave the workers time to ask for the next combination and learn that there is none."""
    end = time.monotonic() + FAREWELL
    while oracle.tuner_ids and not oracle.error and time.monotonic() < end:
        time.sleep(0.1)


def find_chief(address: str, worker: str) -> None:
    """Wait for the chief at HOST:PORT and tell KerasTuner of it; raises UserError if none answers within a minute."""
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(CHIEF_SOUGHT)
        except grpc.FutureTimeoutError:
            raise UserError(
                f"no chief answers at {address}; start it with --chief {address}, and see that no firewall is between"
            ) from None
    host, _, port = address.rpartition(":")
    os.environ |= {"KERASTUNER_ORACLE_IP": host, "KERASTUNER_ORACLE_PORT": port, "KERASTUNER_TUNER_ID": worker}


def work_for(tuner: CrossValidatedGridSearch, identity: dict[str, str], address: str) -> None:
    """Train for the chief at `address` until nothing is left; raises UserError if its settings differ or it is gone."""
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


def refuse_other_search(own: dict[str, str], chiefs: dict[str, str], address: str) -> None:
    """Raise UserError that names what differs, unless both sides have the same settings, data and packages."""
    for part, text in own.items():
        if chiefs.get(part) != text:
            raise UserError(
                f"the chief at {address} has other {part}: {chiefs.get(part)} there, {text} here;"
                " make them equal on both machines"
            )


def heartbeat(stub: Any, worker: str, address: str, ended: threading.Event) -> None:
    """Call the chief every few seconds; when it no longer answers, say so and end this process."""
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
    """What a worker says when its chief no longer answers."""
    return f"the chief at {address} is gone; what is finished is kept there, and the same command there goes on from it"
