"""``auralise-jax models get``: other people's networks, from a package that a test makes up."""

import dataclasses
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from making import make_model

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.network.foreign import getting, known
from auralise_jax.network.foreign.known import Known
from auralise_jax.network.foreign.packages import Package, Pinned

WEIGHTS = b"three"


def build(content: bytes, name: str) -> aj.Model:
    assert content == WEIGHTS
    return dataclasses.replace(make_model(), name=name)


def pin(data: bytes) -> Pinned:
    return Pinned(len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture
def wheel(tmp_path, monkeypatch) -> Path:
    """A wheel of a network that is known as "mine", and an empty cache."""
    path = tmp_path / "pack.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("auralised_none/net.bin", WEIGHTS)
    package = Package("pack", "2.0", "auralised_none", pin(path.read_bytes()))
    mine = Known("three classes", package, {"net.bin": pin(WEIGHTS)}, build, "MIT", "somebody")
    strict = dataclasses.replace(mine, licence="AGPL-3", terms="Copyleft for all that is made.")
    monkeypatch.setitem(known.KNOWN, "mine", mine)
    monkeypatch.setitem(known.KNOWN, "strict", strict)
    monkeypatch.setenv("AURALISE_MODELS", str(tmp_path / "kept"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return path


def test_a_network_is_converted_kept_and_loaded_by_its_name(wheel, capsys) -> None:
    with pytest.raises(FileNotFoundError, match="get it with: auralise-jax models get mine"):
        aj.load_model("mine")
    assert main(["models", "get", "mine", "--wheel", str(wheel)]) == 0
    said = capsys.readouterr().out
    for words in ("three classes", "pack 2.0", "somebody", "MIT", str(wheel.parent / "kept")):
        assert words in said
    model = aj.load_model("mine")
    assert model.name == "mine"
    assert model.classes == ("a", "b", "c")
    assert model.training["licence"] == "MIT"
    assert main(["models", "get", "mine"]) == 0
    assert "mine is here already" in capsys.readouterr().out
    assert main(["models", "mine"]) == 0
    assert "pack 2.0" in capsys.readouterr().out


def test_of_a_damaged_copy_it_is_said_how_to_get_another(wheel) -> None:
    kept = wheel.parent / "kept" / "mine.safetensors"
    kept.parent.mkdir()
    kept.write_bytes(b"damaged")
    with pytest.raises(ValueError, match=r"damaged .*; get it anew with: .* models get mine"):
        aj.load_model("mine")
    assert main(["models", "get", "mine", "--wheel", str(wheel)]) == 0
    assert aj.load_model("mine").classes == ("a", "b", "c")


def test_they_are_listed_with_what_is_here(wheel, capsys) -> None:
    assert main(["models", "get", "mine", "--wheel", str(wheel)]) == 0
    capsys.readouterr()
    assert main(["models"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert lines["mine"].endswith("here")
    assert "AGPL-3" in lines["strict"]
    assert not lines["strict"].endswith("here")
    assert "ISC" in lines["musicnn-mtt"]
    assert "MIT" in lines["swift-f0"]


def test_terms_are_agreed_to_before_anything_is_fetched(wheel, capsys, monkeypatch) -> None:
    monkeypatch.setattr(getting, "read_wheel", None)  # nobody calls it
    assert main(["models", "get", "strict", "--wheel", str(wheel)]) == 1
    said = capsys.readouterr().out
    assert "Copyleft for all that is made." in said
    assert "auralise-jax models get strict --yes" in said


def test_agreed_terms_are_not_asked_for(wheel, capsys) -> None:
    assert main(["models", "get", "strict", "--wheel", str(wheel), "--yes"]) == 0
    assert aj.load_model("strict").name == "strict"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("get", "get needs one of musicnn-mtt"),
        ("get nobody", "get needs one of musicnn-mtt"),
        ("genre other", "belong to: auralise-jax models get NETWORK"),
        ("genre --yes", "belong to: auralise-jax models get NETWORK"),
    ],
)
def test_wrong_arguments_are_said(arguments: str, said: str, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["models", *arguments.split()])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_another_wheel_is_refused(wheel, capsys) -> None:
    wheel.write_bytes(b"PK")
    assert main(["models", "get", "mine", "--wheel", str(wheel)]) == 1
    assert "pack.whl is not the wheel of pack 2.0" in capsys.readouterr().err
    assert not (wheel.parent / "kept").exists()


def test_what_is_needed_is_asked_for_before_anything_is_fetched(wheel, capsys, monkeypatch) -> None:
    mine = dataclasses.replace(known.KNOWN["mine"], needs="auralised_none", extra="pitch")
    monkeypatch.setitem(known.KNOWN, "mine", mine)
    monkeypatch.setattr(getting, "fetch", None)  # nobody calls it
    assert main(["models", "get", "mine"]) == 1
    assert "pip install 'auralise-jax[pitch]'" in capsys.readouterr().err
