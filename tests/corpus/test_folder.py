"""Folders as people have them: what is found, what is skipped and why."""

import errno
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from making import HIGH_AND_LOW, TINY, make_music

import auralise_jax as aj
from auralise_jax.corpus.cache import CacheError, SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.manifest import read_hashes


@pytest.fixture
def cache(tmp_path):
    return SoundCache(TINY.sample_rate, tmp_path / "cache")


def look(folder, cache, **settings):
    return scan(folder, TINY, cache, progress=False, **settings)


def reasons(manifest):
    return dict(manifest.skipped)


def test_clips_follow_each_other_to_the_end_of_the_file(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW, files=2)
    size = TINY.samples
    noise = np.random.default_rng(1).normal(0, 0.1, round(2.6 * size))
    aj.Clip(noise, 2000).save(tmp_path / "m" / "low" / "long.wav")
    rows = [row for row in look(tmp_path / "m", cache).rows if row.file == "low/long.wav"]
    assert [round(row.offset * 2000) for row in rows] == [0, size, 2 * size]
    assert {row.split for row in rows} <= {"train", "validation", "test"}
    assert len({row.split for row in rows}) == 1


def test_sub_folders_are_groups(tmp_path, cache):
    for seed, album in enumerate(("one", "two", "three")):
        make_music(tmp_path / "m" / "low", {album: 100.0}, files=3, seed=seed)
    make_music(tmp_path / "m", {"high": 700.0})
    manifest = look(tmp_path / "m", cache, validation=0.2, test=0.2)
    low = [row for row in manifest.rows if row.label == "low"]
    assert {row.group for row in low} == {"low/one", "low/two", "low/three"}
    assert len({(row.group, row.split) for row in low}) == 3


def test_what_cannot_be_used_is_listed_and_skipped(tmp_path, cache):
    folder = tmp_path / "m"
    make_music(folder, HIGH_AND_LOW)
    low = folder / "low"
    (low / "broken.mp3").write_bytes(b"no sound at all" * 50)
    (low / "empty.wav").write_bytes(b"")
    (low / "cover.jpg").write_bytes(b"x")
    (folder / "loose.wav").write_bytes((low / "0.wav").read_bytes())
    (low / ".hidden.wav").write_bytes(b"x")
    aj.Clip(np.zeros(2000), 2000).save(low / "silent.wav")
    aj.Clip(np.ones(300) * 0.1, 2000).save(low / "short.wav")
    (low / "twin.wav").write_bytes((low / "1.wav").read_bytes())
    aj.load_clip(low / "2.wav").save(low / "retagged.flac")
    (folder / "high" / "stray.wav").write_bytes((low / "3.wav").read_bytes())
    (folder / "nothing").mkdir()
    why = reasons(look(folder, cache))
    assert why["nothing"] == "an empty folder"
    assert why["low/broken.mp3"].startswith("broken.mp3 is not a sound file that can be read")
    assert "no sound found in it" in why["low/broken.mp3"]
    assert "empty" in why["low/empty.wav"]
    assert why["low/cover.jpg"] == "no sound, by its ending .jpg"
    assert why["loose.wav"] == "stands in no class folder"
    assert why["low/silent.wav"].startswith("silent")
    assert why["low/short.wav"] == "too short: 0.15 s, under half of 0.37 s"
    assert why["low/twin.wav"] == "the same sound as low/1.wav"
    assert why["low/retagged.flac"] == "the same sound as low/2.wav"
    assert why["low/3.wav"] == "the same sound as high/stray.wav, there of class high"
    assert why["low/.hidden.wav"].startswith(".hidden.wav is not a sound file")
    assert len(why) == 11


