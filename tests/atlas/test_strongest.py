"""The strongest places against a brute-force search, and the laws they keep."""

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import make_model, make_noise, stack_model

import auralise_jax as aj
from auralise_jax.atlas.cells import grids
from auralise_jax.atlas.columns import Streamed, Windowed, form
from auralise_jax.atlas.hearing import FileListener, FileResponses, model_key
from auralise_jax.atlas.ranking import Ranking
from auralise_jax.atlas.strongest import PER_FILE, Strongest
from auralise_jax.network.stack.streaming import Stream
from auralise_jax.network.streaming import Columns

FEATURES = 3


def brute(values, rows, window, step, reach):
    """Every place of every window in one list per feature, searched from begin to end."""
    found = []
    for feature in range(values.shape[2]):
        places = [
            (-float(values[w, c, feature]), w * window + c * step, w, c, int(rows[w, c, feature]))
            for w in range(values.shape[0])
            for c in range(values.shape[1])
            if values[w, c, feature] > 0
        ]
        chosen = []
        for place in sorted(places):
            if len(chosen) < 2 and all(abs(place[1] - one[1]) >= reach for one in chosen):
                chosen.append(place)
        found.append([(-value, w, c, row) for value, _, w, c, row in chosen])
    return found


@st.composite
def corpora(draw):
    windows, width = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    step = draw(st.integers(1, 4))
    window = draw(st.integers(width * step - step, width * step + 3))
    reach = draw(st.integers(1, 3 * max(1, window)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    # Few different values, so that there are many ties; some features say nothing at all.
    values = rng.integers(0, draw(st.integers(1, 9)), (windows, width, FEATURES))
    rows = rng.integers(0, 5, values.shape).astype(np.int32)
    cuts = sorted(draw(st.lists(st.integers(1, windows), max_size=4)))
    return values.astype(np.float32), rows, max(1, window), step, reach, [0, *cuts, windows]


def seek(values, rows, window, step, reach, cuts):
    found = Strongest(FEATURES, values.shape[1], window, step, reach)
    for begin, end in itertools.pairwise(cuts):
        if end > begin:
            found.add(values[begin:end], rows[begin:end])
    return found.places()


@given(corpora())
def test_it_finds_what_a_search_of_everything_finds(corpus) -> None:
    values, rows, window, step, reach, cuts = corpus
    places = seek(values, rows, window, step, reach, cuts)
    width = values.shape[1]
    for feature, wanted in enumerate(brute(values, rows, window, step, reach)):
        got = [
            (float(value), *divmod(int(column), width), int(row))
            for value, column, row in zip(*(part[feature] for part in places), strict=True)
            if value > 0
        ]
        assert got == wanted


@given(corpora())
def test_two_at_most_and_never_within_a_field(corpus) -> None:
    values, rows, window, step, reach, cuts = corpus
    places = seek(values, rows, window, step, reach, cuts)
    assert places.value.shape == (FEATURES, PER_FILE)
    assert (np.diff(places.value, axis=1) <= 0).all()
    windows, columns = np.divmod(places.column, values.shape[1])
    times = windows * window + columns * step
    both = places.value[:, 1] > 0
    assert (np.abs(np.diff(times, axis=1))[both] >= reach).all()
    assert (places.value[:, 0] == values.max(axis=(0, 1))).all()


@given(corpora(), st.integers(1, 7))
def test_how_a_file_is_cut_into_chunks_does_not_matter(corpus, size) -> None:
    values, rows, window, step, reach, cuts = corpus
    other = [*range(0, len(values), size), len(values)]
    one = seek(values, rows, window, step, reach, cuts)
    two = seek(values, rows, window, step, reach, other)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


# Blocks of training's own kind take maps of 400 windows and more; the third front end has such.
@pytest.mark.parametrize(
    ("frontend", "kernel", "pool"),
    [
        (aj.Frontend(2000, 64, 32, 0.37), (3, 3), (2, 2)),
        (aj.Frontend(2000, 64, 16, 0.37), (3, 7), (2, 3)),
        (aj.Frontend(2000, 64, 32, 0.37), (1, 5), (2, 1)),
        (aj.Frontend(2000, 256, 64, 4.0, "log1p"), (3, 3), (2, 2)),
    ],
    ids=["plain", "wide", "no pool in time", "tiles"],
)
@pytest.mark.parametrize("duration", [0.6, 3.7])
def test_a_file_is_heard_as_one_long_picture(tmp_path, frontend, kernel, pool, duration) -> None:
    small = aj.Architecture((3, 4, 2), kernel, pool, ())
    rng = np.random.default_rng(0)
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in small.shapes(frontend.shape).items()
    }
    model = stack_model(tensors, small, frontend)
    path = make_noise(duration * frontend.duration).save(tmp_path / "noise.wav")
    heard = FileListener(model).listen(path)
    samples = aj.load_clip(path).samples
    assert heard.seconds == len(samples) / 2000
    cells = list(grids(model.network, frontend).values())
    # The same network without a head hears the file as a whole, and enough silence after it.
    length = len(samples) + 3 * cells[-1].reach
    long = dataclasses.replace(frontend, duration=length / 2000)
    picture = long.picture(np.pad(samples, (0, length - len(samples))))
    blocks = stack_model(tensors, small, long).network.forward(picture)
    first = 0
    for count, grid, block in zip(small.features, cells, blocks, strict=True):
        whole = np.asarray(block.maps)[:, : -(-len(samples) // grid.step)]
        own = slice(first, first + count)
        first += count
        # Winograd's form differs by some 3e-6 of the peak.
        close = 2e-5 * float(whole.max())
        columns = Stream(small, frontend).frames * frontend.hop_length // grid.step
        for number, means in enumerate(heard.means[:, own]):
            part = whole[:, number * columns : (number + 1) * columns]
            np.testing.assert_allclose(means, part.mean(axis=(0, 1)), atol=close)
        wanted = brute(
            whole.max(axis=0)[:, None],
            whole.argmax(axis=0)[:, None],
            grid.step,
            grid.step,
            grid.reach,
        )
        answers = (part[own] for part in (heard.value, heard.window, heard.column, heard.row))
        for found, *got in zip(wanted, *answers, strict=True):
            places = found + [(0.0, 0, 0, 0)] * (2 - len(found))
            np.testing.assert_allclose(got[0], [place[0] for place in places], atol=close)
            for place, window, column, row in zip(places, *got[1:], strict=True):
                assert (column + window * grid.stride // grid.step, row) == (place[1], place[3])


def read(form, path):
    """Return every layer's columns of a file, in a row."""
    steps = [columns for columns, _ in form.columns(path)]
    return [
        Columns(*(np.concatenate(parts) for parts in zip(*layer, strict=True)))
        for layer in zip(*steps, strict=True)
    ]


@pytest.mark.parametrize("duration", [0.5, 1.0, 3.7, 8.3])
@pytest.mark.parametrize(("kernel", "pool"), [((3, 3), (2, 2)), ((3, 5), (2, 1))])
@pytest.mark.parametrize("gains", [{}, {(1, 0): 0.0, (2, 1): 1.5}])
def test_windows_that_overlap_give_what_the_stream_gives(
    tmp_path, kernel, pool, duration, gains
) -> None:
    frontend = aj.Frontend(2000, 64, 32, 0.7)
    small = aj.Architecture((3, 4, 2), kernel, pool, ())
    rng = np.random.default_rng(0)
    tensors = {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in small.shapes(frontend.shape).items()
    }
    model = stack_model(tensors, small, frontend).with_gains(gains)
    path = make_noise(duration * frontend.duration).save(tmp_path / "noise.wav")
    samples = len(aj.load_clip(path).samples)
    cells = list(grids(model.network, frontend).values())
    assert cells[0].length == frontend.samples  # no window is longer than the network's own
    forms = form(model), Windowed(model)
    assert isinstance(forms[0], Streamed)
    for grid, *both in zip(cells, *(read(one, path) for one in forms), strict=True):
        count = -(-samples // grid.step)
        streamed, windowed = (Columns(*(part[:count] for part in one)) for one in both)
        assert len(windowed.sums) == count
        # Winograd's form differs by some 3e-6 of the peak.
        close = 2e-5 * streamed.largest.max()
        np.testing.assert_allclose(windowed.largest, streamed.largest, atol=close)
        np.testing.assert_allclose(windowed.sums, streamed.sums, atol=grid.shape[0] * close)
        np.testing.assert_array_equal(windowed.rows, streamed.rows)


@pytest.mark.parametrize("layer", [1, 2, 3, 4, 5])
def test_every_column_is_shown_in_a_window_that_it_sees_whole(layer) -> None:
    genre = aj.load_model("genre")
    grid = grids(genre.network, genre.frontend)[layer]
    columns = np.arange(20_000)
    windows, places = grid.place(columns)
    first, last = grid.samples(0)
    begins = windows * grid.stride
    np.testing.assert_array_equal(begins + places * grid.step, columns * grid.step)
    assert (first + columns * grid.step >= begins)[windows > 0].all()
    assert (last + columns * grid.step <= begins + grid.length).all()
    for window, place in set(zip(np.minimum(windows, 1).tolist(), places.tolist(), strict=True)):
        whole = grid.whole(window)
        assert whole.start <= place < whole.stop


def test_what_is_heard_does_not_depend_on_the_file_beside_or_the_ear(tmp_path) -> None:
    model = make_model()
    one = make_noise(1.5, seed=1).save(tmp_path / "one.wav")
    two = make_noise(2.5, seed=2).save(tmp_path / "two.wav")
    listener = FileListener(model)
    alone = FileListener(model).listen(one)
    listener.listen(two)
    for a, b in zip(alone, listener.listen(one), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_key_is_of_what_hearing_depends_on() -> None:
    model = make_model()
    assert model_key(model) == model_key(make_model())
    assert model_key(model) != model_key(make_model(seed=1))
    log = aj.Frontend(2000, 64, 32, 0.37, "log1p")
    assert model_key(model) != model_key(make_model(log))
    one, two = (model.with_gains({(1, 0): gain}) for gain in (0.0, 0.5))
    assert len({model_key(one), model_key(two), model_key(model)}) == 3
    assert model_key(one.with_gains({(1, 0): 1})) == model_key(model)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(0, 6))
def test_ranking_keeps_the_best_of_all_files(seed, excerpts, files) -> None:
    rng = np.random.default_rng(seed)
    ranking = Ranking(FEATURES, excerpts)
    every = []
    for file in range(files):
        value = np.sort(rng.integers(0, 5, (FEATURES, 2)), axis=1)[:, ::-1].astype(np.float32)
        place = rng.integers(0, 9, (3, FEATURES, 2))
        every.append((file, value, place))
        ranking.add(FileResponses(1.0, np.zeros((1, FEATURES), np.float32), value, *place))
    for feature in range(FEATURES):
        wanted = sorted(
            (-value[feature, n], file, n, *place[:, feature, n])
            for file, value, place in every
            for n in range(2)
            if value[feature, n] > 0
        )[:excerpts]
        got = [
            row for row in zip(*(part[feature] for part in ranking.ranked), strict=True) if row[0]
        ]
        assert [(-value, file, *place) for value, file, _, *place in wanted] == got
