"""Atlases of a small corpus: made, made again, interrupted, opened, and refused."""

import shutil
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pytest
from making import make_model, make_noise
from pages import Parts

import auralise_jax as aj
from auralise_jax.atlas import Atlas, atlas, naming, spread
from auralise_jax.atlas import tables as names
from auralise_jax.atlas.cells import grids
from auralise_jax.atlas.rendering import showing
from auralise_jax.atlas.work import hear_file, render_file
from auralise_jax.cli import atlas as cli_atlas

pytest.importorskip("pyarrow")

NAUGHTY = "<script>alert(1)<.wav"  # a slash cannot be in a name
TABLES = (names.INDEX, names.FEATURES, names.FILES)


class Watching(Executor):
    """Does at once, in this thread, what it is given; notes which files were heard, which shown."""

    def __init__(self):
        self.heard, self.rendered = [], 0

    def submit(self, function, /, path, *rest):
        if function is hear_file:
            self.heard.append(Path(path).name)
        else:
            assert function is render_file
            self.rendered += len(rest[-1])
        future = Future()
        future.set_result(function(path, *rest))
        return future


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Six pieces of noise, and four files that are none."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "sub & folder").mkdir()
    for number in range(5):
        place = folder / ("sub & folder" if number % 2 else ".")
        make_noise(0.5 + 0.3 * number, seed=number).save(place / f"{number}.wav")
    make_noise(1.0, seed=9).save(folder / NAUGHTY)
    shutil.copy(folder / "2.wav", folder / "twin.wav")
    (folder / "broken.mp3").write_bytes(b"\xff\xfb" * 500)
    (folder / "empty.flac").write_bytes(b"")
    (folder / "notes.txt").write_text("words")
    make_noise(0.1).save(folder / "short.wav")
    return folder


@pytest.fixture(scope="module")
def made(corpus, model, tmp_path_factory):
    notes = {(2, 1): {"name": "onset <detector>", "AUC": ".93"}}
    out = tmp_path_factory.mktemp("made") / "atlas"
    return atlas(corpus, out, model, notes=notes, progress=False)


def tables(folder):
    return {name: (folder / name).read_bytes() for name in TABLES}


def again(corpus, out, model, **options):
    executor = Watching()
    made = atlas(corpus, out, model, executor=executor, progress=False, **options)
    return made, executor


def test_rows_keep_their_promises(made, corpus, model) -> None:
    assert len(made.features) == 15
    for feature in made.features:
        excerpts = feature.excerpts
        assert [one.rank for one in excerpts] == list(range(1, len(excerpts) + 1))
        assert feature.dead == (not excerpts)
        assert len(excerpts) <= 9
        values = [one.value for one in excerpts]
        assert values == sorted(values, reverse=True)
        assert all(0 <= one.start < one.end for one in excerpts)
        assert all(0 <= one.low_hz < one.high_hz <= 1000 for one in excerpts)
        files = [one.file for one in excerpts]
        assert max(map(files.count, files), default=0) <= 2
        assert {one.cell for one in excerpts} <= {"same", "second"}
    for one in made.feature(1, 0).excerpts:
        clip = aj.load_clip(corpus / one.file)
        grid = grids(model.network, model.frontend)[1]
        start = round(2000 * one.window_start)
        assert start == one.window * grid.stride
        window = clip.samples[start : start + grid.length]
        window = np.pad(window, (0, grid.length - len(window)))
        heard = aj.listen(showing(model), aj.Clip(window, 2000))
        maps = heard.activations(1)[:, grid.whole(one.window), 0]
        value = heard.activations(1)[one.row, one.column, 0]
        assert value == pytest.approx(one.value, rel=1e-4)
        if one.cell == "same":
            assert maps.max() == value
        seen = grid.samples(one.column)
        assert one.edge == (start + seen[0] < 0 or start + seen[1] > len(clip.samples))


def test_only_a_files_own_begin_and_end_are_edges(made, model) -> None:
    lengths = {row["file"]: round(2000 * row["seconds"]) for row in made.files}
    found = [one for feature in made.features for one in feature.excerpts]
    assert any(one.edge for one in found)
    assert not all(one.edge for one in found)
    for one in found:
        grid = grids(model.network, model.frontend)[one.layer]
        begin, end = (one.window * grid.stride + at for at in grid.samples(one.column))
        assert one.edge == (begin < 0 or end > lengths[one.file])
        assert one.window == 0 or grid.samples(one.column)[0] >= 0
        assert grid.samples(one.column)[1] <= grid.length


def test_neighbours_are_of_the_same_layer(made) -> None:
    for feature in made.features:
        assert len(feature.neighbours) <= 5
        assert feature.feature not in dict(feature.neighbours)
        assert all(-1 <= r <= 1 for _, r in feature.neighbours)
        r = [r for _, r in feature.neighbours]
        assert r == sorted(r, reverse=True)


