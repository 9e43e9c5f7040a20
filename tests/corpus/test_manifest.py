import csv
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auralise_jax.corpus.manifest import Manifest, Row, Skipped, divide, read_hashes


def row(file, split="train", label="a", offset=0.0):
    return Row(file, offset, label, file, split, f"hash of {file}", f"sound of {file}")


files = st.dictionaries(
    st.text(min_size=1, max_size=5),
    st.tuples(st.sampled_from("abc"), st.sampled_from(["g1", "g2", "g3", ""])),
    min_size=1,
    max_size=60,
)


@given(files, st.integers(0, 5), st.floats(0, 0.4), st.floats(0, 0.4))
def test_a_group_is_never_split_and_no_class_is_left_without_training(its, seed, validation, test):
    labels = {file: label for file, (label, _) in its.items()}
    groups = {file: group or file for file, (_, group) in its.items()}
    side = divide(labels, groups, seed, validation, test)
    assert side.keys() == its.keys()
    for group in set(groups.values()):
        assert len({side[file] for file in its if groups[file] == group}) == 1
    alone = set(labels.values())
    for label in alone:  # unless all its groups were put elsewhere by a class before it
        mine = {groups[file] for file in its if labels[file] == label}
        others = {groups[file] for file in its if labels[file] < label}
        if not mine & others:
            assert "train" in {side[file] for file in its if labels[file] == label}


@pytest.mark.parametrize(
    "sizes",
    [[98, 1, 1], [2, 3, 95], [5, 5, 5, 85], [12, 12, 12], [10, 10, 10, 10, 60], [1] * 4, [7] * 30],
)
@pytest.mark.parametrize("fraction", [0.1, 0.4])
def test_three_groups_or_more_give_each_side_one_and_training_the_largest(sizes, fraction):
    groups = {f"{g}/{n}": str(g) for g, size in enumerate(sizes) for n in range(size)}
    for seed in range(20):
        side = divide(dict.fromkeys(groups, "a"), groups, seed, fraction, fraction)
        share = Counter(side.values())
        assert set(share) == {"train", "validation", "test"}
        assert share["train"] >= max(sizes)
        for split in ("validation", "test"):
            assert share[split] <= max(1.5 * fraction * len(groups), min(sizes))


@pytest.mark.parametrize("files", [3, 10, 57])
def test_classes_are_divided_alike(files):
    labels = {f"{name}{n}": name for name in "ab" for n in range(files)}
    side = divide(labels, {file: file for file in labels}, 0, 0.1, 0.2)
    counts = Counter((labels[file], split) for file, split in side.items())
    for name in "ab":
        assert counts[name, "validation"] == max(1, round(0.1 * files))
        assert counts[name, "test"] == max(1, round(0.2 * files))


@pytest.mark.parametrize(
    ("files", "sides"), [(1, {"train": 1}), (2, {"train": 1, "validation": 1})]
)
def test_a_class_too_small_to_divide_goes_to_training_first(files, sides):
    labels = {str(n): "a" for n in range(files)}
    assert Counter(divide(labels, {file: file for file in labels}, 3, 0.1, 0.1).values()) == sides


def test_the_split_follows_the_seed_and_not_the_order():
    labels = {str(n): "a" for n in range(40)}
    groups = {file: file for file in labels}
    one = divide(labels, groups, 1, 0.2, 0.2)
    backwards = dict(reversed(labels.items()))
    assert divide(backwards, groups, 1, 0.2, 0.2) == one
    assert divide(labels, groups, 2, 0.2, 0.2) != one


def test_one_more_file_moves_few_others():
    labels = {str(n): "a" for n in range(100)}
    before = divide(labels, {file: file for file in labels}, 0, 0.1, 0.1)
    labels["new"] = "a"
    after = divide(labels, {file: file for file in labels}, 0, 0.1, 0.1)
    assert sum(after[file] != side for file, side in before.items()) <= 2


def test_it_is_written_as_a_table_that_tells_everything(tmp_path):
    rows = (row('ü/🎹, "x".wav'), row("b.wav", "test", "b", 4.0))
    manifest = Manifest(rows, (Skipped("c.wav", "silent, all of it"),), 11025, 4.0)
    path = manifest.write(tmp_path / "m.csv")
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["file"] for line in lines] == ['ü/🎹, "x".wav', "b.wav", "c.wav"]
    assert [line["offset"] for line in lines] == ["0", "4", ""]
    assert [line["split"] for line in lines] == ["train", "test", "skipped"]
    assert lines[2]["note"] == "silent, all of it"
    assert read_hashes(path) == {key: row.split for row in rows for key in (row.sha256, row.sound)}


def test_counts_are_of_files_and_of_clips():
    rows = (row("a.wav"), row("a.wav", offset=4.0), row("b.wav", "test"))
    manifest = Manifest(rows, (), 11025, 4.0)
    assert manifest.counts()["train"] == {"a": (1, 2)}
    assert manifest.counts()["test"] == {"a": (1, 1)}
    assert "1 files, 2 clips" in manifest.table()


def test_its_table_shows_what_was_skipped_broken_sound_before_what_is_none():
    dull = [Skipped(f"{n}.jpg", "no sound, by its ending .jpg") for n in range(9)]
    shown = Manifest((row("a.wav"),), (*dull, Skipped("x.mp3", "damaged")), 11025, 4.0).table()
    listed = shown.partition("skipped: 10\n")[2].splitlines()
    assert listed[0] == "  x.mp3: damaged"
    assert listed[-1] == "  and 2 more, see the manifest"
    assert len(listed) == 9


def test_its_table_names_classes_that_one_side_lacks():
    rows = (row("a.wav"), row("b.wav", "test"), row("c.wav", label="b"))
    told = [x for x in Manifest(rows, (), 11025, 4.0).table().splitlines() if "note" in x]
    assert told == ["note: no test clips of b: too few files or sub-folders"]


def test_another_table_is_no_manifest(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("name,age\nx,1\n")
    with pytest.raises(ValueError, match="is not a manifest: it has no columns sha256 and split"):
        read_hashes(path)
    with pytest.raises(FileNotFoundError, match=r"there is no manifest .*none\.csv"):
        read_hashes(tmp_path / "none.csv")
