"""Files out: written whole or not at all, never over what is read, and named when they fail."""

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from auralise_jax import files
from auralise_jax.files import check_outputs, check_place, make_folder, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and devices as POSIX has them")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Where it goes


@posix
@pytest.mark.parametrize("there", [True, False], ids=["replaced", "new"])
def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "far").mkdir()
    target, link, second = tmp_path / "far" / "a.wav", tmp_path / "b.wav", tmp_path / "c.wav"
    if there:
        target.write_bytes(b"old")
    link.symlink_to(Path("far") / "a.wav")
    second.symlink_to(link)
    write_whole(second, b"new")
    assert target.read_bytes() == b"new"
    assert second.is_symlink()
    assert link.readlink() == Path("far") / "a.wav"
    assert names(tmp_path / "far") == ["a.wav"]


@posix
def test_a_link_into_no_folder_and_a_ring_of_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "nowhere" / "b")
    with pytest.raises(FileNotFoundError, match=r"cannot write a: there is no folder .*nowhere"):
        check_place(tmp_path / "a")
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(OSError, match=r"cannot write .*one: .*link"):
        write_whole(tmp_path / "one", b"")
    assert names(tmp_path) == ["a", "one", "two"]


@posix
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "a.wav"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"new" * 99_999)
    reader.join()
    assert read == [b"new" * 99_999]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["a.wav"]


@posix
def test_standard_output_by_name_gets_it_in_turn(tmp_path: Path, capfd) -> None:
    # A link with an ending, since a sound's and a picture's names need one.
    link = tmp_path / "a.json"
    link.symlink_to("/dev/stdout")
    sys.stdout.write("before\n")
    write_whole(link, b"new\n")
    sys.stdout.write("after\n")
    assert capfd.readouterr().out == "before\nnew\nafter\n"
    assert names(tmp_path) == ["a.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_device_is_written_to_and_its_complaint_named() -> None:
    write_whole(Path("/dev/null"), b"new")
    with pytest.raises(OSError, match=r"cannot write /dev/full: No space .*; make room or choose"):
        write_whole(Path("/dev/full"), b"new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@posix
def test_the_permissions_of_what_is_replaced_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for mode in (0o600, 0o640, 0o755):
        path.touch()
        path.chmod(mode)
        write_whole(path, b"new")
        assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_the_permissions_of_a_new_file_are_those_of_any(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"new")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


# What fails


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("old", [None, b"mine"], ids=["new", "existing"])
@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_what_fails_is_named_and_leaves_nothing(tmp_path, monkeypatch, old, step) -> None:
    path = tmp_path / "a.wav"
    if old is not None:
        path.write_bytes(old)
    monkeypatch.setattr(step, full)
    with pytest.raises(OSError, match=r"^cannot write .*a\.wav: No space left on device; ") as told:
        write_whole(path, b"new")
    assert told.value.errno == 28
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == (
        {} if old is None else {"a.wav": old}
    )


def test_a_limit_on_file_size_is_named(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="POSIX limits stand in for a full disk")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match=r"^cannot write .*a\.wav: File too large; make room"):
            write_whole(tmp_path / "a.wav", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not names(tmp_path)


def test_a_name_that_is_too_long_is_said_before_work(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"^cannot write .*xxx: .*; choose another place$"):
        check_place(tmp_path / ("x" * 300))


def test_a_folder_that_takes_nothing_is_said_before_work(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)
    with pytest.raises(PermissionError, match=r"cannot write a\.wav: the folder .* is read-only"):
        check_place(tmp_path / "a.wav")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    for place in ("file", "file/b"):
        with pytest.raises(NotADirectoryError, match=f"cannot make the folder .*{place}"):
            make_folder(tmp_path / place)


def test_drafts_of_a_process_that_ends_at_once_are_deleted(tmp_path, monkeypatch) -> None:
    seen = []

    def ended(_: int) -> None:
        seen.extend(names(tmp_path))
        files.discard_drafts()
        seen.extend(names(tmp_path))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", ended)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.wav", b"new")
    (draft,) = seen
    # Not a name that a walk through music takes for a sound file.
    assert draft.endswith(".draft")


# What is read is not overwritten


def test_what_is_read_is_known_by_any_name(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    song = tmp_path / "song.wav"
    song.write_bytes(b"mine")
    (tmp_path / "hard.wav").hardlink_to(song)
    spellings = ["song.wav", "./song.wav", "hard.wav", str(song), f"../{tmp_path.name}/song.wav"]
    if os.name == "posix":
        (tmp_path / "soft.wav").symlink_to(song)
        (tmp_path / "here").symlink_to(tmp_path)
        spellings += ["soft.wav", "here/song.wav"]
    for out in spellings:
        with pytest.raises(ValueError, match=r"--out .* would overwrite .*; choose another --out"):
            check_outputs({"--out": out}, [None, "bach", "song.wav"])
    check_outputs({"--out": "other.wav", "--picture": None}, ["song.wav"])


def test_two_outputs_are_two_files(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"^--out and --picture both name .*x\.png; choose"):
        check_outputs({"--out": "x.png", "--picture": tmp_path / "x.png"})
    check_outputs({"--out": "x.png", "--picture": "y.png"})
