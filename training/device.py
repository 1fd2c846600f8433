"""The device: threads, GPU memory, precision, and what is recorded of the machine. Call `configure` before any tensor."""

import contextlib
import gc
import os
import platform
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from reporting.artifacts import Machine

RECORDED_PACKAGES = ("tensorflow", "keras", "keras-tuner", "numpy")


def configure(threads, precision, distribution="none"):
    """Load TensorFlow with `threads` threads a fit, let GPU memory grow, and set Keras' dtype policy; returns its name.

    With `distribution` "mirrored" every fit from here on is shared by all GPUs, if there are several.
    """
    flags = [
        os.environ.get("XLA_FLAGS", ""),
        "--xla_backend_extra_options=xla_cpu_use_multi_output_fusion",
    ]  # see fitting.Adam
    flags += ["--xla_cpu_multi_thread_eigen=false"] * (threads == 1)  # XLA has a thread pool of its own
    os.environ["XLA_FLAGS"] = " ".join(flags).strip()
    gc.disable()  # a tenth of the start would be spent in search of garbage among what stays
    with quiet_start(), hidden("sklearn", "matplotlib"):
        import keras
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    gc.enable()
    gc.freeze()
    tf.get_logger().setLevel("ERROR")  # it warns of programs that are compiled anew for data of another shape
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    policy = (
        choose_precision([detail.get("compute_capability", (0, 0)) for detail in details], processor_flags())
        if precision == "auto"
        else precision
    )
    keras.config.set_dtype_policy(policy)
    if distribution == "mirrored" and len(gpus) > 1:
        tf.distribute.experimental_set_strategy(tf.distribute.MirroredStrategy())
    return policy


@contextlib.contextmanager
def quiet_start():
    """Keep off the terminal what TensorFlow's libraries say of missing GPUs, on a machine that has none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if any(Path("/dev").glob("nvidia*")):
        yield
        return
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            said.seek(0)
            os.write(stderr, said.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


@contextlib.contextmanager
def hidden(*packages):
    """Let packages seem not installed: Keras and KerasTuner would load these, a third of their start, for parts that nothing here uses."""
    absent = dict.fromkeys(name for name in packages if name not in sys.modules)
    sys.modules |= absent
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def visible_gpus():
    """What CUDA_VISIBLE_DEVICES may name of the GPUs that TensorFlow computes on, in its order; empty on a processor."""
    import tensorflow as tf

    found = len(tf.config.list_physical_devices("GPU"))
    named = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    return (named or [str(number) for number in range(found)])[:found]


def choose_precision(compute_capabilities, flags):
    """The fastest precision that the device multiplies natively.

    NVIDIA GPUs have bfloat16 from compute capability 8.0 and float16 tensor cores from 7.0; processors have bfloat16
    with AMX or AVX512-BF16. Without these, half precision is emulated and slower than float32.
    """
    if compute_capabilities:
        weakest = min(compute_capabilities)
        return "mixed_bfloat16" if weakest >= (8, 0) else "mixed_float16" if weakest >= (7, 0) else "float32"
    return "mixed_bfloat16" if {"amx_bf16", "avx512_bf16"} & flags else "float32"


def processor_flags():
    """The instruction sets that Linux reports, empty elsewhere."""
    return set(cpuinfo("flags").split())


def cpuinfo(key):
    """The first value of `key` in /proc/cpuinfo, "" where there is none."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == key), "")


def describe_machine(precision, threads):
    """The Machine that this process computes on; TensorFlow must have been configured."""
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
    )


def package_versions():
    """Python's version and those of the packages that results can depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in RECORDED_PACKAGES}
