"""Work in the background: the latest job wins, nothing is lost, nothing goes on after closing."""

import threading

import pytest
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets.worker import Cancelled, HeldLock, Worker


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


def test_a_lock_knows_who_holds_it() -> None:
    lock, found = HeldLock(), []
    assert not lock.is_mine
    with lock, lock:
        other = threading.Thread(target=lambda: found.append(lock.is_mine))
        other.start()
        other.join()
        assert lock.is_mine
    assert not lock.is_mine
    with pytest.raises(KeyError), lock:
        raise KeyError
    assert (lock.is_mine, found) == (False, [False])


def test_two_workers_may_close_each_other() -> None:
    workers = [Worker(failed=print), Worker(failed=print, patient=True)]
    met = threading.Barrier(2)

    def closes(other: Worker):
        def job(check) -> None:
            check()
            other.close()

        return job

    threads = []
    for one, other in (workers, workers[::-1]):
        one.run(closes(other))
        threads.append(one._last)
    closer = threading.Thread(target=lambda: [met.wait(), *(one.close() for one in workers)])
    closer.start()
    met.wait()
    for thread in [closer, *threads]:
        thread.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("where", ["in its lock", "in its thread"])
def test_a_panel_may_be_closed_by_an_observer_while_it_works(where) -> None:
    """Though the work waits for what the observer's thread holds."""
    panel = aj.explore(make_model(), make_noise(0.6), layer=2, feature=3)
    talk, thread = Talk(panel), []
    at_lock, go = threading.Event(), threading.Event()
    make = panel._background._count

    def slow(*told):
        made = list(make(*told))
        at_lock.set()
        go.wait()  # the next that it does is to take the lock
        return made

    panel._background._count = slow

    def closes(_: object) -> None:
        thread.append(threading.current_thread())
        go.set()
        panel.close()

    if where == "in its lock":
        panel.observe(closes, "feature")
        talk.want()
        at_lock.wait()
        worker = panel._worker._last
        panel.set_state({"feature": 4})
    else:
        panel.observe(closes, "error")
        panel._background._count = None
        talk.want()
        worker = panel._worker._last
    worker.join()
    assert thread == [threading.current_thread() if where == "in its lock" else worker]
    assert panel.comm is None
    assert not [told for told, _ in talk.sent if told["kind"] == "bank"]
