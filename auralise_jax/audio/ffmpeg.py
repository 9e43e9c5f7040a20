"""FFmpeg, as a child process: what libsndfile does not read, decoded into a pipe."""

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
from auralise_jax.audio.layout import Layout, Promise

FORMATS = (
    "3dostr,aa,aac,aax,ac3,act,adx,aea,aiff,alp,amr,amrnb,amrwb,ape,apc,aptx,asf,ast,au,avi,caf,"
    "dsf,dts,dtshd,eac3,epaf,flac,flv,gsm,iff,ircam,loas,matroska,webm,mov,mp4,mp3,mpc,mpc8,mpeg,"
    "mpegts,mtv,nistsphere,nut,ogg,oma,pvf,qcp,rm,rso,sds,sdx,shn,smjpeg,sox,spdif,tak,truehd,mlp,"
    "tta,voc,vqf,w64,wav,wsaud,wtv,wv,xa,xwma"
)
"""Containers of sound. Playlists are not among them: they would name other files to be read."""

_BLOCK = 1 << 16  # frames read at once
_KEPT = 20  # complaints
_SLIP = 0.1  # seconds; a header counts what the codec's delay and its last frame add


_PLACE = re.compile(r"\[[^\]]* @ 0x[0-9a-f]+\] ?")  # which part of FFmpeg speaks, and from where


class FFmpegError(Exception):
    """FFmpeg is not there, or found no sound; the message says which."""


class FFmpeg:
    """The decoder for what FFmpeg reads.

    Parameters
    ----------
    path : Path
        The file. FFmpeg is given its absolute name, so that nothing in it passes for an option or
        an address.
    layout : Layout
        What the container itself tells.

    Raises
    ------
    FFmpegError
        If FFmpeg is not installed or finds no sound.
    """

    frames = math.inf

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._layout, self.complaint, self.end = path, layout, "", 0
        self._ready: _Run | None = _Run(path)
        self._runs = {self._ready}
        self.sample_rate = self._ready.sample_rate

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        run, self._ready = self._ready or _Run(self._path), None
        self._runs.add(run)
        self.end, self.complaint = 0, ""
        try:
            for self.end, frames in take(run.blocks(), first, count):
                count -= len(frames)
                if len(frames):
                    yield average(frames)
            if count > 0:
                self.complaint = run.complaint()
        finally:
            self._runs.discard(run)
            run.close()

    def promise(self, end: int) -> Promise:
        """Return what the file promised, after all of its frames up to `end` were decoded."""
        promise = self._layout.promise(end)
        if promise.frames is None and (seconds := _promised_seconds(self._path)) is not None:
            return Promise(seconds * self.sample_rate, _SLIP * self.sample_rate)
        return promise

    def close(self) -> None:
        """End every child that still runs."""
        for run in tuple(self._runs):
            run.close()


class _Run:
    """One child, the header of what it writes, and what it complains about."""

    def __init__(self, path: Path) -> None:
        self._child = subprocess.Popen(  # noqa: S603
            [
                _program("ffmpeg"), "-nostdin", "-hide_banner", "-v", "error", *_only(path),
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
            why = self.complaint()
            self.close()
            if not why or "matches no streams" in why or "not on whitelist" in why:
                why = "no sound found in it"
            raise FFmpegError(why)
        _, begin, _, _, self.sample_rate, self.channels = struct.unpack(">4s5I", head)
        self._out.read(begin - 24)

    def _listen(self, errors: IO[bytes]) -> None:
        for line in errors:
            if len(self._lines) < _KEPT:
                text = line[:1000].decode("utf-8", "replace").strip()
                text = text.rpartition(": ")[2] if text.startswith("file:") else text
                self._lines.append(_PLACE.sub("", text)[:200])

    def blocks(self) -> Iterator[Frames]:
        frame = 4 * self.channels
        size = frame * max(1, min(_BLOCK, (_BLOCK << 3) // self.channels))
        while data := self._out.read(size):
            data = data[: len(data) // frame * frame]
            yield np.frombuffer(data, ">f4").astype(np.float32).reshape(-1, self.channels)

    def complaint(self) -> str:
        """Return what FFmpeg said first, once it has ended."""
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


def _only(path: Path) -> list[str]:
    """Return the options by which FFmpeg reads this file, as sound, and nothing that it names."""
    return [
        "-protocol_whitelist",
        "file",
        "-format_whitelist",
        FORMATS,
        "-i",
        f"file:{path.absolute()}",
    ]


def _promised_seconds(path: Path) -> float | None:
    """Return how long the header says the sound is, None if it does not say or was only guessed."""
    try:
        asked = [_program("ffprobe"), "-hide_banner", "-v", "warning", *_only(path)]
    except FFmpegError:
        return None
    asked += ["-show_entries", "stream=codec_type,duration:stream_disposition=attached_pic"]
    asked += ["-show_entries", "stream_tags=DURATION:format=duration", "-of", "json"]
    told = subprocess.run(  # noqa: S603
        asked, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if b"Estimating duration from bitrate" in told.stderr:
        return None
    try:
        found: dict[str, Any] = json.loads(told.stdout)
    except ValueError:
        return None
    streams = found.get("streams", [])
    sounds = [one for one in streams if one.get("codec_type") == "audio"]
    others = [
        one
        for one in streams
        if one not in sounds and not one.get("disposition", {}).get("attached_pic")
    ]
    if not sounds:
        return None
    sound = sounds[0]
    for own in (
        sound.get("duration"),
        sound.get("tags", {}).get("DURATION"),
    ):  # Matroska's is a tag
        if (seconds := _seconds(own)) is not None:
            return seconds
    return None if others or len(sounds) > 1 else _seconds(found.get("format", {}).get("duration"))


def _seconds(value: object) -> float | None:
    """Return what a text such as "3.5" or "00:00:03.500" says, None if it says nothing."""
    try:
        parts = [float(part) for part in str(value).split(":")]
    except ValueError:
        return None
    seconds = sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
    return seconds if 0 < seconds < math.inf else None
