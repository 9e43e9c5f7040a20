"""The cache: every file decoded once, at the model's rate, memory-mapped from then on.

It holds the input of the front end, 16-bit mono sound at the model's rate, not pictures: a 4-s clip
takes 88 kB either way, any crop, gain or compression comes from the same entry, and the STFT takes
about a hundredth of a training step. An entry is named by the content of its file and stands in a
folder of its rate, so renaming and moving a file cost nothing, and a changed file is a new entry.

An entry is eight letters, the number of samples, and the samples, all little-endian. It is not an
``.npy`` file: NumPy parses their headers as Python, which in CPython 3.11 fails now and then when
several threads do it at once.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int16

from auralise_jax.audio import load_clip
from auralise_jax.audio.decode import whole_duration
from auralise_jax.files import write_whole

FULL_SCALE = 32767
_VERSION = "v3"  # of the encoding; raise it when that changes
_HEAD = struct.Struct("<8sQ")
_MAGIC = b"auralise"
_BLOCK = 1 << 20
_SMALL = 1 << 20  # bytes of a file whose sound is never large, unless it is hours of silence
_LARGE = 1 << 26  # bytes of decoded sound; larger ones are decoded one at a time, whole in memory
_UNKNOWN = 1 << 24  # bytes of a file that is taken to be large, where its length is not known
_decoding = threading.Lock()


class CacheError(OSError):
    """The cache cannot be written: the disk's fault, not a sound file's."""


def default_folder() -> Path:
    """Return the folder for cached sound; ``AURALISE_CACHE`` names another.

    Raises
    ------
    CacheError
        If there is no home folder, as in a container whose user has none.
    """
    import platformdirs

    override = os.environ.get("AURALISE_CACHE")
    place = Path("~")
    with contextlib.suppress(RuntimeError):  # there is no home
        if override:
            place = Path(override).expanduser()
        else:
            place = platformdirs.user_cache_path("auralise_jax") / "sound"
    if place.parts[:1] == ("~",):
        raise CacheError(
            "there is no home folder here in which decoded sound could be kept; name a folder for "
            "it (--cache, or AURALISE_CACHE)"
        )
    return place


@dataclass(frozen=True)
class SoundCache:
    """A folder of decoded files.

    Parameters
    ----------
    sample_rate : int
        Of the entries, in hertz.
    folder : Path, optional
        Made when the first entry is written; by default the user's cache folder.

    Examples
    --------
    >>> import tempfile
    >>> cache = SoundCache(11025, Path(tempfile.mkdtemp()))
    >>> cache.store("ab" * 32, np.zeros(100, np.float32))
    >>> cache.sound("ab" * 32).shape
    (100,)
    """

    sample_rate: int
    folder: Path | None = None

    def place(self, sha256: str) -> Path:
        """Return the path of the entry of a file's hash, whether it exists or not."""
        root = self.folder or default_folder()
        return root / f"{self.sample_rate}-{_VERSION}" / sha256[:2] / f"{sha256}.i16"

    def sound(self, sha256: str) -> Int16[np.ndarray, " n"]:
        """Return the samples of an entry, memory-mapped; 32767 is full scale.

        Raises
        ------
        FileNotFoundError
            If there is none.
        ValueError
            If the entry is damaged.
        """
        place = self.place(sha256)
        with place.open("rb") as file:
            head, size = file.read(_HEAD.size), os.fstat(file.fileno()).st_size
            magic, count = _HEAD.unpack(head) if len(head) == _HEAD.size else (b"", 0)
            if magic != _MAGIC or not count or size != _HEAD.size + 2 * count:
                raise ValueError(f"{place} is not 16-bit sound; delete it")
            return np.memmap(file, "<i2", "r", _HEAD.size, (count,))

    def store(self, sha256: str, samples: Float[np.ndarray, " n"]) -> None:
        """Keep samples under a file's hash, whole or not at all.

        Sound that peaks above full scale is turned down to it, not clipped.

        Raises
        ------
        CacheError
            If the disk is full or the folder cannot be written; earlier entries stay good.
        """
        peak = max(1.0, float(np.abs(samples).max()))
        pcm = np.round(samples * (FULL_SCALE / peak)).astype("<i2")
        entry = _HEAD.pack(_MAGIC, len(pcm)) + pcm.tobytes()
        place = self.place(sha256)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, entry, flush=False)
        except OSError as error:
            is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            failure = f"no room for {len(entry):,} bytes in" if is_full else "cannot write to"
            cause = os.strerror(error.errno) if error.errno else error
            raise CacheError(
                f"{failure} the cache {place.parents[2]}: {cause}. What is there "
                f"stays good; {'free some space, or ' if is_full else ''}name another place "
                "(--cache, or AURALISE_CACHE), and run it again"
            ) from error

    def load(self, path: Path) -> tuple[str, Int16[np.ndarray, " n"]]:
        """Return a sound file's hash and samples; decode it only if the cache does not hold it.

        Raises
        ------
        ValueError, OSError
            As `load_clip` and `store` do.
        """
        sha256 = hash_file(path)
        try:
            return sha256, self.sound(sha256)
        except (FileNotFoundError, ValueError):  # not there yet, or damaged: decoded again
            pass
        except CacheError:
            raise
        except OSError as error:
            raise CacheError(f"the cache cannot be read: {error}") from error
        with _decoding if _is_large(path, self.sample_rate) else contextlib.nullcontext():
            self.store(sha256, load_clip(path, sample_rate=self.sample_rate).samples)
        return sha256, self.sound(sha256)


def _is_large(path: Path, sample_rate: int) -> bool:
    """Whether a file's sound takes so much memory that two at once may be too much."""
    size = path.stat().st_size
    if size < _SMALL:
        return False
    seconds = whole_duration(path)
    return size > _UNKNOWN if seconds == math.inf else 4 * seconds * sample_rate > _LARGE


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
