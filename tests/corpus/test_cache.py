"""The cache: where it lies, and what is said when it cannot be there."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

import auralise_jax as aj
import auralise_jax.corpus.cache as cache_module
from auralise_jax.corpus.cache import CacheError, SoundCache, default_folder

NO_HOME = r"there is no home folder here .* name a folder for it \(--cache, or AURALISE_CACHE\)"


@pytest.fixture
def homeless(monkeypatch):
    """As in a container whose user has no entry in the list of users."""
    pwd = pytest.importorskip("pwd")

    def nobody(_):
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", "XDG_CACHE_HOME", "AURALISE_CACHE"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_home_it_is_said_what_to_do(homeless, tmp_path, monkeypatch):
    with pytest.raises(CacheError, match=NO_HOME):
        default_folder()
    sound = aj.Clip(np.full(100, 0.1), 2000).save(tmp_path / "a.wav")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CacheError, match=f"^{NO_HOME}$"):
        SoundCache(2000).load(sound)
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("name", ["~", "~/sound"])
def test_a_home_that_is_named_and_is_not_there(homeless, monkeypatch, name):
    monkeypatch.setenv("AURALISE_CACHE", name)
    with pytest.raises(CacheError, match=NO_HOME):
        default_folder()


def test_where_it_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, place in (("~/sound", tmp_path / "sound"), ("here", Path("here"))):
        monkeypatch.setenv("AURALISE_CACHE", name)
        assert default_folder() == place
    monkeypatch.delenv("AURALISE_CACHE")
    assert default_folder().is_absolute()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            errno.ENOSPC,
            r"no room for 216 bytes in the cache .*: No space left.*free some space, or",
        ),
        (errno.EFBIG, r"no room for 216 bytes in the cache .*: File too large"),
        (errno.EDQUOT, r"no room for 216 bytes in the cache .*quota"),
        (errno.EROFS, r"cannot write to the cache .*: Read-only file system\. .*--cache"),
    ],
)
def test_a_disk_that_takes_nothing_is_named_and_nothing_is_left(
    tmp_path, monkeypatch, code, message
):
    def replace(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "replace", replace)
    cache = SoundCache(2000, tmp_path / "cache")
    with pytest.raises(CacheError, match=message):
        cache.store("ab" * 32, np.zeros(100, np.float32))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("seconds", [3600, 30])
def test_hours_are_decoded_one_at_a_time_however_small_the_file(tmp_path, monkeypatch, seconds):
    path = aj.Clip(np.zeros(1000), 2000).save(tmp_path / "a.wav")
    monkeypatch.setattr(cache_module, "_SMALL", 0)
    monkeypatch.setattr(cache_module, "whole_duration", lambda _: seconds)
    alone = []

    def decode(path, **settings):
        alone.append(cache_module._decoding.locked())
        return aj.load_clip(path, **settings)

    monkeypatch.setattr(cache_module, "load_clip", decode)
    SoundCache(11025, tmp_path / "cache").load(path)
    assert alone == [seconds == 3600]


def test_what_is_kept_is_read_where_nothing_can_be_written(tmp_path, monkeypatch):
    sound = aj.Clip(np.full(100, 0.1), 2000).save(tmp_path / "a.wav")
    cache = SoundCache(2000, tmp_path / "cache")
    first = cache.load(sound)
    monkeypatch.setattr("auralise_jax.corpus.cache.write_whole", None)
    second = cache.load(sound)
    assert second[0] == first[0]
    np.testing.assert_array_equal(second[1], first[1])
