"""Decoders of the operating system (Core Audio, GStreamer, MAD), by way of librosa's audioread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from auralise_jax.audio.blocks import Block, average, take
from auralise_jax.audio.layout import Layout, Promise


class OtherError(Exception):
    """There is no such decoder, or none knows the file; the message says which."""


class Other:
    """The decoder for what neither libsndfile nor FFmpeg reads.

    Raises
    ------
    OtherError
        If there is no other decoder here, or none knows the file.
    """

    frames = math.inf
    complaint = ""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._place, self._layout, self.end = str(path.absolute()), layout, 0
        try:
            import audioread
            from audioread.ffdec import FFmpegAudioFile
            from audioread.rawread import RawAudioFile
            from librosa import util

            found = audioread.available_backends()
            self._backends = [one for one in found if one not in (FFmpegAudioFile, RawAudioFile)]
            self._open, self._floats = audioread.audio_open, util
            if not self._backends:
                raise OtherError("")
            with self._open(self._place, self._backends) as file:
                self.sample_rate = int(file.samplerate)
        except (OtherError, Warning):  # a warning where warnings are errors tells nothing of a file
            raise OtherError("") from None
        except Exception as error:  # whatever a library raises that cannot be loaded or read
            raise OtherError(str(error) or type(error).__name__) from None

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        self.end = 0
        with self._open(self._place, self._backends) as file:
            blocks = (
                self._floats.buf_to_float(data, dtype=np.float32).reshape(-1, file.channels)
                for data in file
            )
            for self.end, frames in take(blocks, first, count):
                if len(frames):
                    yield average(frames)

    def promise(self, end: int) -> Promise:
        """Return what the file promised, after all of its frames up to `end` were decoded."""
        return self._layout.promise(end)
