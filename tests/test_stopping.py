"""Ctrl-C: a process ends with 130, at once where it can and soon where C code holds it."""

import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import auralise_jax
from auralise_jax import stopping

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

SETTING = """
import ctypes, os, signal, sys, time
from pathlib import Path
from auralise_jax import files, stopping

signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGTERM, signal.SIGHUP):  # which nohup has children ignore, tests among them
    signal.signal(number, signal.SIG_DFL)

def in_python(*_):
    os.write(1, b"ready\\n")
    time.sleep(60)

def in_c(*_):
    # A mutex that is locked twice: no signal ends that wait, and the interpreter's lock is free.
    lock, system = ctypes.create_string_buffer(256), ctypes.CDLL(None)
    system.pthread_mutex_init(lock, None)
    system.pthread_mutex_lock(lock)
    os.write(1, b"ready\\n")
    system.pthread_mutex_lock(lock)

def writing(path, stuck):
    print("not flushed yet")
    os.fsync = stuck
    files.write_whole(Path(path), b"new")

def forking():
    child = os.fork()
    if not child:
        os.kill(os.getpid(), signal.SIGTERM)
        os._exit(1)
    return 7 if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM else 1

"""


def start(command: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{SETTING}sys.exit(stopping.run_process({command}, 'stopped'))",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ
        | {"PYTHONPATH": str(Path(auralise_jax.__file__).parents[1]), "PYTHONUNBUFFERED": ""},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("where", ["in_python", "in_c"])
def test_a_process_ends_wherever_it_is(tmp_path: Path, where: str, number: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    run = start(f"lambda: writing(sys.argv[1], {where})", str(path))
    with run:
        assert run.stdout.readline() == b"ready\n"
        assert len(list(tmp_path.iterdir())) == 2  # a draft
        run.send_signal(number)
        try:
            said, told = run.communicate(timeout=60)
        finally:
            run.kill()  # or a process that does not end would be waited for
    assert run.returncode == 128 + number
    assert said == b"not flushed yet\n"
    assert told == b"stopped\n"
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"a.wav": b"old"}


class _Left(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def left(monkeypatch) -> None:
    def leave(number: int, words: str) -> None:
        raise _Left(number, words)

    monkeypatch.setattr(stopping, "_leave", leave)
    monkeypatch.setattr(stopping, "GRACE", None)  # no end: what is tested ends by itself
    before = {number: signal.getsignal(number) for number in stopping._ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_answers_the_interrupt_itself_ends_the_process_too(left) -> None:
    def command() -> int:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            return 0  # as code that swallows it does
        raise AssertionError("there was no interrupt")

    with pytest.raises(_Left) as ended:
        stopping.run_process(command, "stopped")
    assert ended.value.args == (signal.SIGINT, "stopped")


def test_an_import_is_not_broken_off_but_left(left, tmp_path, monkeypatch) -> None:
    (tmp_path / "interrupted_module.py").write_text(
        "import signal\n"
        "try:\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "except KeyboardInterrupt:\n"
        "    pass\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(_Left) as ended:
        stopping.run_process(lambda: bool(importlib.import_module("interrupted_module")), "stopped")
    assert ended.value.args == (signal.SIGINT, "stopped")
    assert "interrupted_module" not in sys.modules


def test_an_exit_code_is_passed_on_and_nothing_is_left_to_stop(left) -> None:
    assert stopping.run_process(lambda: 3, "stopped") == 3
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    with pytest.raises(SystemExit, match="2"):
        stopping.run_process(lambda: sys.exit(2), "stopped")


def test_a_signal_that_was_ignored_stays_so(left) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does

    def command() -> int:
        signal.raise_signal(signal.SIGHUP)
        return 0

    assert stopping.run_process(command, "stopped") == 0


def test_a_forked_child_ends_alone() -> None:
    with start("forking") as run:
        assert run.communicate(timeout=60) == (b"", b"")
    assert run.returncode == 7


def test_a_child_answers_the_terminal() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping.left_to_child():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
