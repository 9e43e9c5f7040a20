"""Decoders of the operating system (Core Audio, GStreamer, MAD), through librosa's audioread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from auralise_jax.audio.blocks import Block, average, take
from auralise_jax.audio.layout import ExpectedLength, Layout


class SystemDecoderError(Exception):
    """There is no such decoder, or none can read the file; the message says which."""


class SystemDecoder:
    """The decoder for files that neither libsndfile nor FFmpeg reads.

    Raises
    ------
    OtherError
        If there is no such decoder here, or none can read the file.
    """

    frames = math.inf
    complaint = ""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._layout, self.end = str(path.absolute()), layout, 0
        try:
            import audioread
            from audioread.ffdec import FFmpegAudioFile
            from audioread.rawread import RawAudioFile
            from librosa import util

            found = audioread.available_backends()
            self._backends = [
                backend for backend in found if backend not in (FFmpegAudioFile, RawAudioFile)
            ]
            self._open, self._util = audioread.audio_open, util
            if not self._backends:
                raise SystemDecoderError("")
            with self._open(self._path, self._backends) as file:
                self.sample_rate = int(file.samplerate)
        except (
            SystemDecoderError,
            Warning,
        ):  # a warning raised as an error says nothing about the file
            raise SystemDecoderError("") from None
        except Exception as error:  # libraries that cannot be loaded raise many kinds
            raise SystemDecoderError(str(error) or type(error).__name__) from None

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        self.end = 0
        with self._open(self._path, self._backends) as file:
            blocks = (
                self._util.buf_to_float(data, dtype=np.float32).reshape(-1, file.channels)
                for data in file
            )
            for self.end, frames in take(blocks, first, count):
                if len(frames):
                    yield average(frames)

    def expected_length(self, end: int) -> ExpectedLength:
        """Return how long the sound should be, once it was decoded up to frame `end`."""
        return self._layout.expected_length(end)
