"""A chief and its workers: what goes over the network, who is watched, and who is turned away."""

import errno
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time

import keras_tuner
import pytest

from reporting.artifacts import Data, UserError
from tests.tuning.fakes import FOLDS, GRID, Recorder, make_oracle, rows_in, run, search_over
from tuning import joining
from tuning.answers import as_array
from tuning.fingerprints import search_identity
from tuning.grid_search import CrossValidatedGridSearch
from tuning.joining import find_chief, work_for
from tuning.oracle import make_objective
from tuning.search_spaces import make_hyperparameters
from tuning.workers import WorkerProcess, granted_workers, listen, run_chief

IDENTITY = {"settings": "1", "data": "2"}


def connected_tuner(address, name, recorder, folder, monkeypatch):
    """A tuner whose oracle is the chief's, as a worker makes it."""
    host, _, port = address.rpartition(":")
    oracle = keras_tuner.oracles.GridSearchOracle(
        make_objective(search_over(GRID)), hyperparameters=make_hyperparameters(GRID, {})
    )
    with monkeypatch.context() as patch:
        for key, value in {"ORACLE_IP": host, "ORACLE_PORT": port, "TUNER_ID": name}.items():
            patch.setenv(f"KERASTUNER_{key}", value)
        return CrossValidatedGridSearch(oracle, search_over(GRID), FOLDS, recorder, name)


@pytest.fixture
def chief(tmp_path):
    """Serves the oracles that it is given."""
    servers = []

    def serve(**options):
        oracle = make_oracle(tmp_path, identity=IDENTITY, **options)
        server, address = listen(oracle, "127.0.0.1:0")
        servers.append(server)
        return oracle, address

    yield serve
    for server in servers:
        server.stop(None)


def stripped(folder):
    """The rows by file, without what may differ between equal searches."""
    rows = {path.name: path.read_text() for path in (folder / "rows").glob("*.json")}
    return {
        name: "\n".join(line for line in text.splitlines() if '"worker"' not in line) for name, text in rows.items()
    }


def test_workers_share_a_grid_and_deliver_to_the_last_digit(tmp_path, chief, monkeypatch):
    oracle, address = chief()
    recorders = [Recorder(), Recorder()]
    tuners = [
        connected_tuner(address, f"w{number}", each, tmp_path, monkeypatch) for number, each in enumerate(recorders, 1)
    ]
    threads = [threading.Thread(target=work_for, args=(tuner, IDENTITY, address)) for tuner in tuners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert oracle.finished and not oracle.error
    assert len(recorders[0].calls) + len(recorders[1].calls) == 18 and not set(recorders[0].calls) & set(
        recorders[1].calls
    )
    run(tmp_path / "alone", Recorder())
    assert stripped(tmp_path) == stripped(tmp_path / "alone")


def test_the_reason_of_a_failure_reaches_the_chief(tmp_path, chief, monkeypatch):
    oracle, address = chief()
    tuner = connected_tuner(address, "w1", Recorder(loss=lambda config, fold: float("nan")), tmp_path, monkeypatch)
    work_for(tuner, IDENTITY, address)
    assert "batch_size=16 failed in fold 1: its loss is not finite" in oracle.error


def test_a_worker_with_other_settings_or_data_is_turned_away(tmp_path, chief, monkeypatch):
    _, address = chief()
    recorder = Recorder()
    tuner = connected_tuner(address, "w1", recorder, tmp_path, monkeypatch)
    with pytest.raises(UserError, match=r"has other data: 2 there, 3 here"):
        work_for(tuner, IDENTITY | {"data": "3"}, address)
    assert not recorder.calls


def test_a_fault_in_the_chief_ends_the_search(tmp_path, chief, monkeypatch):
    oracle, address = chief()
    oracle.recorded = None
    tuner = connected_tuner(address, "w1", Recorder(), tmp_path, monkeypatch)
    with pytest.raises(UserError, match="is gone"):
        work_for(tuner, IDENTITY, address)
    assert oracle.error.startswith("the chief failed: TypeError") and oracle.finished


def test_a_port_in_use_is_an_error(tmp_path, chief):
    _, address = chief()
    with pytest.raises(UserError, match="the port is in use"):
        listen(make_oracle(tmp_path), address)


def test_a_machine_without_loopback_device_is_an_error(tmp_path, monkeypatch):
    def unreachable(*_):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    with pytest.raises(UserError, match=r"reach itself at 127.0.0.1:\d+ \(Network is unreachable\).*ip link set lo up"):
        listen(make_oracle(tmp_path), "127.0.0.1:0")


def test_a_worker_that_finds_no_chief_says_so(monkeypatch):
    monkeypatch.setattr(joining, "CHIEF_TIMEOUT", 0.5)
    with pytest.raises(UserError, match="no chief answers at 127.0.0.1:9"):
        find_chief("127.0.0.1:9", "w1")


DEAD = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "grpc_proxy"])
@pytest.mark.parametrize("others", [{}, {"no_proxy": "example.org"}, {"no_grpc_proxy": "example.org"}])
def test_loopback_needs_no_proxy(chief, name, others):
    _, address = chief()
    code = f"from tuning import joining; joining.CHIEF_TIMEOUT = 20; joining.find_chief({address!r}, 'w1')"
    environment = os.environ | {name: DEAD} | others
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_proxy_is_named_where_no_chief_answers(monkeypatch):
    monkeypatch.setattr(joining, "CHIEF_TIMEOUT", 0.2)
    monkeypatch.setenv("http_proxy", DEAD)
    monkeypatch.setenv("no_grpc_proxy", "")
    with pytest.raises(UserError, match=r"no firewall or proxy is between \(no_proxy=192.0.2.1 leaves out"):
        find_chief("192.0.2.1:9", "w1")


