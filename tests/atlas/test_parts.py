"""What a cell sees, its projection, neighbours, the store, and how work is spread."""

import dataclasses
import io
import itertools
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import TINY, make_model, make_noise, stack_model
from matplotlib.image import imread
from pages import Parts

import auralise_jax as aj
from auralise_jax.atlas import spread as spreading
from auralise_jax.atlas.cells import Cell, grids
from auralise_jax.atlas.feature_page import feature_body
from auralise_jax.atlas.index_page import index_body
from auralise_jax.atlas.neighbours import Correlating
from auralise_jax.atlas.opened import Excerpt, Feature
from auralise_jax.atlas.png import encode_png
from auralise_jax.atlas.rendering import project_columns, render, showing
from auralise_jax.atlas.spread import UNDER_WAY, Cluster, LostError, WorkerError, spread
from auralise_jax.atlas.store import Store, packed, unpacked
from auralise_jax.insight.fields import fields


@pytest.mark.parametrize(
    ("kernel", "pool", "layer", "cell"),
    [((3, 3), (2, 2), 1, (3, 4)), ((3, 3), (2, 2), 2, (4, 5)), ((5, 3), (1, 4), 2, (9, 2))],
)
def test_a_cell_sees_just_these_rows_and_frames(kernel, pool, layer, cell) -> None:
    """All weights positive, one place of the picture changed at a time: what arrives was seen."""
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=16, duration=0.7)
    architecture = aj.Architecture((1,) * layer, kernel, pool, ())
    tensors = {
        name: np.ones(shape, np.float32) if name.endswith("kernel") else np.zeros(shape, np.float32)
        for name, shape in architecture.shapes(front.shape).items()
    }
    model = stack_model(tensors, architecture, front)
    seen = []
    for row, frame in np.ndindex(front.shape):
        picture = np.zeros(front.shape, np.float32)
        picture[row, frame] = 1
        if model.network.forward(picture)[-1].maps[(*cell, 0)] > 0:
            seen.append((row, frame))
    grid = grids(model.network, front)[layer]
    assert grid.frames(*cell) == tuple(zip(np.min(seen, axis=0), np.max(seen, axis=0), strict=True))
    field = fields(model)[layer - 1]
    span = grid.span(3, *cell, end=99.0)
    assert span.high_hz - span.low_hz == pytest.approx(field.hz)
    assert 1000 * (span.end - span.start) == pytest.approx(field.ms)
    assert grid.reach / 2 == field.ms  # samples at 2 kHz
    begin = 3 * grid.stride  # of a window, in samples
    assert span.start == pytest.approx((begin + np.min(seen, axis=0)[1] * 16 - 32) / 2000)


def test_spans_end_where_file_and_band_end() -> None:
    grid = grids(make_model(features=(1, 1), dense=()).network, TINY)[2]
    first = grid.span(0, 0, 0, end=9.0)
    assert (first.start, first.low_hz) == (0.0, 0.0)
    rows, columns = grid.shape
    # Ten frames are seen, from three before four times the column on: 352 samples in steps of 128.
    last = grid.span(2, rows - 1, columns - 1, end=9.0)
    assert last.end == (2 * 128 + (4 * (columns - 1) - 3 + 9) * 32 + 32) / 2000
    assert grid.span(2, 0, columns - 1, end=0.55).end == 0.55
    assert last.high_hz <= 1000
    # The fields end at 224, 352, 480, 608 samples.
    assert [grid.on_edge(0, column, 400) for column in range(4)] == [True, False, True, True]
    assert [grid.on_edge(1, column, 400) for column in range(3)] == [False, True, True]


