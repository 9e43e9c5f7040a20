"""FFmpeg as a child process, which decodes what libsndfile does not read into a pipe."""

from __future__ import annotations

import json
import math
import re
import shutil
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np

from auralise_jax.audio.blocks import Block, Frames, average, take
from auralise_jax.audio.layout import ExpectedLength, Layout

FORMATS = (
    "3dostr,aa,aac,aax,ac3,act,adx,aea,aiff,alp,amr,amrnb,amrwb,ape,apc,aptx,asf,ast,au,avi,caf,"
    "dsf,dts,dtshd,eac3,epaf,flac,flv,gsm,iff,ircam,loas,matroska,webm,mov,mp4,mp3,mpc,mpc8,mpeg,"
    "mpegts,mtv,nistsphere,nut,ogg,oma,pvf,qcp,rm,rso,sds,sdx,shn,smjpeg,sox,spdif,tak,truehd,mlp,"
    "tta,voc,vqf,w64,wav,wsaud,wtv,wv,xa,xwma"
)
"""Containers of sound. Playlists are not among them: FFmpeg would read the files that they name."""

_BLOCK = 1 << 16  # frames read at once
_MAX_LINES = 20  # of FFmpeg's messages
_TOLERANCE_SECONDS = 0.1  # a header counts the codec's delay and padding, too


_LOG_PREFIX = re.compile(r"\[[^\]]* @ 0x[0-9a-f]+\] ?")  # FFmpeg's component and its address


class FFmpegError(Exception):
    """FFmpeg is not installed, or found no sound; the message says which."""


class FFmpeg:
    """The decoder for what FFmpeg reads.

    Parameters
    ----------
    path : Path
        The file. FFmpeg gets the absolute path, so that no name is taken for an option or a URL.
    layout : Layout
        Of that file.

    Raises
    ------
    FFmpegError
        If FFmpeg is not installed or finds no sound.
    """

    frames = math.inf

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._layout, self.complaint, self.end = path, layout, "", 0
        self._ready: _Process | None = _Process(path)
        self._processes = {self._ready}
        self.sample_rate = self._ready.sample_rate

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        process, self._ready = self._ready or _Process(self._path), None
        self._processes.add(process)
        self.end, self.complaint = 0, ""
        try:
            for self.end, frames in take(process.blocks(), first, count):
                count -= len(frames)
                if len(frames):
                    yield average(frames)
            if count > 0:
                self.complaint = process.complaint()
        finally:
            self._processes.discard(process)
            process.close()

    def expected_length(self, end: int) -> ExpectedLength:
        """Return how long the sound should be, once it was decoded up to frame `end`."""
        expected_length = self._layout.expected_length(end)
        if expected_length.frames is None and (seconds := _header_seconds(self._path)) is not None:
            return ExpectedLength(seconds * self.sample_rate, _TOLERANCE_SECONDS * self.sample_rate)
        return expected_length

    def close(self) -> None:
        """End every child process that still runs."""
        for process in tuple(self._processes):
            process.close()


class _Process:
    """A child process, the header of its output, and its error messages."""

    def __init__(self, path: Path) -> None:
        self._child = subprocess.Popen(  # noqa: S603
            [
                _program("ffmpeg"), "-nostdin", "-hide_banner", "-v", "error",
                *_input_options(path),
                "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1",
                "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self._child.stdout is not None  # noqa: S101
        assert self._child.stderr is not None  # noqa: S101
        self._out: IO[bytes] = self._child.stdout
        self._lines: list[str] = []
        self._listener = threading.Thread(
            target=self._listen, args=[self._child.stderr], daemon=True
        )
        self._listener.start()
        head = self._out.read(24)
        if len(head) < 24:
            message = self.complaint()
            self.close()
            if not message or "matches no streams" in message or "not on whitelist" in message:
                message = "no sound found in it"
            raise FFmpegError(message)
        _, begin, _, _, self.sample_rate, self.channels = struct.unpack(">4s5I", head)
        self._out.read(begin - 24)

    def _listen(self, errors: IO[bytes]) -> None:
        for line in errors:
            if len(self._lines) < _MAX_LINES:
                text = line[:1000].decode("utf-8", "replace").strip()
                text = text.rpartition(": ")[2] if text.startswith("file:") else text
                self._lines.append(_LOG_PREFIX.sub("", text)[:200])

    def blocks(self) -> Iterator[Frames]:
        frame = 4 * self.channels
        size = frame * max(1, min(_BLOCK, (_BLOCK << 3) // self.channels))
        while data := self._out.read(size):
            data = data[: len(data) // frame * frame]
            yield np.frombuffer(data, ">f4").astype(np.float32).reshape(-1, self.channels)

    def complaint(self) -> str:
        """Wait for FFmpeg to end, and return its first message."""
        code = self._child.wait()
        self._listener.join()
        lines = [line for line in self._lines if line]
        return lines[0] if lines else f"it ended with code {code}" if code else ""

    def close(self) -> None:
        self._child.kill()
        self._out.close()
        self._child.wait()
        self._listener.join()
        if self._child.stderr is not None:
            self._child.stderr.close()


def is_installed() -> bool:
    """Whether FFmpeg is on the path."""
    return shutil.which("ffmpeg") is not None


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FFmpegError("it is not installed")
    return found


def _input_options(path: Path) -> list[str]:
    """Return the options with which FFmpeg reads this file as sound, and no file that it names."""
    return [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        FORMATS,
        "-i",
        f"file:{path.absolute()}",
    ]


def _header_seconds(path: Path) -> float | None:
    """Return the duration in the header, None if there is none or FFmpeg only estimates it."""
    try:
        command = [_program("ffprobe"), "-hide_banner", "-v", "warning", *_input_options(path)]
    except FFmpegError:
        return None
    command += ["-show_entries", "stream=codec_type,duration:stream_disposition=attached_pic"]
    command += ["-show_entries", "stream_tags=DURATION:format=duration", "-of", "json"]
    result = subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if b"Estimating duration from bitrate" in result.stderr:
        return None
    try:
        found: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        return None
    streams = found.get("streams", [])
    audio = [stream for stream in streams if stream.get("codec_type") == "audio"]
    other_streams = [
        stream
        for stream in streams
        if stream not in audio and not stream.get("disposition", {}).get("attached_pic")
    ]
    if not audio:
        return None
    sound = audio[0]
    for duration in (
        sound.get("duration"),
        sound.get("tags", {}).get("DURATION"),
    ):  # Matroska has it as a tag
        if (seconds := _seconds(duration)) is not None:
            return seconds
    return (
        None
        if other_streams or len(audio) > 1
        else _seconds(found.get("format", {}).get("duration"))
    )


def _seconds(value: object) -> float | None:
    """Parse a duration such as "3.5" or "00:00:03.500"; None if it is none."""
    try:
        parts = [float(part) for part in str(value).split(":")]
    except ValueError:
        return None
    seconds = sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
    return seconds if 0 < seconds < math.inf else None
