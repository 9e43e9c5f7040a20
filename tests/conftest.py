"""Fixtures that more than one room's tests use, and the world without other programs."""

import functools
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import jax
import pytest
from hiding import hide_tools
from making import make_model, make_noise

import auralise_jax as aj
from auralise_jax.network.stack.drawing import draw_tensors

# Nothing is timed here: on a busy machine the first import alone takes longer than a deadline.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

collect_ignore = [  # commands that want torch
    "data/make_captum.py",
    "data/make_captum_ablation.py",
    "data/make_captum_nets.py",
]

# What decides between FFmpeg and libsndfile, or between FluidSynth and the additive engine.
ASKS_FOR_TOOLS = re.compile(
    r"ffmpeg|\bsox\b|fluidsynth|firefox|default_engine|chord_probes|aj\.compose\(", re.IGNORECASE
)
# What takes longest to run, the longest first: notebooks, files whose tests share what they start.
LONGEST = (
    "holds[04_key_chord_instrument]",
    "training/test_training.py",
    "holds[01_",
    "holds[02_teach_a_cnn_genres]",
    "browser/test_probing.py",
    "browser/test_access.py",
    "stack/test_passes.py",
    "holds[04_key_chord_instrument without",
    "browser/test_lab",  # and test_lab_life.py
    "browser/test_live.py",
    "browser/test_compare.py",
    "browser/test_computing",  # and its three companions
    "widgets/test_page_answers.py",
    "training/test_commands.py",
    "browser/test_look.py",
    "test_notebooks.py",
)
COMPILED = "JAX_COMPILATION_CACHE_DIR"
WITHOUT = "AURALISE_TESTS_WITHOUT_TOOLS"
CACHED = type(draw_tensors)  # what functools.lru_cache makes


def pytest_configure(config: pytest.Config) -> None:
    """Share what XLA compiles, and hide the tools where the variable asks for it.

    Both happen once: workers and the processes that tests start inherit the environment.
    """
    # A shell's background has Ctrl-C ignored, in children too; some tests press it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # nbformat needs jsonschema, which compiles grammars of IRIs for a second; notebooks have none.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # Workers keep every core busy. BLAS threads on top would wait for each other, spinning.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

    def new_folder(prefix: str) -> Path:
        folder = tempfile.mkdtemp(prefix=prefix)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        return Path(folder)

    if COMPILED not in os.environ:
        os.environ[COMPILED] = str(new_folder("compiled-"))
    for name, value in {
        COMPILED: os.environ[COMPILED],
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }.items():
        os.environ[name] = value
        jax.config.update(name.lower(), value if name == COMPILED else int(value))
    if os.environ.get(WITHOUT) == "1":
        if hasattr(config, "workerinput"):  # its environment comes from the process that hid them
            sys.modules["fluidsynth"] = None  # type: ignore[assignment]
        else:
            hide_tools(new_folder("without-tools-"))


@functools.cache
def asks_for_tools(path: Path) -> bool:
    return bool(ASKS_FOR_TOOLS.search(path.read_text(encoding="utf-8")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no other files where only those are asked for that name such a tool."""
    only = config.getoption("markexpr").split()[:1] == ["tools"]
    if only and collection_path.suffix == ".py" and not asks_for_tools(collection_path):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of each file that names such a tool: they run with it and without it."""
    for item in items:
        if asks_for_tools(item.path):
            item.add_marker(pytest.mark.tools)
    items[:] = longest_first(items, getattr(config, "workerinput", {}).get("workercount", 1))


def longest_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Let every worker begin with its share of what takes longest.

    Or in the end one worker would be left with a notebook, and the others idle. Each gets an equal
    stretch of the list; one that is through takes from the ends of the others'.
    """
    parts: dict[str, list[pytest.Item]] = {part: [] for part in LONGEST}
    rest: list[pytest.Item] = []
    for item in items:
        part = next((part for part in LONGEST if part in item.nodeid), None)
        (rest if part is None else parts[part]).append(item)
    long = list(parts.values())
    found: list[pytest.Item] = []
    for worker in range(workers):
        stretch = [item for part in long[worker::workers] for item in part]
        size = (len(items) - len(found)) // (workers - worker)
        more = max(0, size - len(stretch))
        found += stretch + rest[:more]
        rest = rest[more:]
    return found + rest


def forget() -> None:
    """Forget what the process has kept: XLA's programs, and what the package's caches hold."""
    jax.clear_caches()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "auralise_jax":
            for one in list(vars(module).values()):
                if isinstance(one, CACHED):
                    one.cache_clear()


@pytest.fixture(scope="module")
def compiled_quickly() -> Iterator[None]:
    """Leave most of XLA's optimisations out: they take longer than the toys that they speed up.

    They round otherwise, so that nothing of it is left to later tests, and nothing is taken from
    earlier ones: no program, no weights.
    """
    forget()
    name = "jax_disable_most_optimizations"
    before = jax.config.read(name)
    jax.config.update(name, True)
    yield
    jax.config.update(name, before)
    forget()


@pytest.fixture
def compiled() -> Iterator[Callable[[], int]]:
    """Return a function that says how often XLA has compiled since the test began.

    What other tests compiled is forgotten first: who ran before shall not lower the count.
    """
    forget()
    seen: list[str] = []

    def note(event: str, _seconds: float, **_: object) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            seen.append(event)

    jax.monitoring.register_event_duration_secs_listener(note)
    yield lambda: len(seen)
    jax.monitoring.unregister_event_duration_listener(note)


@pytest.fixture(scope="session")
def tiny_model() -> aj.Model:
    """Three blocks on an odd-sized picture of 33 x 24."""
    return make_model()


@pytest.fixture(scope="session")
def tiny_heard(tiny_model: aj.Model) -> aj.Listening:
    """The tiny model has heard noise."""
    return aj.listen(tiny_model, make_noise(0.37))


@pytest.fixture(scope="session")
def genre_heard() -> aj.Listening:
    """The shipped model has heard the shipped prelude."""
    return aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
