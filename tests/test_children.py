"""Children run no module of the current folder, and the environment is given back."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from auralise_jax.children import safe_path


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)


def test_a_module_of_the_current_folder_is_not_run(tmp_path):
    (tmp_path / "random.py").write_text("raise SystemExit(3)")
    command = [sys.executable, "-c", "import random"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 3
    with safe_path():
        assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize("before", [None, "", "1"])
def test_the_environment_is_given_back(monkeypatch, before):
    if before is not None:
        monkeypatch.setenv("PYTHONSAFEPATH", before)
    with pytest.raises(KeyboardInterrupt), safe_path():
        raise KeyboardInterrupt
    assert os.environ.get("PYTHONSAFEPATH") == before


def test_blocks_of_several_threads_overlap():
    both_in, one_out = Barrier(2), Barrier(2)

    def first():
        with safe_path():
            both_in.wait()
        one_out.wait()

    def second():
        with safe_path():
            both_in.wait()
            one_out.wait()
            return os.environ.get("PYTHONSAFEPATH")

    with ThreadPoolExecutor(2) as pool:
        pool.submit(first)
        assert pool.submit(second).result() == "1"
    assert "PYTHONSAFEPATH" not in os.environ