def test_bad_files_are_listed_with_their_reasons(made) -> None:
    reasons = dict(made.skipped)
    assert set(reasons) == {"twin.wav", "broken.mp3", "empty.flac", "notes.txt", "short.wav"}
    assert reasons["twin.wav"] == "the same as 2.wav"
    assert reasons["empty.flac"] == "empty.flac is empty (0 bytes); expected a sound file"
    assert reasons["notes.txt"] == "no sound, by its ending .txt"
    assert reasons["short.wav"] == "too short: 0.10 s, under half of 0.37 s"
    assert "not a sound file" in reasons["broken.mp3"]


def test_it_can_be_opened_and_asked(made) -> None:
    opened = Atlas(made.folder)
    assert repr(opened).startswith("<Atlas of 'tiny' over 6 files, 5 skipped, ")
    feature = opened.feature(2, 1)
    assert feature.notes == {"name": "onset <detector>", "AUC": ".93"}
    assert repr(feature).startswith("<Feature 2-1: responds in ")
    assert feature == made.features[5]
    for layer, number in ((4, 0), (0, 0), (1, 4), (1, -1)):
        with pytest.raises(ValueError, match=r"there are 1-0 to 1-3, 2-0 to 2-4, 3-0 to 3-5$"):
            opened.feature(layer, number)


def test_for_one_feature_of_a_large_atlas_few_rows_are_read(tmp_path, monkeypatch) -> None:
    rows, features = [], []
    for layer in range(1, 6):
        for number in range(64):
            place = {"layer": layer, "feature": number}
            whole = dict.fromkeys(("window", "row", "column"), 0)
            real = dict.fromkeys(
                ("start", "end", "low_hz", "high_hz", "window_start", "value"), 1.0
            )
            text = {"file": "a" * 60, "cell": "same", "sha256": "0" * 64, "edge": False}
            rows += [place | whole | real | text | {"rank": rank} for rank in range(1, 10)]
            real = dict.fromkeys(("share", "mean", "strongest"), 1.0)
            lists = {"neighbours": [1], "r": [0.5], "notes": []}
            features.append(
                place | real | lists | {"name": f"{layer}-{number}", "dead": False, "excerpts": 9}
            )
    names.write(tmp_path / names.INDEX, rows)
    names.write(tmp_path / names.FEATURES, features)
    (tmp_path / "atlas.json").write_text('{"format": "auralise-jax atlas/1"}')
    opened = Atlas(tmp_path)
    read, real = [], names.Table._read
    monkeypatch.setattr(
        names.Table, "_read", lambda table, group: read.extend(got := real(table, group)) or got
    )
    for layer in (1, 3, 5):
        read.clear()
        found = opened.feature(layer, 12)
        assert len(found.excerpts) == 9
        assert {(one.layer, one.feature) for one in found.excerpts} == {(layer, 12)}
        assert len(read) < 0.2 * (len(rows) + len(features))


def test_whoever_does_the_work_the_tables_are_the_same(made, corpus, model, tmp_path) -> None:
    notes = {(2, 1): {"name": "onset <detector>", "AUC": ".93"}}
    again(corpus, tmp_path / "atlas", model, notes=notes)
    assert tables(tmp_path / "atlas") == tables(made.folder)


def test_only_what_is_new_or_changed_is_heard(corpus, model, tmp_path) -> None:
    music, out = tmp_path / "music", tmp_path / "atlas"
    shutil.copytree(corpus, music)
    first, watched = again(music, out, model)
    bad = ["broken.mp3", "empty.flac", "short.wav"]
    assert sorted(watched.heard) == sorted([*(f"{n}.wav" for n in range(5)), NAUGHTY, *bad])
    rendered = watched.rendered
    assert rendered == sum(len(feature.excerpts) for feature in first.features)
    before = tables(out)
    pages = {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}

    _, watched = again(music, out, model)
    assert sorted(watched.heard) == bad  # a decoder may have been installed since
    assert watched.rendered == 0
    assert tables(out) == before
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.html")} == pages

    make_noise(0.9, seed=77).save(music / "0.wav")
    (music / "4.wav").rename(music / "renamed.wav")
    (music / "sub & folder" / "3.wav").unlink()
    (music / "twin.wav").unlink()
    changed, watched = again(music, out, model)
    assert sorted(watched.heard) == ["0.wav", *bad]
    assert 0 < watched.rendered < rendered
    heard = {row["file"] for row in changed.files if not row["reason"]}
    assert heard == {"0.wav", "sub & folder/1.wav", "2.wav", "renamed.wav", NAUGHTY}
    assert {one.file for one in changed.feature(1, 0).excerpts} <= heard
    again(music, tmp_path / "fresh", model)
    assert tables(out) == tables(tmp_path / "fresh")