def test_silent_clips_of_a_sounding_file_are_left_out(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    size = TINY.samples
    noise = np.random.default_rng(1).normal(0, 0.1, 3 * size)
    noise[size : 2 * size] = 0
    aj.Clip(noise, 2000).save(tmp_path / "m" / "low" / "gap.wav")
    rows = [row for row in look(tmp_path / "m", cache).rows if row.file == "low/gap.wav"]
    assert [round(row.offset * 2000) for row in rows] == [0, 2 * size]


def test_the_same_folder_gives_the_same_manifest(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    first = look(tmp_path / "m", cache)
    assert look(tmp_path / "m", cache) == first
    assert look(tmp_path / "m", SoundCache(2000, tmp_path / "other")) == first


def test_a_second_look_decodes_nothing(tmp_path, cache, monkeypatch):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    first = look(tmp_path / "m", cache)
    monkeypatch.setattr("auralise_jax.corpus.cache.load_clip", None)
    assert look(tmp_path / "m", cache) == first


def test_a_damaged_entry_of_the_cache_is_made_anew(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    first = look(tmp_path / "m", cache)
    for row, damage in zip(first.rows, (b"", b"junk"), strict=False):
        cache.place(row.sha256).write_bytes(damage)
    whole = cache.place(first.rows[-1].sha256)
    whole.write_bytes(whole.read_bytes()[:-100])
    assert look(tmp_path / "m", cache) == first


def test_letters_may_be_composed_in_a_table_and_not_in_the_folder(tmp_path, cache):
    one, two = "Caf\u00e9", "Cafe\u0301"
    make_music(tmp_path / "m", {two: 150.0, "high": 700.0})
    lines = [f"{one}/{n}.wav,{(one, two)[n % 2]},{(two, one)[n % 2]}" for n in range(6)]
    lines += [f"{two}/0.wav,x,", f"nobody {one}.wav,x,"]
    lines += [f"high/{n}.wav,high," for n in range(6)]
    (tmp_path / "m" / "labels.csv").write_text("\n".join(["file,class,group", *lines]))
    manifest = look(tmp_path / "m", cache)
    assert manifest.classes == (one, "high")
    rows = [row for row in manifest.rows if row.label == one]
    assert {row.file for row in rows} == {f"{two}/{n}.wav" for n in range(6)}  # as it stands there
    assert {row.group for row in rows} == {one}
    assert reasons(manifest) == {
        f"{two}/0.wav": "listed again in line 8",
        f"nobody {one}.wav": "there is no such file",
    }


def test_folders_that_differ_in_how_letters_are_composed_are_one_class(tmp_path, cache):
    one, two = "Caf\u00e9", "Cafe\u0301"
    for seed, name in enumerate((one, two)):
        make_music(tmp_path / "m" / name, {"Album": 150.0}, files=3, seed=seed)
    make_music(tmp_path / "m", {"high": 700.0})
    if len(list((tmp_path / "m").iterdir())) < 3:
        pytest.skip("this file system knows one way of composing")
    manifest = look(tmp_path / "m", cache)
    assert manifest.classes == (one, "high")
    rows = [row for row in manifest.rows if row.label == one]
    assert len({row.file for row in rows}) == 6
    assert {row.group for row in rows} == {f"{one}/Album"}


def test_a_split_does_not_depend_on_how_letters_are_composed(tmp_path, cache):
    sides = []
    for system, e in (("one", "\u00e9"), ("two", "e\u0301")):
        folder = tmp_path / system
        for seed, name in enumerate(("high", "low")):
            make_music(folder, {name: 150.0}, files=8, seed=seed)
            for path in list((folder / name).iterdir()):
                path.rename(path.with_name(f"{e} {path.name}"))
        sides.append([row.split for row in look(folder, cache, test=0.3).rows])
    assert sides[0] == sides[1]


def test_names_that_are_no_text(tmp_path, cache):
    make_music(tmp_path / "m", {"low": 150.0, "high": 700.0, "mid": 300.0})
    odd = os.fsdecode(b"caf\xe9")
    try:
        (tmp_path / "m" / "low").rename(tmp_path / "m" / odd)
        (tmp_path / "m" / "high" / "0.wav").rename(tmp_path / "m" / "high" / f"{odd}.wav")
    except OSError:
        pytest.skip("this file system takes no such name")
    manifest = look(tmp_path / "m", cache)
    manifest.table().encode()
    assert manifest.classes == ("caf\\xe9", "high", "mid")
    for row in manifest.rows:
        assert (tmp_path / "m" / row.file).is_file()
    known = read_hashes(manifest.write(tmp_path / "m.csv"))
    assert all(known[row.sha256] == row.split for row in manifest.rows)


def test_a_name_that_a_quote_has_stretched_is_said_to_be(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    lines = [f"{name}/{n}.wav,{name}" for name in HIGH_AND_LOW for n in range(6)]
    lines[2], lines[5] = f'"{lines[2]}', lines[5].replace(",", '",')
    (tmp_path / "m" / "labels.csv").write_text("\n".join(["file,class", *lines]))
    manifest = look(tmp_path / "m", cache)
    assert len({row.file for row in manifest.rows}) == 8
    (why,) = reasons(manifest).values()
    assert why == "there is no such file; its name goes over several lines: is a quote not closed?"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_in_a_table_is_not_opened(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    os.mkfifo(tmp_path / "m" / "pipe.wav")
    lines = [f"{name}/{n}.wav,{name}" for name in HIGH_AND_LOW for n in range(6)]
    lines += ["pipe.wav,low", "low,low", "a\0b.wav,low", "./low/1.wav,low"]
    (tmp_path / "m" / "labels.csv").write_text("\n".join(["file,class", *lines]))
    assert reasons(look(tmp_path / "m", cache)) == {
        "pipe.wav": "a named pipe, no file",
        "low": "a folder, no file",
        "a\0b.wav": "line 16 holds a NUL",
        "low/1.wav": "listed again in line 17",
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "needs more memory than there is; cut it into shorter files"),
        (RuntimeError("a bug"), "cannot be decoded: RuntimeError a bug"),
        (PermissionError(13, "Permission denied", "x"), "cannot be read: Permission denied"),
        (ValueError("no\nsound"), "no sound"),
    ],
)
def test_one_file_never_ends_a_run(tmp_path, cache, monkeypatch, error, reason):
    make_music(tmp_path / "m", HIGH_AND_LOW)

    def load_clip(path, **settings):
        if path.name == "3.wav" and path.parent.name == "low":
            raise error
        return aj.load_clip(path, **settings)

    monkeypatch.setattr("auralise_jax.corpus.cache.load_clip", load_clip)
    manifest = look(tmp_path / "m", cache)
    assert reasons(manifest) == {"low/3.wav": reason}
    assert len({row.file for row in manifest.rows}) == 11


def test_names_of_any_kind(tmp_path, cache):
    make_music(tmp_path / "m", {"🎻 <b>&": 150.0, "Old-Time \\ Historic": 700.0, "ü" * 60: 400.0})
    manifest = look(tmp_path / "m", cache)
    assert len(manifest.classes) == 3
    assert "🎻 <b>&" in manifest.table()


def test_a_table_gives_classes_with_slashes_and_groups(tmp_path, cache):
    folder = tmp_path / "m"
    make_music(folder, HIGH_AND_LOW)
    lines = [f"{c}/{n}.wav,{c.title()} / Historic,album {n % 3}" for c in HIGH_AND_LOW
             for n in range(6)]  # fmt: skip
    lines += ["../outside.wav,x,y", "high/0.wav,Low,z", "nobody.wav,Low / Historic,q", "a.wav,,"]
    (folder / "labels.csv").write_text("\n".join(["file,class,group", *lines]))
    manifest = look(folder, cache)
    assert manifest.classes == ("High / Historic", "Low / Historic")
    assert {row.group for row in manifest.rows} == {"album 0", "album 1", "album 2"}
    assert len({(row.group, row.split) for row in manifest.rows}) == 3  # across the classes
    why = reasons(manifest)
    assert why["../outside.wav"] == "lies outside of the folder"
    assert why["high/0.wav"] == "listed again in line 15"
    assert why["nobody.wav"] == "there is no such file"
    assert why["a.wav"] == "line 17 lacks a file or a class"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda _: None, FileNotFoundError, "there is no folder"),
        (lambda folder: folder.write_text(""), NotADirectoryError, "is a file; name a folder"),
        (lambda folder: folder.mkdir(), ValueError, "holds no sound in class folders"),
        (
            lambda folder: make_music(folder, {"a": 1.0}),
            ValueError,
            "one class only, 'a'; expected 2",
        ),
        (
            lambda folder: [make_music(folder, {"a": 1.0}), make_noise_file(folder)],
            ValueError,
            r"one class only, 'a'.*Skipped: 1 \(b/x.wav: ",
        ),
    ],
)
def test_folders_that_cannot_be_used(tmp_path, cache, make, error, message):
    make(tmp_path / "m")
    with pytest.raises(error, match=message):
        look(tmp_path / "m", cache)


