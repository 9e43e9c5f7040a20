"""What may be sound in a folder, and what is listed instead."""

import os

import pytest

from auralise_jax.atlas.corpus import find


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_odd_names_are_found_and_what_is_no_file_is_listed(tmp_path):
    music = [".38 Special.wav", "...And Justice for All/01.wav", "AC:DC/a.wav", "a.wav"]
    for name in (*music, "._a.wav", ".DS_Store", ".git/b.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"?")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "again").symlink_to("AC:DC")
    files, skipped = find(tmp_path)
    assert files == sorted(music)
    assert dict(skipped) == {
        "again": "a link to a folder that is read already, AC:DC",
        "pipe.wav": "a named pipe, no file",
    }


def test_a_name_that_is_no_text_is_listed(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"?")
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"?")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert find(tmp_path)[1] == [("caf\ufffd.wav", "its name is not text; rename it")]