def test_what_is_damaged_is_made_anew(corpus, model, tmp_path) -> None:
    out = tmp_path / "atlas"
    again(corpus, out, model)
    before = tables(out)
    (heard,) = (out / "kept").glob("heard-*")
    one, two, *_ = sorted(heard.rglob("*.safetensors"))
    one.write_bytes(one.read_bytes()[:-1])
    two.write_bytes(b"")
    _, watched = again(corpus, out, model)
    assert len(set(watched.heard) - {"broken.mp3", "empty.flac", "short.wav"}) == 2
    assert tables(out) == before


def test_a_second_model_does_not_hear_with_the_first_ones_ears(corpus, model, tmp_path) -> None:
    out = tmp_path / "atlas"
    again(corpus, out, model, site=False)
    before = tables(out)
    _, watched = again(corpus, out, make_model(seed=5), site=False)
    assert len(watched.heard) == 9
    assert tables(out) != before
    _, watched = again(corpus, out, model, site=False)
    assert len(watched.heard) == 3
    assert tables(out) == before


def test_pages_are_escaped_whole_and_may_do_nothing(made) -> None:
    pages = [made.page, *sorted((made.folder / "features").iterdir())]
    assert [path.stem for path in pages[1:]] == sorted(one.name for one in made.features)
    shown = ""
    for path in pages:
        text = path.read_text("utf-8")
        shown += text
        assert "<script>alert" not in text
        assert "onset <detector>" not in text
        parts = Parts(text)
        (policy,) = (
            one["content"]
            for tag, one in parts.elements
            if one.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy
        for tag, one in parts.elements:
            assert not [name for name in one if name.startswith("on") or name == "style"]
            address = one.get("src") or (one.get("href") if tag != "a" else None) or "data:"
            assert address.startswith("data:"), (tag, address[:40])
    assert "&lt;script&gt;alert(1)&lt;.wav" in shown
    assert "onset &lt;detector&gt;" in (made.folder / "features" / "2-1.html").read_text("utf-8")


def test_links_lead_to_pages_that_are_there(made, corpus, model, tmp_path) -> None:
    again(corpus, tmp_path / "atlas", model)
    again(corpus, tmp_path / "atlas", model, features=2)
    names = sorted(path.stem for path in (tmp_path / "atlas" / "features").iterdir())
    assert len(names) == 6
    for layer in "123":
        by_mean = sorted(
            (one for one in made.features if one.layer == int(layer)), key=lambda one: -one.mean
        )
        wanted = sorted(one.name for one in by_mean[:2])
        assert [name for name in names if name[0] == layer] == wanted
    # What has a name has a page; a note that is no name asks for none.
    weakest = [min(made.features[:4], key=lambda one: one.mean), made.features[4]]
    notes = {(one.layer, one.feature): {"name": "onset detector"} for one in weakest}
    notes |= {(3, k): {"nearest concept": "kick"} for k in range(6)}
    again(corpus, tmp_path / "atlas", model, features=1, notes=notes)
    shown = {path.stem for path in (tmp_path / "atlas" / "features").iterdir()}
    assert shown >= {one.name for one in weakest}
    (without,) = [name for name in shown if name[0] == "3"]
    # It was dissected, and the page says that it has no name; of others nothing is known.
    pages = tmp_path / "atlas" / "features"
    assert " <small>no clear concept</small></h1>" in (pages / f"{without}.html").read_text("utf-8")
    assert "no clear concept" not in (made.folder / "features" / "3-0.html").read_text("utf-8")
    index = (tmp_path / "atlas" / "index.html").read_text("utf-8")
    assert index.count('<p class="concept">no clear concept</p>') == 1
    for folder in (made.folder, tmp_path / "atlas"):
        for page in folder.rglob("*.html"):
            for tag, one in Parts(page.read_text("utf-8")).elements:
                if tag == "a":
                    assert (page.parent / one["href"]).is_file()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"folder": "none"}, FileNotFoundError, "there is no folder none"),
        ({"folder": "music/0.wav"}, NotADirectoryError, "is a file; name the folder"),
        ({"folder": "empty"}, ValueError, "empty holds no sound: name a folder of WAV"),
        ({"folder": "bad"}, ValueError, r"no file that can be used\. Skipped: a\.wav: a\.wav is "),
        ({"out": "music/atlas"}, ValueError, "out must not lie inside of the music"),
        ({"out": "music"}, ValueError, "out must not lie inside of the music"),
        ({"out": "bad"}, ValueError, "bad holds other things, such as a.wav, and no atlas"),
        ({"out": "file"}, NotADirectoryError, "cannot write file: it is a file"),
        ({"out": "no/where"}, FileNotFoundError, "cannot write where: there is no folder no"),
        ({"model": "none.safetensors"}, FileNotFoundError, "there is no model file none"),
        ({"excerpts": 0}, ValueError, "excerpts must be a whole number from 1, not 0"),
        ({"features": 0}, ValueError, "features must be a whole number from 1, not 0"),
        ({"scheduler": "tcp://127.0.0.1:1"}, OSError, "no Dask scheduler answers at"),
        ({"scheduler": "nonsense://x"}, OSError, "no Dask scheduler answers at"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    tmp_path, monkeypatch, model, change, error, message
) -> None:
    if "scheduler" in change:
        pytest.importorskip("distributed")
        monkeypatch.setattr(spread, "PATIENCE", 0.3)
    monkeypatch.chdir(tmp_path)
    for folder in ("music", "empty", "bad"):
        Path(folder).mkdir()
    make_noise(1.0).save("music/0.wav")
    Path("bad/a.wav").write_bytes(b"")
    Path("file").write_text("")
    aj.save_model(model, "tiny.safetensors")
    options = {"folder": "music", "model": "tiny.safetensors", "out": "atlas"} | change
    folder = options.pop("folder")
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with pytest.raises(error, match=message):
        command(folder, *words)
    assert not list(Path("music").glob("*.html"))


