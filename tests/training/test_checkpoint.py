"""Checkpoints: each is whole or not there, whatever happens while it is written or deleted."""

import os
import shutil
import signal
import sys

import numpy as np
import pytest

from auralise_jax.training.checkpoint import Checkpoints, Saved
from auralise_jax.training.devices import Devices

DEVICES = Devices(1)
ARRAYS = DEVICES.copy({"w": np.arange(100_000, dtype=np.float32)})
LIKE = DEVICES.like(ARRAYS)


@pytest.fixture
def begin(tmp_path):
    """Open the folder of checkpoints, as a run does that begins or goes on."""
    opened = []

    def open_it():
        opened.append(Checkpoints(tmp_path / "c", {"rate": 1}))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def put(store, *steps):
    for step in steps:
        store.save(step, Saved(ARRAYS, {"at": step}, {"course": step}))


def test_the_newest_comes_back_and_what_a_kill_left_half_written_is_gone(begin, tmp_path):
    put(begin(), 3, 6, 9)
    (tmp_path / "c" / "12.orbax-checkpoint-tmp" / "arrays").mkdir(parents=True)
    saved = begin().newest(LIKE)
    assert (saved.loader, saved.notes["course"]) == ({"at": 9}, 9)
    np.testing.assert_array_equal(saved.arrays["w"], ARRAYS["w"])
    assert {place.name for place in (tmp_path / "c").iterdir()} == {"6", "9"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ on Windows")
def test_ctrl_c_while_one_is_written_comes_after_it(begin, monkeypatch):
    store = begin()
    put(store, 3)
    real = store._manager.save

    def save(*args, **settings):
        os.kill(os.getpid(), signal.SIGINT)
        return real(*args, **settings)

    monkeypatch.setattr(store._manager, "save", save)
    with pytest.raises(KeyboardInterrupt):
        put(store, 6)
    store.close()
    assert begin().newest(LIKE).loader == {"at": 6}


def test_a_full_disk_is_said_and_the_one_before_stays_good(begin, tmp_path, caplog):
    resource = pytest.importorskip("resource")
    store = begin()
    put(store, 3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"of step 6 cannot be written in .*c; .*File too large"):
            put(store, 6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not caplog.records  # no traceback of a thread beside the message
    again = begin()
    assert again.newest(LIKE).loader == {"at": 3}
    put(again, 6)
    assert begin().newest(LIKE).loader == {"at": 6}
    assert {place.name for place in (tmp_path / "c").iterdir()} == {"3", "6"}


@pytest.mark.parametrize("part", ["arrays", "loader", "notes"])
def test_a_damaged_one_is_said_with_what_to_do(begin, tmp_path, part):
    put(begin(), 3, 6)
    shutil.rmtree(tmp_path / "c" / "6" / part)
    with pytest.raises(ValueError, match=r"c.6 is damaged: delete it .* start again \(--restart"):
        begin().newest(LIKE)
    shutil.rmtree(tmp_path / "c" / "6")
    assert begin().newest(LIKE).loader == {"at": 3}


def test_a_clearing_that_is_killed_leaves_no_half_checkpoint(begin, tmp_path, monkeypatch):
    put(begin(), 3)

    def killed(place, **_):
        if place.exists():
            (place / "3" / "loader" / "metadata").unlink()
            raise KeyboardInterrupt

    monkeypatch.setattr("auralise_jax.training.checkpoint.shutil.rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        Checkpoints.clear(tmp_path / "c")
    monkeypatch.undo()
    store = begin()
    assert store.newest(LIKE) is None
    put(store, 3)
    Checkpoints.clear(tmp_path / "c")
    assert not list(tmp_path.iterdir())
