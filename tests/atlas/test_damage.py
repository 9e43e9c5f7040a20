"""What is kept, written and opened when files were damaged, disks are full, or runs were killed."""

import itertools
import json
import os
import shutil
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from making import make_model, make_noise
from pyarrow import parquet

from auralise_jax.atlas import Atlas, atlas, naming
from auralise_jax.atlas import tables as names
from auralise_jax.atlas.hearing import FileResponses
from auralise_jax.atlas.rendering import get_excerpt
from auralise_jax.atlas.store import Store, get_responses, pack_responses, packed, unpacked

TABLES = (names.INDEX, names.FEATURES, names.FILES)


@pytest.fixture(scope="module")
def model():
    return make_model(features=(2, 3), dense=())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(3):
        make_noise(0.8 + 0.3 * number, seed=number).save(folder / f"{number}.wav")
    (folder / "bad.wav").write_bytes(b"no sound")
    return folder


def make(corpus, out, model, **options):
    return atlas(corpus, out, model, excerpts=2, progress=False, **options)


@pytest.fixture(scope="module")
def whole(corpus, model, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "atlas"
    make(corpus, out, model)
    return out


def content(out):
    """Everything of an atlas but what is kept for the next run."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.relative_to(out).parts[0] != "kept"
    }


def loud(arrays, _):
    arrays["value" if "value" in arrays else "source_png"] += 1


CHANGES = [
    loud,  # what is legal, but not what was stored
    lambda arrays, _: arrays.popitem(),
    lambda arrays, _: arrays.clear(),
    lambda arrays, _: arrays.update({name: a[:0] for name, a in arrays.items()}),
    lambda arrays, _: arrays.update({name: a.astype("f8") for name, a in arrays.items()}),
    lambda _, facts: facts.popitem(),
    lambda _, facts: facts.clear(),
    lambda _, facts: facts.update(dict.fromkeys(facts)),
    lambda _, facts: facts.update(dict.fromkeys(facts, float("inf"))),
    lambda _, facts: facts.update(start="x", seconds=[]),
    lambda _, facts: facts.update(start=facts.get("start", 0) + 1, seconds=9.0),
    lambda _, facts: facts.update(box=[float("nan")] * 4, seconds=-1.0),
]


def test_whatever_became_of_kept_entries_the_atlas_is_the_same(
    corpus, model, whole, tmp_path
) -> None:
    out = tmp_path / "atlas"
    shutil.copytree(whole, out)
    kept = sorted((out / "kept").rglob("*.safetensors"))
    entries = [path for path in kept if path.parent != out / "kept"]
    assert len(entries) >= len(CHANGES)
    for shift in (0, 4, 8):
        for number, place in enumerate(entries, start=shift):
            arrays, facts = unpacked(place.read_bytes())
            CHANGES[number % len(CHANGES)](arrays, facts)
            place.write_bytes(packed(arrays, facts))
        for place in set(kept) - set(entries):  # the model
            place.write_bytes(place.read_bytes()[:-1])
        make(corpus, out, model)
        assert content(out) == content(whole)

    # Each whole, but in the place of another.
    one, two = entries[-2:]
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    make(corpus, out, model)
    assert content(out) == content(whole)


@pytest.mark.parametrize("change", CHANGES)
def test_an_entry_that_was_not_stored_is_none(tmp_path, change) -> None:
    store = Store(tmp_path)
    arrays = {"value": np.ones((3, 2), np.float32), "b": np.arange(4)}
    facts = {"start": 1.0, "cell": "same"}
    store.put("key", packed(arrays, facts))
    assert store.get("key") is not None
    change(arrays, facts)
    store.place("key").write_bytes(packed(arrays, facts))
    assert store.get("key") is None


def test_entries_of_the_wrong_kind_are_none(whole, tmp_path) -> None:
    """Sealed, as another version may have stored them."""
    store = Store(tmp_path)
    (place, *_) = (whole / "kept" / "excerpts").rglob("*.safetensors")
    good = unpacked(place.read_bytes())
    store.put("key", packed(*good))
    assert get_excerpt(store, "key") is not None
    for change in CHANGES[1:]:
        arrays, facts = dict(good[0]), dict(good[1])
        change(arrays, facts)
        if facts != good[1] and facts.get("start") == good[1]["start"] + 1:
            facts["start"] = facts["end"]  # which is no excerpt
        store.put("key", packed(arrays, facts))
        assert get_excerpt(store, "key") is None

    two = np.ones((5, 2))
    heard = FileResponses(
        1.0,
        np.ones((3, 5), np.float32),
        two.astype(np.float32),
        *(two.astype(kind) for kind in ("i4", "i2", "i2")),
    )
    store.put("key", pack_responses(heard))
    assert get_responses(store, "key", 5) is not None
    assert get_responses(store, "key", 6) is None
    for change in (
        {"seconds": float("nan")},
        {"seconds": 0.0},
        {"means": heard.means[:0]},
        {"means": heard.means[0]},
        {"means": np.full_like(heard.means, np.nan)},
        {"value": heard.value.astype(float)},
        {"value": -heard.value},
        {"row": heard.row[:, :1]},
        {"column": -heard.column},
        {"window": np.float32(heard.window)},
    ):
        store.put("key", pack_responses(heard._replace(**change)))
        assert get_responses(store, "key", 5) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda names: names["names"].pop(),
        lambda names: names["names"][0][2].update(name="another"),
        lambda names: names.update(names=None),
        lambda names: names.pop("seal"),
        lambda names: names.update(seal=3),
    ],
)
def test_kept_names_that_were_changed_are_found_anew(model, tmp_path, monkeypatch, change) -> None:
    class Found:
        def notes(self) -> dict:
            return {(1, 0): {"name": "onset detector"}}

    monkeypatch.setattr(naming, "dissect", lambda *_args, **_options: Found())
    wanted = naming.named(model, tmp_path, "key", progress=False)
    (place,) = tmp_path.iterdir()
    good = place.read_bytes()
    kept = json.loads(good)
    change(kept)
    place.write_text(json.dumps(kept))
    assert naming.named(model, tmp_path, "key", progress=False) == wanted
    assert place.read_bytes() == good


def read_all(folder):
    found = Atlas(folder)
    return repr(found), found.features, found.files, found.skipped, found.feature(1, 0)


def other(column):
    """Return what a column may not be: of another type, with a hole, with values out of range."""
    yield pyarrow.array([b"x"] * len(column))
    yield pyarrow.array([None, *column.to_pylist()[1:]], column.type)
    wrong = {"int": -1, "float": float("nan"), "double": float("inf")}
    for kind, value in wrong.items():
        if str(column.type).startswith(kind):
            yield pyarrow.array([value, *column.to_pylist()[1:]], column.type)


@pytest.mark.parametrize("is_known", [True, False], ids=["with its checksum", "without"])
@pytest.mark.parametrize("name", TABLES)
def test_damaged_tables_say_so(whole, tmp_path, name, is_known) -> None:
    out = tmp_path / "atlas"
    shutil.copytree(whole, out, ignore=shutil.ignore_patterns("kept", "*.html"))
    mark = json.loads((out / "atlas.json").read_bytes())
    if not is_known:  # of an earlier version
        del mark["tables"]
        (out / "atlas.json").write_text(json.dumps(mark))
    place = out / name
    good = place.read_bytes()
    read_all(out)
    table = parquet.read_table(place)
    damaged = [table.drop_columns(column) for column in table.column_names]
    damaged += [table.append_column("more", pyarrow.array([1] * len(table)))]
    for number, column in enumerate(table.column_names):
        for changed in other(table[column]):
            damaged.append(table.set_column(number, column, changed))
    for one in damaged:
        parquet.write_table(one, place, compression="zstd")
        with pytest.raises(ValueError, match=r"is damaged: .*; make the atlas again"):
            read_all(out)
    rng = np.random.default_rng(0)
    cuts = [good[:size] for size in (0, 4, 99, len(good) // 2, len(good) - 1)]
    for cut in [*cuts, b"words" * 999, bytes(len(good))]:
        place.write_bytes(cut)
        with pytest.raises(ValueError, match=r"is damaged: .*; make the atlas again"):
            read_all(out)
    for at in rng.integers(0, len(good), 40):
        place.write_bytes(good[:at] + bytes([good[at] ^ 255]) + good[at + 1 :])
        try:
            read_all(out)
        except ValueError as error:
            assert "make the atlas again" in str(error)  # noqa: PT017
        else:
            assert not is_known  # a checksum knows


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"format": 1}', "[" * 9999, '{"format": "auralise-jax atlas/9"}']
)
def test_a_damaged_mark_says_so_and_is_made_anew(corpus, model, whole, tmp_path, text) -> None:
    out = tmp_path / "atlas"
    shutil.copytree(whole, out)
    good = json.loads((out / "atlas.json").read_bytes())
    changed = [text, *(json.dumps(good | {name: 3}) for name in ("model", "key", "tables"))]
    changed += [json.dumps(good | {"left_out": bad}) for bad in (["?"], {"4": "?"}, {"1": None})]
    for mark in changed:
        (out / "atlas.json").write_text(mark)
        with pytest.raises(ValueError, match="make the atlas again"):
            Atlas(out)
    make(corpus, out, model)
    assert content(out) == content(whole)


class Killed(BaseException):
    """Nothing in the package may catch it."""


def test_killed_at_any_write_and_run_again_it_is_the_same(
    corpus, model, whole, tmp_path, monkeypatch
) -> None:
    """A killed process renames nothing more and tidies nothing up: its draft and lock stay."""
    replace, unlink = Path.replace, Path.unlink
    left, is_dead = 0, False

    def mortal_replace(self, target):
        nonlocal left, is_dead
        if left == 0:
            is_dead = True
            raise Killed
        left -= 1
        return replace(self, target)

    def mortal_unlink(self, missing_ok=False):
        if not is_dead:
            unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", mortal_replace)
    monkeypatch.setattr(Path, "unlink", mortal_unlink)
    out = tmp_path / "atlas"
    deaths = 0
    for most in itertools.count():
        left, is_dead = most, False  # a run gets so far, and the next goes on from there
        try:
            make(corpus, out, model)
            break
        except Killed:
            deaths += 1
            assert len(list(out.rglob(".*.draft"))) == 1
            assert (out / "kept" / "lock").exists()
    assert deaths > 5
    assert content(out) == content(whole)


def test_a_full_disk_is_said_with_the_files_name(corpus, model, tmp_path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    out = tmp_path / "atlas"
    seen = set()
    for most in (50, 2000, 9000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))  # root obeys this, too
        try:
            with pytest.raises(OSError, match=r"cannot write .*/atlas/.*: .*; make room") as error:
                make(corpus, out, model)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        seen.add(str(error.value).split("/atlas/")[1].split(":")[0].split("/")[0])
        assert all(path.stat().st_size <= most for path in out.rglob("*") if path.is_file())
        assert not list(out.rglob(".*"))
    assert len(seen) > 1  # what is kept, and what is shown


class Again(Executor):
    """Makes the atlas a second time while it is made."""

    def __init__(self, again):
        self.again, self.errors, self.paths = again, [], []

    def submit(self, function, /, *arguments):
        self.paths.append(os.environ.get("PYTHONSAFEPATH"))
        if not self.errors:
            try:
                self.again()
            except OSError as error:
                self.errors.append(str(error))
        future = Future()
        future.set_result(function(*arguments))
        return future


def test_a_second_run_into_the_same_folder_is_refused(
    corpus, model, whole, tmp_path, monkeypatch
) -> None:
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    out = tmp_path / "atlas"
    executor = Again(lambda: make(corpus, out, model))
    make(corpus, out, model, executor=executor)
    assert executor.errors == [
        f"another atlas is being made in {out}: wait until it has ended, or name another place"
    ]
    assert content(out) == content(whole)
    # Workers that are processes import nothing from the folder they start in.
    assert set(executor.paths) == {"1"}
    assert "PYTHONSAFEPATH" not in os.environ
