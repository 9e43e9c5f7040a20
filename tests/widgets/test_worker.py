"""Work in the background: the latest job wins, nothing is lost, nothing goes on after closing."""

import threading

import pytest

from auralise_jax.widgets.worker import Cancelled, Worker


@pytest.fixture
def worker():
    worker = Worker(failed=lambda _: None)
    yield worker
    worker.close()


def test_a_newer_job_cancels_the_one_that_runs(worker) -> None:
    begun, go, done = threading.Event(), threading.Event(), []

    def first(check) -> None:
        begun.set()
        go.wait()
        with pytest.raises(Cancelled):
            check()
        check()

    worker.run(first)
    begun.wait()
    worker.run(lambda _: done.append("second"))
    worker.run(lambda _: done.append("third"))
    go.set()
    worker.join()
    assert done == ["third"]


def test_panels_take_turns() -> None:
    workers = [Worker(failed=print) for _ in range(4)]
    running, most = [], []

    def job(check) -> None:
        running.append(1)
        most.append(len(running))
        check()
        running.pop()

    for one in workers:
        one.run(job)
    for one in workers:
        one.join()
    assert most == [1, 1, 1, 1]


def test_a_job_that_waits_for_its_turn_can_be_cancelled() -> None:
    first, second = Worker(failed=print), Worker(failed=print)
    begun, go, done = threading.Event(), threading.Event(), []

    def holds(check) -> None:
        begun.set()
        go.wait()

    first.run(holds)
    begun.wait()
    second.run(lambda _: done.append(1))
    second.close()  # does not wait for the first
    go.set()
    first.close()
    assert done == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_is_told_and_the_next_job_runs() -> None:
    told, done = [], []
    worker = Worker(failed=told.append)

    def fails(check) -> None:
        raise RuntimeError("broken")

    worker.run(fails)
    worker.join()
    worker.run(lambda _: done.append(1))
    worker.join()
    assert [str(error) for error in told] == ["broken"]
    assert done == [1]


def test_closed_it_takes_nothing(worker) -> None:
    worker.close()
    worker.run(lambda _: pytest.fail("must not run"))
    worker.join()
    assert worker._thread is None
