"""Streams that break, are closed, or lack a letter, and the command that goes on."""

import io
import os
import sys
from pathlib import Path

import pytest

from auralise_jax.cli import main
from auralise_jax.terminal import Lasting, fill_descriptors, lasting_streams

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors as POSIX has them")


@pytest.fixture
def text(monkeypatch):
    """Return a function that puts standard output on a descriptor, in an encoding."""

    def put(descriptor: int, encoding: str = "utf-8", buffering: int = -1) -> io.TextIOWrapper:
        stream = os.fdopen(descriptor, "w", buffering, encoding=encoding, errors="strict")
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return put


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_a_letter_that_the_encoding_lacks_becomes_its_number(tmp_path, text, encoding) -> None:
    with (tmp_path / "out").open("wb") as file:
        stream = text(os.dup(file.fileno()), encoding)
    with stream:
        with lasting_streams():
            print("日 Č \udce9")  # noqa: T201  # the last: a byte of a name that is no UTF-8
        assert stream.errors == "strict"
    read = (tmp_path / "out").read_text(encoding)
    if encoding == "utf-8":
        assert read == "日 Č \\udce9\n"
    else:
        assert read == "\\u65e5 \\u010c \\udce9\n"


@posix
@pytest.mark.parametrize("buffering", [1, -1], ids=["lines", "blocks"])
def test_a_reader_that_leaves_is_no_error(capsys, text, buffering) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = text(writer, buffering=buffering)
    assert main(["models"]) == 0
    stream.close()  # nothing is left that could fail when the interpreter ends
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output_is_said(capsys, text) -> None:
    stream = text(os.open("/dev/full", os.O_WRONLY))
    assert main(["models"]) == 1
    stream.close()
    said = "auralise-jax: cannot write to standard output: No space left on device\n"
    assert capsys.readouterr().err == said


def test_a_stream_that_is_closed_takes_anything(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["models"]) == 0
    assert main(["models", "no such"]) == 1
    assert sys.stdout is None
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["models", "no such"]) == 1


def test_a_wrapped_stream_is_otherwise_the_stream() -> None:
    stream = io.StringIO()
    lasting = Lasting(stream)
    assert lasting.write("abc") == 3
    assert lasting.getvalue() == "abc"
    assert not lasting.isatty()


@posix
def test_closed_descriptors_are_taken_before_a_file_takes_them() -> None:
    kept = [os.dup(number) for number in range(3)]
    try:
        os.close(0)
        os.close(2)
        fill_descriptors()
        nothing = Path(os.devnull).stat()
        filled = [os.path.samestat(os.fstat(number), nothing) for number in (0, 2)]
        inherited = [os.get_inheritable(number) for number in (0, 2)]
    finally:
        for number, one in enumerate(kept):
            os.dup2(one, number)
            os.close(one)
    assert filled == inherited == [True, True]
