"""Concepts and scores against other ways to compute them; planted features get their names."""

import numpy as np
import pytest
from front_ends import MelDecibels
from making import make_model, make_noise, stack_model, with_tensors
from sklearn.metrics import roc_auc_score

import auralise_jax as aj
from auralise_jax.insight.analysis import analyse
from auralise_jax.insight.chance import Chance, chance
from auralise_jax.insight.concepts import CONCEPTS, marks_of
from auralise_jax.insight.dissection import Dissection, dissect_by
from auralise_jax.insight.dissection_rows import NO_CONCEPT
from auralise_jax.insight.evidence import Evidence, gather
from auralise_jax.insight.scores import p_values, q_values, score
from auralise_jax.probes.stimuli import stimuli

PREWITT = np.array([[-1, 0, 1]] * 3, np.float32)
FRONT = aj.Frontend()
NAMES = [concept.name for concept in CONCEPTS]


def one_layer(seed: int = 0, planted: bool = False) -> aj.Model:
    """Return a first layer of 12 random kernels; the first two may be edges."""
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.5, (3, 3, 1, 12)).astype(np.float32)
    if planted:
        kernel[..., 0, 0], kernel[..., 0, 1] = PREWITT, PREWITT.T
    tensors = {"conv1.kernel": kernel, "conv1.bias": np.zeros(12, np.float32)}
    return stack_model(tensors, aj.Architecture((12,), dense=()), FRONT, (), {}, "one layer")


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    kinds = ["clicks", "attacks", "tones", "noise", "drums", "melody"]
    return gather(stimuli(11_025, kinds=kinds), FRONT, one_layer().network)


@pytest.fixture(scope="module")
def luck(evidence: Evidence) -> Chance:
    return chance(one_layer(99), evidence, 20)


@pytest.fixture(scope="module")
def dissected(evidence: Evidence, luck: Chance) -> Dissection:
    return dissect_by(one_layer(planted=True), evidence, luck, draws=1000)


def test_planted_edges_get_their_names(dissected: Dissection) -> None:
    assert dissected.names[1, 0].name.startswith("onset detector, AUC .")
    assert dissected.names[1, 1].name.startswith("sustained-partial detector, AUC .")
    assert [name.feature for name in dissected.named[:2]] in ([0, 1], [1, 0])
    assert "onset detector" in dissected.table()
    assert "of 12: no clear concept" in dissected.table(1)


def test_a_name_is_what_its_row_says(dissected: Dissection) -> None:
    for name in dissected.named:
        (row,) = (
            row for row in dissected
            if (row.feature, row.concept) == (name.feature, name.concept)
        )  # fmt: skip
        assert row.auc >= 0.75
        assert row.q < 0.05
        assert row.auc > row.auc_bar or row.r > row.r_bar
        assert name.excess > 1
    unnamed = [name for name in dissected.names.values() if not name.named]
    assert all(name.name == NO_CONCEPT for name in unnamed)
    notes = dissected.notes()
    assert notes[1, 0]["name"] == dissected.names[1, 0].name
    named = {(name.layer, name.feature) for name in dissected.named}
    assert {place for place, facts in notes.items() if "name" in facts} == named
    assert all("nearest concept" in facts for facts in notes.values())


def test_claims_hold_where_a_feature_has_the_name(dissected: Dissection) -> None:
    claims = dissected.claims().splitlines()
    (onsets,) = (line for line in claims if line.startswith("onset detectors"))
    (bass,) = (line for line in claims if line.startswith("bass selectors"))
    assert " holds" in onsets
    assert "1-0" in onsets
    assert "does not hold" in bass


def test_most_random_networks_that_set_the_bar_stay_below_it(
    evidence: Evidence, luck: Chance
) -> None:
    thresholds = luck.thresholds()
    above = 0
    for seed in range(1, 21):
        (found,) = score(evidence, evidence.maps(aj.random_model(one_layer(99), seed)))
        clear = (found.auc >= 0.75) & (
            (found.auc > thresholds.auc[0][:, None] + 1e-9)
            | (found.r > thresholds.r[0][:, None] + 1e-9)
        )
        above += bool(clear.any())
    assert above == 1  # the 99th percentile of 20, taken low, leaves one


def test_auc_and_r_are_those_of_others(evidence: Evidence) -> None:
    model = one_layer(3)
    (maps,) = evidence.maps(model)
    (level,) = evidence.levels
    (found,) = score(evidence, [maps])
    course = maps.mean(axis=1)
    checked = 0
    for number, concept in enumerate(level.labels):
        if not concept.enough:
            assert np.isnan(found.auc[number]).all()
            continue
        both = np.concatenate([concept.present, concept.absent])
        labels = np.arange(len(both)) < len(concept.present)
        for feature in (0, 5):
            if concept.of_places:
                one = maps[..., feature]
                padded = np.pad(one, ((0, 0), (1, 1), (0, 0)), mode="edge")
                one = np.max([padded[:, k : k + one.shape[1]] for k in range(3)], axis=0)
            else:
                one = course[..., feature]
            wanted = roc_auc_score(labels, one.ravel()[both].astype(float))
            assert found.auc[number, feature] == pytest.approx(wanted, abs=1e-9)
            counts = level.counts[number]
            r = np.corrcoef(course[counts][:, feature], level.strength[number][counts])[0, 1]
            assert found.r[number, feature] == pytest.approx(r, abs=1e-5)
            checked += 1
    assert checked > 10


