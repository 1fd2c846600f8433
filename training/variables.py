"""Variables of the environment, the user's and those that libraries read: what is set, left out or recorded of them."""

import contextlib
import os
from collections.abc import Iterator

BLAS_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# Variables of the user that can change a digit, besides those that `configure` sets
NUMERICAL = (
    "CUBLAS_WORKSPACE_CONFIG",
    "DNNL_DEFAULT_FPMATH_MODE",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "NVIDIA_TF32_OVERRIDE",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "TF_CUDNN_DETERMINISTIC",
    "TF_CUDNN_USE_AUTOTUNE",
    "TF_CUDNN_USE_FRONTEND",
    "TF_DETERMINISTIC_OPS",
    "TF_DISABLE_MKL",
    "TF_ENABLE_CUBLAS_TENSOR_OP_MATH_FP32",
    "TF_ENABLE_CUDNN_TENSOR_OP_MATH_FP32",
    "TF_FP16_CONV_USE_FP32_COMPUTE",
    "TF_FP16_MATMUL_USE_FP32_COMPUTE",
    "TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE",
    "TF_ONEDNN_THREADPOOL_USE_CALLER_THREAD",
    "TF_SET_ONEDNN_FPMATH_MODE",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)


def set_xla_flags(threads: int) -> None:
    """Let XLA fuse operations with several results, as optimizer.Adam needs, and use one thread if `threads` is 1."""
    given = os.environ.get("XLA_FLAGS", "").split()  # those of this function as well in a process started by another
    os.environ["XLA_FLAGS"] = " ".join(dict.fromkeys(given + xla_flags(threads)))


def xla_flags(threads: int) -> list[str]:
    """What `set_xla_flags` adds."""
    flags = ["--xla_backend_extra_options=xla_cpu_use_multi_output_fusion"]
    return flags + ["--xla_cpu_multi_thread_eigen=false"] * (threads == 1)  # XLA has its own thread pool


def set_blas_threads(threads: int) -> None:
    """Let linear algebra outside TensorFlow use that many threads: sums are rounded differently by another number."""
    import threadpoolctl

    os.environ |= dict.fromkeys(BLAS_THREADS, str(threads))  # of SciPy's library, which is loaded later
    threadpoolctl.threadpool_limits(threads)  # of NumPy's, which is there


@contextlib.contextmanager
def unset_keras() -> Iterator[None]:
    """Inside, Keras finds no settings of the user: keras.json and KERAS_* may name another backend or number type."""
    given = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("KERAS_")}
    os.environ["KERAS_HOME"] = os.devnull  # no folder, so it neither reads nor writes a keras.json
    try:
        yield
    finally:
        del os.environ["KERAS_HOME"]
        os.environ |= given


def blas() -> str:
    """The library behind NumPy's and SciPy's linear algebra, and the processor that its kernels are for."""
    import threadpoolctl

    found = [one for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]
    names = [f"{one['internal_api']} {one.get('architecture', '')}".strip() for one in found]
    return ", ".join(sorted(set(names))) or "unknown"


def variables() -> tuple[str, ...]:
    """The variables in NUMERICAL that the user has set, each as NAME=value; without what `configure` adds."""
    own = {flag for threads in (1, 2) for flag in xla_flags(threads)}
    values = {name: os.environ.get(name, "") for name in NUMERICAL}
    values["XLA_FLAGS"] = " ".join(flag for flag in values["XLA_FLAGS"].split() if flag not in own)
    return tuple(f"{name}={value}" for name, value in values.items() if value)
