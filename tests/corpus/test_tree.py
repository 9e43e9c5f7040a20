"""Folders as they lie on disks: names of every kind, links, and what is no file."""

import os
import socket

import pytest

from auralise_jax.corpus.tree import as_text, composed, unreadable, walk


def look(folder):
    """Return the files, and what is unfit, by their relative names."""
    unfit = {}
    files = [
        (place / name).relative_to(folder).as_posix()
        for place, _, names in walk(folder, unfit.__setitem__)
        for name in names
    ]
    return files, unfit


def put(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"?")


def test_a_dot_at_the_beginning_hides_nothing(tmp_path):
    music = [
        ".38 Special.wav", "...And Justice for All/01.wav", "..But Seriously/..a.flac", ".5/x.mp3",
        ".mp3", ".trash metal/x.wav", "a.wav",
    ]  # fmt: skip
    put(tmp_path, *music)
    assert look(tmp_path) == (sorted(music, key=lambda name: (name.count("/"), name)), {})


def test_what_systems_and_tools_keep_for_themselves_is_left_out(tmp_path):
    put(
        tmp_path,
        "a.wav", "._a.wav", ".DS_Store", "rock/._b.wav", ".git/x.wav",
        "rock/.ipynb_checkpoints/b.wav",
        ".Trash/x.wav", ".Trash-1000/files/x.wav", "$RECYCLE.BIN/x.wav", "__MACOSX/rock/._b.wav",
        "@eaDir/a.wav/x.mp3", ".0123456789abcdef.draft", ".lock", "rock/b.wav", ".nfs00000001",
    )  # fmt: skip
    assert look(tmp_path) == (["a.wav", "rock/b.wav"], {})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_named_and_never_opened(tmp_path, monkeypatch):
    put(tmp_path, "a.wav")
    (tmp_path / "gone.wav").symlink_to("nowhere.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")
    (tmp_path / "zero.wav").symlink_to(os.devnull)
    (tmp_path / "fine.wav").symlink_to("a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind("ear.wav")
        files, unfit = look(tmp_path)
    assert files == ["a.wav", "fine.wav"]
    assert unfit == {
        "ear.wav": "a socket, no file",
        "gone.wav": "a link to nothing",
        "loop.wav": "cannot be opened: Too many levels of symbolic links",
        "pipe.wav": "a named pipe, no file",
        "zero.wav": "a device, no file",
    }
    assert unreadable(tmp_path) == "a folder, no file"
    assert unreadable(tmp_path / ("x" * 5000)) == "cannot be opened: File name too long"
    assert unreadable(tmp_path / "a\0b") == "there is no such file"


def test_a_folder_is_entered_once_and_the_second_way_is_said(tmp_path):
    put(tmp_path, "a/1.wav")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "a" / "up").symlink_to("..")
    assert look(tmp_path) == (
        ["a/1.wav"],
        {
            "a/up": "a link to a folder that is read already, .",
            "b": "a link to a folder that is read already, a",
        },
    )


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may open everything")
def test_a_closed_folder_is_said(tmp_path):
    put(tmp_path, "a.wav", "shut/b.wav")
    (tmp_path / "shut").chmod(0)
    try:
        assert look(tmp_path) == (["a.wav"], {"shut": "cannot be opened: Permission denied"})
    finally:
        (tmp_path / "shut").chmod(0o700)


def test_the_order_does_not_depend_on_how_letters_are_composed(tmp_path):
    """The same names on two systems: é is one code point here and two there."""
    for system, e in (("one", "\u00e9"), ("two", "e\u0301")):
        put(tmp_path / system, f"Caf{e}.wav", "Cafz.wav", f"{e}/x.wav", "z/x.wav")
    one, two = ([composed(name) for name in look(tmp_path / s)[0]] for s in ("one", "two"))
    assert one == two == ["Cafz.wav", "Café.wav", "z/x.wav", "é/x.wav"]


@pytest.mark.parametrize(
    ("name", "text"),
    [(b"caf\xe9", "caf\\xe9"), (b"cafe\xcc\x81", "caf\u00e9"), ("🎻".encode(), "🎻"), (b"", "")],
)
def test_every_name_can_be_written_as_text(name, text):
    assert as_text(os.fsdecode(name)) == text
