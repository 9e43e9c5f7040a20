"""An atlas whose making was killed. As a command, test_killed.py FOLDER OUT KILL_AT RANK is one.

KILL_AT: how many entries are kept before the process kills itself, in the middle of the next.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from making import make_model, make_noise

from auralise_jax.atlas import atlas, job, store

pytest.importorskip("pyarrow")

FILES = 6


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize(  # while it hears, renders, and mutes
    ("kill_at", "rank"), [(3, "activation"), (20, "activation"), (8, "effect")]
)
def test_a_killed_run_goes_on_and_ends_the_same(tmp_path, monkeypatch, kill_at, rank) -> None:
    corpus, out, fresh = (tmp_path / name for name in ("corpus", "atlas", "fresh"))
    corpus.mkdir()
    for number in range(FILES):
        make_noise(0.5 + 0.3 * number, seed=number).save(corpus / f"{number}.wav")
    run = subprocess.run(
        [sys.executable, __file__, corpus, out, str(kill_at), rank],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    assert not (out / "index.parquet").exists()
    kept = [path for path in (out / "kept").rglob("*.safetensors") if path.name[0] != "."]
    assert len(kept) == kill_at + 1  # and the model

    heard, muted = [], []
    for name, done in (("hear_file", heard), ("mute_file", muted)):
        real = getattr(job, name)
        monkeypatch.setattr(
            job, name, lambda *task, done=done, real=real: done.append(task) or real(*task)
        )
    atlas(corpus, out, make_model(), rank=rank, progress=False)
    assert len(heard) == max(0, FILES - kill_at)
    assert len(muted) == (2 * FILES - kill_at if rank == "effect" else 0)
    atlas(corpus, fresh, make_model(), rank=rank, progress=False)
    for name in ("index.parquet", "features.parquet", "files.parquet"):
        assert (out / name).read_bytes() == (fresh / name).read_bytes()
    pages = list(fresh.rglob("*.html"))
    assert len(pages) == 16
    for path in pages:
        assert (out / path.relative_to(fresh)).read_bytes() == path.read_bytes()


def _run_until_killed(folder: Path, out: Path, kill_at: int, rank: str) -> None:
    real, left = store.write_whole, iter(range(kill_at))

    def write_whole(path: Path, data: bytes, **options: bool) -> None:
        if next(left, None) is None:
            (path.parent / f".draft{path.suffix}").write_bytes(data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        real(path, data, **options)

    store.write_whole = write_whole
    atlas(folder, out, make_model(), rank=rank, progress=False)


if __name__ == "__main__":
    _run_until_killed(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