def test_a_worker_ends_when_its_chief_does_not_answer():
    code = (
        "from tuning import joining; import grpc, threading; joining.HEARTBEAT = 0.1\n"
        "stub = joining.protos.get_service_grpc().OracleStub(grpc.insecure_channel('127.0.0.1:9'))\n"
        "joining.heartbeat(stub, 'w7', '127.0.0.1:9', threading.Event())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "error: worker w7: the chief at 127.0.0.1:9 is gone" in done.stderr


def test_a_finished_search_starts_no_worker(tmp_path):
    run(tmp_path, Recorder())
    run_chief(oracle := make_oracle(tmp_path), "127.0.0.1:0", None, oracle.progress)


def once(worker):
    """A team of that worker."""
    return lambda address, workers: [] if workers else [worker]


def worker_process(code):
    return WorkerProcess("w1", [sys.executable, "-c", code], {})


def test_a_worker_that_dies_again_and_again_ends_the_search(tmp_path):
    oracle = make_oracle(tmp_path)
    worker = worker_process("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(UserError, match=r"worker w1 died 3 times in a row \(killed by SIGKILL\)"):
        run_chief(oracle, "127.0.0.1:0", once(worker), oracle.progress)
    assert oracle.progress.stream.getvalue().count("is started again") == 2


def test_deaths_between_which_folds_were_recorded_are_forgiven(tmp_path):
    progress = make_oracle(tmp_path).progress
    worker = worker_process("raise SystemExit(3)")
    worker.start()
    for _ in range(5):
        worker.process.wait()
        progress.trained += 1
        worker.watch(progress)
    assert worker.deaths == 1
    worker.end()


def test_workers_are_ended_with_the_search(tmp_path):
    oracle = make_oracle(tmp_path)
    worker = worker_process("import time; time.sleep(600)")
    threading.Timer(0.5, lambda: setattr(oracle, "error", "stopped")).start()
    run_chief(oracle, "127.0.0.1:0", once(worker), oracle.progress)
    assert worker.process.poll() is not None


def test_a_search_gets_workers_as_slots_are_granted_and_gives_the_slots_of_idle_ones_back(tmp_path):
    """Two slots for two combinations: the worker that finds nothing to do ends, and its slot goes back."""
    oracle = make_oracle(tmp_path, grid={"learning_rate": [0.001, 0.1]})
    granter, own = multiprocessing.Pipe()
    made = []

    def make_worker(address, name, environment):
        made.append((name, environment))
        return WorkerProcess(name, [sys.executable, "-c", "pass"], environment)

    recruit = granted_workers(own, oracle, make_worker)
    assert recruit("127.0.0.1:80", []) == [] and granter.recv() == (2, [])
    granter.send((4, {"GPU": "0"}))
    granter.send((7, {}))
    workers = recruit("127.0.0.1:80", [])
    assert made == [("w5", {"GPU": "0"}), ("w8", {})] and not granter.poll()
    workers[0].start()
    workers[0].process.wait()
    assert recruit("127.0.0.1:80", workers) == [] and granter.recv() == (2, [4])
    assert [worker.name for worker in workers] == ["w8"]
    granter.close()
    with pytest.raises(UserError, match="the make that began this search is gone"):
        recruit("127.0.0.1:80", workers)


def test_where_slots_are_shared_an_idle_worker_is_told_to_end(tmp_path):
    oracle = make_oracle(tmp_path, grid={"learning_rate": [0.001]})
    oracle.create_trial("busy")
    assert oracle.create_trial("idle").status == "IDLE"
    oracle.dismisses_idle = True
    assert oracle.create_trial("idle").status == "STOPPED" and not oracle.finished


@pytest.mark.parametrize(
    ("name", "here", "there"), [("onednn", "on", "off"), ("instruction_set", "AVX2", "AVX512_CORE")]
)
def test_workers_that_compute_with_other_kernels_are_refused_in_one_line(name, here, there):
    search, data = search_over(GRID), Data("points", {"a": "0"}, {"train": 3, "test": 3})
    own, chiefs = (search_identity(search, 2, 1, data, {"threads": 1, name: value}) for value in (here, there))
    with pytest.raises(UserError) as error:
        joining.refuse_other_search(own, chiefs, "127.0.0.1:80")
    assert "\n" not in str(error.value)
    assert all(text in str(error.value) for text in ("kernels", f'"{name}": "{here}"', f'"{name}": "{there}"'))


def test_idle_workers_hardly_ever_ask(tmp_path, chief, monkeypatch):
    oracle, address = chief(grid={"learning_rate": [0.001]})
    oracle.create_trial("busy")
    asked = []
    create = oracle.create_trial
    oracle.create_trial = lambda name: (asked.append(name), create(name))[1]
    tuner = connected_tuner(address, "idle", Recorder(), tmp_path, monkeypatch)
    thread = threading.Thread(target=tuner.search, daemon=True)
    thread.start()
    time.sleep(2.5)
    assert 1 <= len(asked) <= 4
    oracle.error = "enough"
    thread.join(30)
    assert not thread.is_alive()


def test_answers_reach_the_chiefs_rows(tmp_path, chief, monkeypatch):
    class Classifiers(Recorder):
        def __call__(self, config, fold):
            return super().__call__(config, fold) | {"answers": [fold, 9, 0, 1, 2, 3, 4, config.batch_size]}

    oracle, address = chief(rows=rows_in(tmp_path, task="classification"))
    work_for(connected_tuner(address, "w1", Classifiers(), tmp_path, monkeypatch), IDENTITY, address)
    for fold in (1, 2, 3):
        row = oracle.rows.load(oracle.config(1), fold)
        assert as_array(row["answers"]).tolist() == [fold, 9, 0, 1, 2, 3, 4, 32]


def test_rows_name_their_worker(tmp_path, chief, monkeypatch):
    oracle, address = chief()
    work_for(connected_tuner(address, "gpu2", Recorder(), tmp_path, monkeypatch), IDENTITY, address)
    assert rows_in(tmp_path).load(oracle.config(0), 1)["worker"] == "gpu2"
