import numpy as np
import pytest
from making import HIGH_AND_LOW, TINY, make_music

from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.loader import Loader, Others

SIZE = TINY.samples


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    make_music(folder, HIGH_AND_LOW)
    cache = SoundCache(2000, tmp_path_factory.mktemp("cache"))
    return scan(folder, TINY, cache, progress=False), cache


def loader(data, batch=4, **part):
    manifest, cache = data
    return Loader(manifest.rows, manifest.classes, cache, SIZE, batch, **part)


def as_bytes(batch):
    return [one.tobytes() for one in batch.samples]


def test_in_order_gives_every_clip_once_as_it_is_in_its_file(data):
    manifest, cache = data
    batches = list(loader(data).in_order())
    samples = np.concatenate([batch.samples for batch in batches])
    labels = np.concatenate([batch.labels for batch in batches])
    count = len(manifest.rows)
    assert len(samples) == -(-count // 4) * 4
    assert (labels[count:] == -1).all()
    for row, one, label in zip(manifest.rows, samples, labels, strict=False):
        start = round(row.offset * 2000)
        whole = np.asarray(cache.sound(row.sha256))[start : start + SIZE]
        assert (one[: len(whole)] == whole).all()
        assert (one[len(whole) :] == 0).all()
        assert manifest.classes[label] == row.label


def test_an_epoch_holds_every_clip_once_in_a_new_order(data):
    count = len(data[0].rows)
    one_each = loader(data, batch=1)
    batches = list(one_each.shuffled(2 * count, seed=3, shift=0.0))
    first = [as_bytes(batch)[0] for batch in batches[:count]]
    second = [as_bytes(batch)[0] for batch in batches[count:]]
    assert sorted(first) == sorted(second) == sorted(one_each.clip(n)[0].tobytes()
                                                     for n in range(count))  # fmt: skip
    assert first != second


def test_the_seed_decides(data):
    def run(seed):
        return [as_bytes(batch) for batch in loader(data).shuffled(5, seed=seed, shift=0.5)]

    assert run(1) == run(1)
    assert run(1) != run(2)


@pytest.mark.parametrize("processes", [2, 4])
def test_the_parts_of_several_processes_make_up_the_whole_batch(data, processes):
    others = Others(SOUNDS, 2, padding=1)
    whole = list(loader(data, batch=8).shuffled(5, 0, 0.5, others))
    parts = [
        list(loader(data, batch=8, process=n, processes=processes).shuffled(5, 0, 0.5, others))
        for n in range(processes)
    ]
    for number, batch in enumerate(whole):
        assert as_bytes(batch) == [x for part in parts for x in as_bytes(part[number])]


SOUNDS = np.arange(5, dtype=np.int16)[:, None] + np.zeros(SIZE, np.int16)


def test_others_stand_behind_the_clips_each_once_before_any_comes_again(data):
    alone = list(loader(data, batch=8).shuffled(5, seed=0, shift=0.5))
    both = list(loader(data, batch=12).shuffled(5, 0, 0.5, Others(SOUNDS, 3, padding=1)))
    for batch, music in zip(both, alone, strict=True):
        assert as_bytes(batch)[:8] == as_bytes(music)
        assert (batch.labels[:8] == music.labels).all()
        assert (batch.labels[8:] == -1).all()
        assert (batch.samples[11] == 0).all()
    numbers = [int(one[0]) for batch in both for one in batch.samples[8:11]]
    assert sorted(numbers[:5]) == sorted(numbers[5:10]) == list(range(5))
    assert numbers[:5] != numbers[5:10]


def test_a_saved_state_takes_up_where_it_was(data):
    batches = iter(loader(data).shuffled(9, seed=0, shift=0.5))
    for _ in range(4):
        next(batches)
    state = batches.get_state()
    rest = [as_bytes(batch) for batch in batches]
    again = iter(loader(data).shuffled(9, seed=0, shift=0.5))
    again.set_state(state)
    assert [as_bytes(batch) for batch in again] == rest
    assert len(rest) == 5


def test_shifted_crops_stay_in_their_file(data):
    manifest, cache = data
    for index, row in enumerate(manifest.rows[:6]):
        sound = np.asarray(cache.sound(row.sha256))
        inside = {sound[n : n + SIZE].tobytes() for n in range(max(1, len(sound) - SIZE + 1))}
        for shift in (-2.0, -0.3, 0.1, 5.0):
            assert loader(data).clip(index, shift)[0].tobytes() in inside


@pytest.mark.parametrize(
    ("batch", "processes", "message"),
    [(0, 1, "positive multiple of the 1"), (9, 2, "multiple of the 2 processes, not 9")],
)
def test_batches_must_divide_among_processes(data, batch, processes, message):
    with pytest.raises(ValueError, match=message):
        loader(data, batch=batch, processes=processes)


def test_no_clips_no_loader(data):
    with pytest.raises(ValueError, match="rows is empty"):
        Loader((), ("a",), data[1], SIZE, 4)