def make_noise_file(folder):
    (folder / "b").mkdir()
    (folder / "b" / "x.wav").write_bytes(b"RIFF but not really")


def test_fractions_must_leave_something_to_train_on(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    with pytest.raises(ValueError, match="fractions from 0 whose sum is below 1"):
        look(tmp_path / "m", cache, validation=0.5, test=0.5)


def test_one_class_will_do_where_that_is_enough(tmp_path, cache):
    make_music(tmp_path / "m", {"a": 100.0})
    assert look(tmp_path / "m", cache, min_classes=1).classes == ("a",)


def test_linked_folders_are_followed_but_not_round_and_round(tmp_path, cache):
    make_music(tmp_path / "real", HIGH_AND_LOW)
    (tmp_path / "m").mkdir()
    for name in HIGH_AND_LOW:
        (tmp_path / "m" / name).symlink_to(tmp_path / "real" / name)
    (tmp_path / "real" / "low" / "back").symlink_to(tmp_path / "m")
    manifest = look(tmp_path / "m", cache)
    assert manifest.classes == ("high", "low")
    assert len({row.file for row in manifest.rows}) == 12


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,class\nlow/0.wav,Schlager für alle".encode("cp1252"), "save it as CSV in UTF-8"),
        (b"file,class\n" + b"x" * 150_000 + b",a", "save it as CSV in UTF-8"),
        (b"name,genre\na,b", "must have columns named file and class, and may have group"),
        (b"", "must have columns named file and class"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, cache, table, message):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    (tmp_path / "m" / "labels.csv").write_bytes(table)
    with pytest.raises(ValueError, match=f"labels.csv .*{message}"):
        look(tmp_path / "m", cache)


def test_lines_of_a_table_that_cannot_be_used_are_skipped(tmp_path, cache):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    lines = [f"{name}/{n}.wav,{name}" for name in HIGH_AND_LOW for n in range(6)]
    lines += ["/etc/passwd,low", "a" * 5000 + ".wav,low", "low/../high/1.wav,low"]
    (tmp_path / "m" / "labels.csv").write_text("\n".join(["file,class", *lines]))
    manifest = look(tmp_path / "m", cache)
    assert len({row.file for row in manifest.rows}) == 12
    assert len(manifest.skipped) == 3


def test_a_cache_that_cannot_be_written_is_not_the_songs_fault(tmp_path):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CacheError, match=r"the cache .*: .*Not a directory"):
        look(tmp_path / "m", SoundCache(2000, tmp_path / "file"))


