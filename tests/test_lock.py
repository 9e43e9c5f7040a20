"""A lock file: one run at a time, nothing left behind, and a killed run hinders nobody."""

import errno
import os
import subprocess
import sys

import pytest

from auralise_jax import lock as locking
from auralise_jax.lock import sole_writer


def test_the_second_is_refused_in_words_and_the_next_is_not(tmp_path):
    lock = tmp_path / ".lock"
    message = "another run writes x: wait until it has ended, or name another place"
    with sole_writer(lock, "another run writes x"):
        with (
            pytest.raises(BlockingIOError, match=f"^{message}$"),
            sole_writer(lock, "another run writes x"),
        ):
            pytest.fail("two hold one lock")
        assert lock.exists()
    assert not lock.exists()
    with sole_writer(lock, "another run writes x"):
        pass


def test_it_is_given_back_when_the_work_fails(tmp_path):
    with pytest.raises(KeyboardInterrupt), sole_writer(tmp_path / ".lock", "x"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_it_ends_with_its_process(tmp_path):
    lock = tmp_path / ".lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", "import pathlib, sys; from auralise_jax.lock import sole_writer\n"
         "with sole_writer(pathlib.Path(sys.argv[1]), 'x'): print('held', flush=True); input()",
         lock],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(BlockingIOError), sole_writer(lock, "x"):
            pytest.fail("another process holds it")
        holder.kill()
    assert lock.exists()  # a file, and no more than that
    with sole_writer(lock, "x"):
        pass


def test_a_lock_that_its_holder_deleted_meanwhile_is_asked_for_again(tmp_path, monkeypatch):
    lock, real, asked = tmp_path / ".lock", locking._ask_for, []

    def ask_for(file):
        real(file)
        asked.append(file)
        if len(asked) == 1:  # another run ended between the opening and the claim
            lock.unlink()

    monkeypatch.setattr(locking, "_ask_for", ask_for)
    with sole_writer(lock, "x"):
        assert lock.exists()
        monkeypatch.undo()
        with pytest.raises(BlockingIOError), sole_writer(lock, "x"):
            pytest.fail("the lock is held on the file that stands there")
    assert len(asked) == 2


@pytest.mark.parametrize(("code", "goes_on"), [(errno.ENOLCK, True), (errno.EIO, False)])
def test_without_locks_the_work_is_done_and_other_errors_are_errors(
    tmp_path, monkeypatch, code, goes_on
):
    fcntl = pytest.importorskip("fcntl")

    def flock(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    done = []
    try:
        with sole_writer(tmp_path / ".lock", "x"):
            done.append(True)
    except OSError as error:
        assert error.errno == code  # noqa: PT017
    assert bool(done) == goes_on


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    lock = tmp_path / "none" / ".lock"
    with (
        pytest.raises(FileNotFoundError, match=r"cannot write in .*none: No such file"),
        sole_writer(lock, "x"),
    ):
        pytest.fail("there is no such folder")
