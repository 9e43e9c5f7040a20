"""Weights inside of other people's Python packages: where they lie, and how they are fetched.

A package is never imported, and nothing of it is run: it is a folder or a zip archive with files in
it, and only files whose content is known by its hash are taken.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pinned:
    """A file as it must be."""

    size: int
    """Bytes."""
    sha256: str

    def check(self, name: str, data: bytes) -> bytes:
        """Return the content of a file, or raise ValueError if it is another one."""
        if len(data) != self.size:
            raise ValueError(f"{name} has {len(data):,} bytes, not {self.size:,}")
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise ValueError(f"{name} is not the file that was expected: its SHA-256 differs")
        return data


@dataclass(frozen=True)
class Package:
    """A version of a Python package that holds weights.

    Parameters
    ----------
    name, version : str
        As package registries know it.
    folder : str
        What is imported by others, and found here.
    wheel : Pinned
        The archive that is fetched.
    """

    name: str
    version: str
    folder: str
    wheel: Pinned

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.name}=={self.version}"


def find_installed(package: Package, files: Mapping[str, Pinned]) -> dict[str, bytes] | None:
    """Return files of a package that is installed, or None if this version of it is not.

    Parameters
    ----------
    package : Package
        Where to look.
    files : mapping of str to Pinned
        By their places within the package.
    """
    try:
        spec = importlib.util.find_spec(package.folder)
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        try:
            return {name: _read(Path(folder) / name, pinned) for name, pinned in files.items()}
        except (OSError, ValueError):  # another version, or a part of one
            continue
    return None


def _read(path: Path, pinned: Pinned) -> bytes:
    with path.open("rb") as file:
        return pinned.check(path.name, file.read(pinned.size + 1))


def read_wheel(path: Path, package: Package, files: Mapping[str, Pinned]) -> dict[str, bytes]:
    """Return files of a package's wheel.

    Raises
    ------
    ValueError
        If it is another archive than the one that is known.
    OSError
        If it cannot be read.
    """
    what = f"{path.name} is not the wheel of {package.name} {package.version}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != package.wheel.sha256:
        raise ValueError(f"{what}: its SHA-256 is {digest}, not {package.wheel.sha256}")
    return unzip(path, {f"{package.folder}/{name}": one for name, one in files.items()})


def unzip(path: Path, files: Mapping[str, Pinned]) -> dict[str, bytes]:
    """Return files of a zip archive, no more of each than its size, by their own names.

    Raises
    ------
    ValueError
        If the archive is damaged or has no such files.
    """
    found = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, pinned in files.items():
                with archive.open(name) as file:
                    data = file.read(pinned.size + 1)
                found[name.partition("/")[2]] = pinned.check(name, data)
    except KeyError:
        raise ValueError(f"{path.name} holds no file {name}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path.name} is a damaged archive: {error}") from None
    return found


def fetch(package: Package, files: Mapping[str, Pinned]) -> dict[str, bytes]:
    """Fetch a package's wheel by pip, from where pip is set up to look, and return files of it.

    pip shows its progress, checks the wheel's hash, and installs nothing.

    Raises
    ------
    OSError
        If pip cannot fetch it.
    ValueError
        If what it fetched is not what was expected.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{package.requirement} --hash=sha256:{package.wheel.sha256}\n", "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        command += ["--require-hashes", "--retries=1", "--disable-pip-version-check"]
        # Its words go where errors go, so that a command's output is its own.
        done = subprocess.run(  # noqa: S603  # the interpreter that runs this, and fixed words
            [*command, f"--dest={folder}", f"--requirement={wanted}"],
            stdin=subprocess.DEVNULL,
            stdout=2,
            check=False,
        )
        wheels = sorted(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise OSError(
                f"pip could not fetch {package.requirement}; what it said stands above. Without a "
                "network, run this on a computer that has one, bring the file along and name it "
                f"with --wheel: python -m pip download --no-deps {package.requirement}"
            )
        return read_wheel(wheels[0], package, files)