def test_a_full_disk_is_said_and_what_is_cached_stays(tmp_path, cache, monkeypatch):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    full = _FullDisk(after=4)
    monkeypatch.setattr(Path, "open", lambda path, mode="r": full.open(path, mode))
    with pytest.raises(
        CacheError, match=r"no room for [\d,]+ bytes in the cache .*: No space left"
    ):
        look(tmp_path / "m", cache)
    monkeypatch.undo()
    kept = list((tmp_path / "cache").rglob("*"))
    assert not [path for path in kept if path.name.startswith(".")]  # no half-written draft
    entries = [path for path in kept if path.suffix == ".i16"]
    assert len(entries) == 4
    assert all(len(cache.sound(path.stem)) > 1000 for path in entries)
    assert len({row.file for row in look(tmp_path / "m", cache).rows}) == 12


class _FullDisk:
    """Opens files; those that are written to take nothing any more after some."""

    def __init__(self, after):
        self.left, self.lock = after, threading.Lock()

    def open(self, path, mode):
        file = open(path, mode)  # noqa: PTH123, SIM115
        with self.lock:
            self.left -= "x" in mode
            if "x" in mode and self.left < 0:
                file.close()
                return _Full()
        return file


class _Full:
    """A file on a full disk: there, and refusing what is written."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")