def test_p_values_are_those_of_rolled_series(evidence: Evidence) -> None:
    (maps,) = evidence.maps(one_layer(3))
    (level,) = evidence.levels
    draws, seed, feature = 60, 5, 4
    found = p_values(level, maps, draws, seed)
    values = maps.mean(axis=1)[..., feature]
    flat = values.ravel()
    ranks = (flat[:, None] > flat).sum(axis=1) + 0.5 * (flat[:, None] == flat).sum(axis=1)
    ranks = ranks.reshape(values.shape)
    shifts = np.random.default_rng(seed).integers(values.shape[1], size=(draws, len(values)))
    for concept in ("onsets", "kick"):
        number = NAMES.index(concept)
        contrast = level.contrast[number]
        own = (contrast * ranks).sum()
        moved = [
            sum((np.roll(c, s) * r).sum() for c, s, r in zip(contrast, some, ranks, strict=True))
            for some in shifts
        ]
        wanted = (1 + sum(m >= own - 1e-6 for m in moved)) / (draws + 1)
        assert found[number, feature] == pytest.approx(wanted)


def test_a_concept_against_itself_is_certain_and_against_noise_is_not(evidence: Evidence) -> None:
    (level,) = evidence.levels
    number = NAMES.index("onsets")
    rng = np.random.default_rng(0)
    noise = rng.random((*level.strength.shape[1:], 200)).astype(np.float32)[:, None]
    p = p_values(level, noise, 500, 0)[number]
    assert np.mean(p < 0.05) < 0.12  # 200 of the null: about 0.05
    ideal = (level.contrast[number] > 0).astype(np.float32)[:, None, :, None]
    assert p_values(level, ideal, 500, 0)[number, 0] == pytest.approx(1 / 501)


def test_q_values_are_benjamini_and_hochbergs() -> None:
    p = np.random.default_rng(0).random((5, 7)) ** 3
    p[1, 2] = np.nan  # not asked, and not counted
    asked = np.sort(p[np.isfinite(p)])
    # The least share of false discoveries at which a p value would still be one.
    shares = [min(1, value * len(asked) / np.sum(asked <= value)) for value in asked]
    for value, q in zip(p.ravel(), q_values(p).ravel(), strict=True):
        if np.isnan(value):
            assert np.isnan(q)
        else:
            assert q == pytest.approx(min(np.array(shares)[asked >= value]))
    assert np.isnan(q_values(np.full((2, 2), np.nan))).all()


def test_marks_lie_on_the_rows_of_any_front_end() -> None:
    mel = MelDecibels(bands=10)  # 0.1 s at 8 kHz
    tone = aj.Clip(0.5 * np.sin(2 * np.pi * 1300 * np.arange(800) / 8000), 8000)
    heard = analyse(tone, mel)
    assert heard.magnitude.shape == heard.picture.shape == mel.shape
    np.testing.assert_array_equal(
        heard.magnitude[:, 5:-5].argmax(axis=0), np.abs(mel.axes.hz - 1300).argmin()
    )
    marks = marks_of(tone, heard)
    assert {one.present.shape for one in marks.values()} == {(1, mel.shape[1]), mel.shape}
    assert all(one.strength.shape[1:] == mel.shape for one in marks.values())
    e = marks["pitch class E"]  # 1319 Hz
    assert e.present[0, 5:-5].mean() > 0.5


def test_marks_are_where_the_truth_says() -> None:
    for probe in stimuli(11_025, kinds=["clicks", "noise", "bass", "drums"]):
        heard = analyse(probe.clip, FRONT)
        marks = marks_of(probe, heard)
        onsets = marks["onsets"].present[0]
        if probe.kind == "clicks":
            loud = [one.time for one in probe.strokes if one.level_db > -40]
            frames = np.round(np.array(loud) / heard.hop).astype(int)
            assert onsets[frames].all()
        away = np.abs(heard.times[:, None] - probe.onsets).min(axis=1) > 0.25
        assert not onsets[away & (heard.times > 0.3)].any() or probe.kind == "noise"
        for name, mark in marks.items():
            assert not (mark.present & mark.absent).any(), name
            assert mark.strength.shape[1:] == heard.picture.shape
            assert (mark.strength >= 0).all()
        if probe.kind == "bass" and probe.attributes["bass"] == "absent":
            assert not marks["bass"].present.any()
        drums = {stroke.kind for stroke in probe.strokes}
        for drum in ("kick", "snare", "hat"):
            assert marks[drum].present.any() == (drum in drums)


def test_clips_without_truth_are_estimated() -> None:
    """On sounds whose truth is known, the estimate mostly agrees."""
    agree, asked = 0, 0
    for probe in stimuli(11_025, kinds=["clicks", "drums", "tempo"]):
        heard = analyse(probe.clip, FRONT)
        truth = marks_of(probe, heard)["onsets"]
        guess = marks_of(probe.clip, heard)["onsets"]
        both = (truth.present | truth.absent) & (guess.present | guess.absent)
        agree += int((truth.present == guess.present)[both].sum())
        asked += int(both.sum())
    assert asked > 200
    assert agree / asked > 0.8
    found = gather([aj.example_clips()["hiphop"]], FRONT, one_layer().network)
    assert found.pictures.shape == (1, 257, 173)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"networks": 3}, "20 or more"),
        ({"draws": 10}, "100 or more"),
        ({"sounds": []}, "no sounds"),
    ],
)
def test_bad_input_is_refused_in_words(change: dict, words: str) -> None:
    told = {"sounds": [make_noise(0.37)], "progress": False} | change
    with pytest.raises(ValueError, match=words):
        aj.dissect(make_model(), **told)


def test_a_dead_layer_has_no_names(evidence: Evidence, luck: Chance) -> None:
    model = one_layer()
    tensors = {name: 0 * value for name, value in model.network.tensors.items()}
    found = dissect_by(with_tensors(model, tensors), evidence, luck, draws=100)
    assert list(found) == []
    assert found.named == []
    assert len(found.figure().axes) == 2
