"""Two Dask workers, real processes: they make the same tables, and a killed one costs none."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from making import make_model, make_noise

from auralise_jax.atlas import atlas, scheduler
from auralise_jax.atlas import job as jobs

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore:Mismatched versions")

TABLES = ("index.parquet", "features.parquet", "files.parquet")
QUIET = ("--no-dashboard", "--host", "127.0.0.1")


def start(*words):
    # Its output is read by nobody, so it goes to nobody.
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers; their address and processes."""
    folder = tmp_path_factory.mktemp("cluster")
    place = folder / "scheduler.json"
    at = f"--scheduler-file={place}"
    processes = [start("scheduler", "--port=0", at, *QUIET)]
    workers = ("--nthreads=1", "--no-nanny", f"--local-directory={folder}")
    try:
        processes += [start("worker", at, *workers, *QUIET) for _ in range(2)]
        from distributed import Client

        # It waits for the file to appear.
        with Client(scheduler_file=str(place), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield json.loads(place.read_text())["address"], processes[1:]
    finally:
        for process in processes[::-1]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(8):
        make_noise(0.5 + 0.2 * number, seed=number).save(folder / f"{number}.wav")
    (folder / "bad.wav").write_bytes(b"no sound")
    return folder


def test_workers_make_the_same_tables_even_if_one_is_killed(
    corpus, cluster, tmp_path, monkeypatch
) -> None:
    model = make_model(features=(3, 2), dense=())
    address, (victim, _) = cluster

    def tables(name, **options):
        made = atlas(corpus, tmp_path / name, model, progress=False, **options)
        return made, [(made.folder / table).read_bytes() for table in TABLES]

    _, wanted = tables("serial", site=False)
    with scheduler(address) as executor:
        assert tables("both", executor=executor, site=False)[1] == wanted

    kept = []

    class Store(jobs.Store):
        def put(self, key: str, data: bytes) -> None:
            super().put(key, data)
            kept.append(key)
            if len(kept) == 1:  # seven files are still with the workers
                os.kill(victim.pid, signal.SIGKILL)

    _, wanted = tables("serial")
    monkeypatch.setattr(jobs, "Store", Store)
    with scheduler(address) as executor:
        made, found = tables("one", executor=executor)
    assert found == wanted
    assert victim.wait() == -signal.SIGKILL
    assert len(kept) == 8 + sum(len(feature.excerpts) for feature in made.features)


def test_a_scheduler_without_workers_says_so(monkeypatch, tmp_path: Path) -> None:
    from distributed import Client

    from auralise_jax.atlas import spread

    place = tmp_path / "scheduler.json"
    process = start("scheduler", "--port=0", f"--scheduler-file={place}", *QUIET)
    try:
        with Client(scheduler_file=str(place), timeout=60, set_as_default=False):
            pass
        monkeypatch.setattr(spread, "PATIENCE", 1.0)
        address = json.loads(place.read_text())["address"]
        with (
            pytest.raises(spread.WorkerError, match="has no workers; start some with `dask worker"),
            scheduler(address),
        ):
            raise AssertionError
    finally:
        process.kill()
        process.wait()
