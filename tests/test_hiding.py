"""The world without FFmpeg, SoX, FluidSynth and Firefox is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hiding import PROGRAMS, environment_without_tools


def test_the_programs_are_hidden_and_others_are_not(tmp_path: Path, monkeypatch) -> None:
    place, other = tmp_path / "bin", tmp_path / "other"
    for name in (*PROGRAMS, "flac"):
        program = place / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    other.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (place, other, tmp_path / "missing"))))
    path = environment_without_tools(tmp_path / "hidden")["PATH"]
    assert [name for name in (*PROGRAMS, "flac") if shutil.which(name, path=path)] == ["flac"]
    assert path.split(os.pathsep)[1:] == [str(other), str(tmp_path / "missing")]


def test_a_process_finds_no_fluidsynth(tmp_path: Path) -> None:
    environment = os.environ | environment_without_tools(tmp_path)
    code = "from auralise_jax.synth.synth import default_engine; print(default_engine())"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert found.stdout == "additive\n"


@pytest.mark.skipif(
    os.environ.get("AURALISE_TESTS_WITHOUT_TOOLS") != "1", reason="this run hides no tools"
)
def test_this_run_finds_none() -> None:
    from auralise_jax.synth.synth import default_engine

    assert [name for name in PROGRAMS if shutil.which(name)] == []
    assert default_engine() == "additive"
