"""Threads, GPU memory and precision of TensorFlow, and the recorded description of the machine.

Call `configure` before any tensor is made.
"""

import contextlib
import gc
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from reporting.artifacts import Machine, UserError
from training.variables import blas, set_blas_threads, set_xla_flags, unset_keras, variables

RECORDED_PACKAGES = ("tensorflow", "keras", "keras-tuner", "numpy", "scipy", "scikit-learn")
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
# The instruction sets that oneDNN has kernels for, best first, by the names that it takes in ONEDNN_MAX_CPU_ISA -> the
# flag of the processor that each needs (uxlfoundation.github.io/oneDNN, "CPU Dispatcher Control")
INSTRUCTION_SETS = {
    "AVX512_CORE_AMX": "amx_bf16",
    "AVX512_CORE_FP16": "avx512_fp16",
    "AVX512_CORE_BF16": "avx512_bf16",
    "AVX512_CORE_VNNI": "avx512_vnni",
    "AVX512_CORE": "avx512bw",
    "AVX2_VNNI": "avx_vnni",
    "AVX2": "avx2",
    "AVX": "avx",
    "SSE41": "sse4_1",
}
BFLOAT16_SETS = ("AVX512_CORE_AMX", "AVX512_CORE_FP16", "AVX512_CORE_BF16")


def configure(threads: int, precision: str, distribution: str = "none", onednn: str = "auto") -> str:
    """Load TensorFlow with that many threads, let GPU memory grow, and set Keras' dtype policy; returns its name.

    With `distribution` "mirrored", all later fits share each batch among the GPUs, if there are several. `onednn` is
    "on", "off" or "auto", see `choose_onednn`.
    """
    set_xla_flags(threads)
    set_blas_threads(threads)
    os.environ[ONEDNN] = str(int(choose_onednn(onednn, platform.machine(), os.environ) == "on"))
    gc.disable()  # garbage collection would take a tenth of the import time, and nearly all of these objects stay
    with quiet_start(), hidden("sklearn", "matplotlib"), unset_keras(), told_in_a_line():
        import keras
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    gc.enable()
    gc.freeze()
    tf.get_logger().setLevel("ERROR")  # it warns when data of another shape need a new program
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if precision == "auto":
        details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
        capabilities = [each.get("compute_capability", (0, 0)) for each in details]
        precision = choose_precision(capabilities, kernels_of(onednn))
    keras.config.set_dtype_policy(precision)
    if distribution == "mirrored" and len(gpus) > 1:
        tf.distribute.experimental_set_strategy(tf.distribute.MirroredStrategy())
    return precision


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Suppress what TensorFlow's libraries print about missing GPUs on a machine without any."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if any(Path("/dev").glob("nvidia*")):
        yield
        return
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), 2)
        try:
            yield
        except BaseException:
            output.seek(0)
            os.write(stderr, output.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextlib.contextmanager
def told_in_a_line() -> Iterator[None]:
    """Inside, TensorFlow's traceback about a library of the system that it cannot load becomes a UserError."""
    try:
        yield
    except ModuleNotFoundError:
        raise
    except ImportError as error:
        causes = re.findall(r"^ImportError: (.*)", str(error), re.MULTILINE) or str(error).strip().splitlines()[:1]
        given = bool(os.environ.get("LD_LIBRARY_PATH"))
        remedy = "unset LD_LIBRARY_PATH, whose libraries come first" if given else "update this library of the system"
        raise UserError(f"TensorFlow cannot be loaded: {causes[0]}; {remedy}") from None


@contextlib.contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Make imports of these packages fail, unless they are loaded already.

    Keras and KerasTuner import them for features that are not used here, which would take a third of their import time.
    """
    absent = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def choose_onednn(setting: str, machine: str, environment: Mapping[str, str]) -> str:
    """Whether TensorFlow's kernels for the processor come from oneDNN: "on" or "off".

    TensorFlow's own variable in the environment overrules the setting. "auto" is on for every x86 processor: TensorFlow
    by itself leaves it off where there is only AVX2, and takes up to 1.8 times as long there.
    """
    if environment.get(ONEDNN):
        return "off" if environment[ONEDNN].lower() in ("0", "false") else "on"
    return ("on" if machine.lower() in ("x86_64", "amd64") else "off") if setting == "auto" else setting


def kernels_of(setting: str) -> str:
    """The instruction set of oneDNN's kernels with that setting of it; empty where they are off."""
    return instruction_set() if choose_onednn(setting, platform.machine(), os.environ) == "on" else ""


def onednn_state() -> str:
    """What `configure` has chosen: "on" or "off"."""
    return "on" if os.environ.get(ONEDNN) == "1" else "off"


def instruction_set(flags: set[str] | None = None, limit: str | None = None) -> str:
    """The best of INSTRUCTION_SETS that the processor has and the limit allows; the architecture where it has none.

    The default of `flags` are the processor's; the default of `limit` is what ONEDNN_MAX_CPU_ISA says.
    """
    flags = processor_flags() if flags is None else flags
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA", "") if limit is None else limit
    names = list(INSTRUCTION_SETS)
    allowed = names[names.index(limit.upper()) :] if limit.upper() in names else names
    return next((name for name in allowed if INSTRUCTION_SETS[name] in flags), platform.machine())


def choose_precision(compute_capabilities: Sequence[tuple[int, int]], kernels: str) -> str:
    """The fastest precision that the hardware supports natively: that of the weakest GPU, or of the processor.

    `kernels` is the instruction set of oneDNN's kernels, empty without oneDNN. NVIDIA GPUs support bfloat16 from
    compute capability 8.0 and float16 tensor cores from 7.0; processors support bfloat16 with AMX or AVX512-BF16.
    Elsewhere half precision is emulated and slower than float32.
    """
    if compute_capabilities:
        weakest = min(compute_capabilities)
        return "mixed_bfloat16" if weakest >= (8, 0) else "mixed_float16" if weakest >= (7, 0) else "float32"
    return "mixed_bfloat16" if kernels in BFLOAT16_SETS else "float32"


def processor_flags() -> set[str]:
    """The processor's instruction sets as Linux reports them; empty on other systems."""
    return set(cpuinfo("flags").split())


def cpuinfo(key: str) -> str:
    """The first value of `key` in /proc/cpuinfo, or ""."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == key), "")


def describe_machine(precision: str, threads: int) -> Machine:
    """The Machine that this process runs on; call `configure` first."""
    import tensorflow as tf

    gpus = [
        tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = cpuinfo("model name") or platform.processor() or platform.machine()
    return Machine(
        f"{platform.system()} {platform.machine()}",
        processor,
        os.cpu_count() or 1,
        round(memory, 1),
        tuple(gpus or ["CPU"]),
        precision,
        threads,
        onednn_state(),
        instruction_set(),
        blas(),
        variables(),
    )


def package_versions() -> dict[str, str]:
    """The versions of Python and of the packages that results can depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in RECORDED_PACKAGES}