def command(*words):
    """Run the command as `cli` would."""
    return cli_atlas.run(cli_atlas.parser().parse_args(words))


def test_the_command_tells_what_it_made(corpus, model, tmp_path, capsys) -> None:
    path = aj.save_model(model, tmp_path / "tiny.safetensors")
    out = tmp_path / "atlas"
    words = [str(corpus), "--model", str(path), "--out", str(out), "--features", "1", "--no-names"]
    assert command(*words, "--excerpts", "2") == 0
    said = capsys.readouterr()
    assert "<Atlas of 'tiny' over 6 files, 5 skipped" in said.out
    assert f"{out / 'index.html'} (0." in said.out
    assert "skipped short.wav: too short" in said.err
    assert max(len(one.excerpts) for one in Atlas(out).features) == 2
    assert command(*words, "--no-site") == 0
    assert {one.cell for one in Atlas(out).feature(1, 0).excerpts} == {"unchecked"}


@pytest.mark.parametrize("name", ["atlas.json", names.INDEX, names.FEATURES])
def test_a_damaged_atlas_is_said(made, tmp_path, name) -> None:
    shutil.copytree(made.folder, tmp_path / "atlas")
    place = tmp_path / "atlas" / name
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])
    with pytest.raises(ValueError, match="make the atlas again"):
        Atlas(tmp_path / "atlas")
    place.unlink()
    with pytest.raises(FileNotFoundError, match="is not an atlas: there is no"):
        Atlas(tmp_path / "atlas")


def test_notes_of_no_feature_are_refused(corpus, model, tmp_path) -> None:
    for place in ((4, 0), (1, 4), (0, 0)):
        with pytest.raises(ValueError, match="notes must be by layer, 1 to 3"):
            again(corpus, tmp_path / "a", model, notes={place: {"name": "x"}})
    with pytest.raises(ValueError, match="notes must be names and texts"):
        again(corpus, tmp_path / "a", model, notes={(1, 0): {"AUC": 0.9}})
    assert not (tmp_path / "a").exists()


def test_a_steady_tone_is_one_place_in_a_window(model, tmp_path) -> None:
    (tmp_path / "music").mkdir()
    tone = 0.3 * np.sin(2 * np.pi * 0.125 * np.arange(740))  # the same in every frame
    aj.Clip(tone, 2000).save(tmp_path / "music" / "tone.wav")
    made, _ = again(tmp_path / "music", tmp_path / "atlas", model)
    assert all(len(feature.excerpts) <= 2 for feature in made.features)
    assert all(one.cell != "missing" for one in made.feature(1, 0).excerpts)


def test_names_are_found_once_and_kept(corpus, model, tmp_path, monkeypatch) -> None:
    asked = []

    class Found:
        def notes(self) -> dict:
            return {(1, 0): {"name": "onset detector, AUC .93"}}

    def dissect(model: aj.Model, *, progress: bool) -> Found:
        asked.append((model.name, progress))
        return Found()

    monkeypatch.setattr(naming, "dissect", dissect)
    out = tmp_path / "atlas"
    for _ in range(2):
        own = {(1, 0): {"mine": "yes"}}
        made, _ = again(corpus, out, model, names=True, notes=own, site=False)
        notes_of = dict(made.feature(1, 0).notes)
        assert notes_of == {"name": "onset detector, AUC .93", "mine": "yes"}
    assert asked == [("tiny", False)]
    (kept,) = (out / "kept").glob("names-*.json")
    kept.write_text("[[1")
    again(corpus, out, model, names=True, site=False)
    assert len(asked) == 2  # a damaged file is made again