def test_the_projection_of_columns_is_from_there_and_from_nowhere_else() -> None:
    model = make_model()
    heard = aj.listen(model, make_noise(0.37))
    layer, feature = 2, 1
    shot = project_columns(heard, layer, feature, slice(None))
    wanted = heard.project(layer, feature)
    np.testing.assert_array_equal(shot.picture, wanted.picture)
    assert shot.title == wanted.title

    shot = project_columns(heard, layer, feature, slice(1, 4))
    # The long way: the signal starts in those columns, and goes down block by block.
    kernels = [np.asarray(kernel, float) for kernel in model.network.kernels[:layer]]
    blocks = oracle.forward(heard.picture, kernels, model.network.biases[:layer])
    signal = np.zeros_like(blocks[-1].pooled)
    signal[:, 1:4, feature] = blocks[-1].pooled[:, 1:4, feature]
    assert signal.any()
    for block, kernel in zip(blocks[::-1], kernels[::-1], strict=True):
        signal = oracle.unpool(signal, block.switches, block.pre.shape, (2, 2))
        signal = oracle.apply_rule(signal, block.pre, "deconvnet")
        signal = oracle.transpose_convolve(signal, kernel)
    # float32 beside float64.
    np.testing.assert_allclose(shot.picture, signal[:, :, 0], atol=1e-5 * np.abs(signal).max())


def test_windows_are_longer_where_a_field_is() -> None:
    model = make_model()  # a cell of layer 3 sees 736 samples of 740, and columns are 256 apart
    longer = showing(model)
    assert longer.frontend.samples == 736 + 256
    assert longer.network.architecture == dataclasses.replace(model.network.architecture, dense=())
    genre = aj.load_model("genre")
    assert showing(genre) is genre


def test_an_excerpt_has_a_second_around_its_field(tmp_path) -> None:
    front = aj.Frontend(sample_rate=8000, n_fft=128, hop_length=64, duration=4.0)
    model = make_model(front, features=(2, 2), dense=())
    path = make_noise(9.0, 8000).save(tmp_path / "noise.wav")
    cells = [Cell(1, 0, 100, 5, 124), Cell(2, 1, 100, 3, 62), Cell(2, 0, 0, 4, 1)]
    for cell, entry in zip(cells, render(path, model, cells), strict=True):
        arrays, facts = unpacked(entry)
        grid = grids(model.network, front)[cell.layer]
        span = grid.span(*cell[2:], end=9.0)
        assert facts["start"] == pytest.approx(max(0, span.start - 1), abs=1e-9)
        assert facts["end"] == pytest.approx(span.end + 1, abs=1e-9)
        lasts = facts["end"] - facts["start"]
        left, width, bottom, height = facts["box"]
        assert min(left, bottom) >= 0
        assert max(left + width, bottom + height) <= 1
        for name in ("source", "feature"):
            clip = tmp_path / "sound.ogg"
            clip.write_bytes(arrays[f"{name}_ogg"].tobytes())
            assert aj.load_clip(clip).duration == pytest.approx(lasts, abs=1e-3)
            # A quarter of the rows shows all that a cell of these layers sees.
            assert imread(io.BytesIO(arrays[f"{name}_png"].tobytes())).shape[0] == 17
        band = facts["high_hz"] - facts["low_hz"]
        assert facts["low_hz"] + bottom * band == pytest.approx(span.low_hz)
        assert height * band == pytest.approx(span.high_hz - span.low_hz)
        # The field in the picture, as it is in the file; half a frame is the picture's grain.
        columns = imread(io.BytesIO(arrays["source_png"].tobytes())).shape[1]
        assert left * lasts == pytest.approx(span.start - facts["start"], abs=3 * 64 / 8000)
        assert width * columns * 64 / 8000 == pytest.approx(
            span.end - span.start, abs=2 * 64 / 8000
        )
    with pytest.raises(ValueError, match="it has no window 1000 any more"):
        render(path, model, [Cell(1, 0, 1000, 0, 0)])


def test_pictures_are_what_was_put_in() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (7, 5)).astype(np.uint8)
    grey = bytes(np.repeat(np.arange(256, dtype=np.uint8), 3))
    found = imread(io.BytesIO(encode_png(levels, grey)))
    np.testing.assert_allclose(found[:, :, 0] * 255, levels, atol=1e-4)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_correlations_are_pearsons_however_windows_come(seed, sizes) -> None:
    rng = np.random.default_rng(seed)
    parts = [rng.gamma(1.0, 1.0, (size, 7)).astype(np.float32) for size in sizes]
    for part in parts:
        part[:, 5] = 0
        part[:, 6] = part[:, 0] * 2
    found = Correlating(7)
    for part in parts:
        found.add(part)
    whole = np.concatenate(parts)
    assert found.count == len(whole)
    if len(whole) < 3:
        return
    np.testing.assert_allclose(found.mean, whole.mean(axis=0, dtype=float), rtol=1e-9)
    np.testing.assert_allclose(found.share, (whole > 0).mean(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        wanted = np.corrcoef(whole.T.astype(float))
    np.testing.assert_allclose(found.correlation, wanted, atol=1e-6)
    near = found.neighbours()
    assert near[5] == []
    assert near[0][0] == (6, 1.0)
    assert all(len(one) == 5 and one == sorted(one, key=lambda n: -n[1]) for one in near[:5])
    assert all(5 not in dict(one) for one in near)


def test_damaged_entries_are_no_entries(tmp_path) -> None:
    store = Store(tmp_path / "new" / "place")
    data = packed({"a": np.arange(5)}, {"b": [1, "x"]})
    store.put("abc", data)
    arrays, facts = store.get("abc")
    assert arrays["a"].tolist() == [0, 1, 2, 3, 4]
    assert facts == {"b": [1, "x"]}
    assert store.get("abd") is None
    for wrong in (b"", data[:20], data[:-1], b"\xff" * 8 + data[8:], b"\x80\x04K\x01."):
        store.place("abc").write_bytes(wrong)
        assert store.get("abc") is None
    assert not [path for path in store.folder.rglob("*") if path.name.startswith(".")]


class Counting(Executor):
    """Does at once what it is given; knows how many tasks were drawn and not yet taken back."""

    def __init__(self, broken_after=99):
        self.under_way = self.most = self.done = 0
        self.broken_after = broken_after

    def submit(self, function, /, *arguments):
        if self.done >= self.broken_after:
            raise BrokenExecutor("gone")
        self.under_way += 1
        self.done += 1
        self.most = max(self.most, self.under_way)
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


def test_little_is_under_way_at_a_time() -> None:
    executor = Counting()
    drawn = 0

    def tasks():
        nonlocal drawn
        for number in range(1000):
            drawn += 1
            yield number, (number,)

    for taken, (name, result) in enumerate(spread(lambda n: n * n, tasks(), Counting(10**6)), 1):
        assert result == name * name
        assert drawn - taken <= UNDER_WAY
    assert taken == 1000
    assert executor.done == 0


def test_a_broken_executor_says_what_to_do() -> None:
    with pytest.raises(WorkerError, match="What was done is kept: run it again"):
        list(spread(abs, ((n, (n,)) for n in range(99)), Counting(broken_after=50)))


def test_a_task_that_kills_workers_is_told_and_others_are_raised() -> None:
    distributed = pytest.importorskip("distributed")

    def run(error):
        raise error

    with ThreadPoolExecutor(1) as pool:
        killed = distributed.KilledWorker("task", "worker", 3)
        ((_, lost),) = spread(run, [("a", (killed,))], pool)
        assert isinstance(lost, LostError)
        with pytest.raises(ZeroDivisionError):
            list(spread(run, [("a", (ZeroDivisionError(),))], pool))


class Lost(Executor):
    """Takes tasks and loses them, as Dask's client does when its scheduler is gone."""

    def submit(self, *_arguments, **_options):
        future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


class Closed(Executor):
    def submit(self, *_arguments, **_options):
        raise RuntimeError("cannot schedule new futures after shutdown")


@pytest.mark.parametrize(
    ("executor", "words"),
    [
        (Lost(), "^the scheduler is gone, or it gave the work up. What was done is kept"),
        (Closed(), "^no work can be handed out any more .cannot schedule new futures"),
    ],
)
def test_work_that_is_lost_is_said(executor, words) -> None:
    with pytest.raises(WorkerError, match=words):
        list(spread(pow, [("a", (2, 2))], executor))


def lacking() -> None:
    raise ModuleNotFoundError("No module named 'auralise_jax'")


def lacking_below() -> None:
    try:
        lacking()
    except ImportError as error:
        raise RuntimeError("Error during deserialization of the task graph") from error


@pytest.mark.parametrize("work", [lacking, lacking_below])
def test_workers_without_the_package_are_said(work) -> None:
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(WorkerError, match=r"cannot import what it needs \(No module named 'aur"),
    ):
        list(spread(work, [("a", ())], pool))


class Client:
    """As much of Dask's as a cluster asks for; its tasks never end."""

    def __init__(self, workers):
        self.workers, self.asked, self.futures = workers, 0, []

    def get_executor(self, *, pure):
        assert not pure
        return self

    def submit(self, _function, *_arguments):
        self.futures.append(Future())
        return self.futures[-1]

    def nthreads(self):
        self.asked += 1
        answer = next(self.workers)
        if answer is None:
            raise TimeoutError
        return answer


def test_a_cluster_without_workers_is_not_waited_for_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(spreading, "LOOK", 0.001)
    monkeypatch.setattr(spreading, "WORKERLESS", 0.01)
    client = Client(itertools.chain([{"one": 1}, {}, {"one": 1}, None], itertools.repeat({})))
    with pytest.raises(WorkerError, match="the scheduler has had no worker left"):
        list(spread(pow, [("a", (2, 2)), ("b", (2, 3))], Cluster(client)))
    assert client.asked >= 5  # one that came back was waited for
    assert all(future.cancelled() for future in client.futures)


def test_a_cluster_with_workers_is_waited_for(monkeypatch) -> None:
    monkeypatch.setattr(spreading, "LOOK", 0.001)
    monkeypatch.setattr(spreading, "WORKERLESS", 0.0)

    def workers():
        for _ in range(20):
            yield {"one": 1}
        client.futures[0].set_result(4)
        yield {"one": 1}

    client = Client(workers())
    assert list(spread(pow, [("a", (2, 2))], Cluster(client))) == [("a", 4)]


@given(st.text(min_size=1), st.text())
def test_names_are_text_on_every_page(file, note) -> None:
    """Whatever a file or a note is called, it is all of a text, and no element more."""
    where = (1, 0, 1, file, 0.0, 1.0, 0.0, 99.0, 0, 0.0, 1, 2, 3.0, True, "same", "0" * 64)
    excerpt = Excerpt(*where, effect=-1.0, class_name=note, control=None)
    feature = Feature(1, 0, "1-0", False, 1.0, 1.0, ((1, 0.5),), {"name": note}, (excerpt,))
    corpus = SimpleNamespace(
        model=file,
        layers=(note,),
        left_out={1: note},
        rank="effect",
        no_control=note,
        features=[feature],
        files=[{"seconds": 1.0, "reason": ""}],
        skipped=[SimpleNamespace(file=file, reason=note)],
    )
    for body in (
        feature_body(feature, [None], "", "", {"1-0"}, file, note, rank="effect"),
        index_body(corpus, [feature], {}),
    ):
        parts = Parts(body)
        assert {tag for tag, _ in parts.elements} <= TAGS
        for tag, one in parts.elements:
            assert not [name for name in one if name.startswith("on") or name in ("src", "style")]
            if tag == "a":
                assert one["href"] in ("features/1-0.html", "../index.html", "1-1.html")


TAGS = set(
    "main h1 h2 h3 small p div label input select option noscript ul li ol a svg details summary "
    "nav span dl dt dd section".split()
)
