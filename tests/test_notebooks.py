"""The course runs from top to bottom, its exercises check themselves, and no output is kept."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from course import COURSE, EXERCISES, check_claims, not_checked, solution, solve, tagged
from course_claims import CLAIMS, FACTS
from hiding import environment_without_tools
from nbclient import NotebookClient

import auralise_jax as aj
from auralise_jax.insight.chance import Chance, chance
from auralise_jax.insight.dissection import LEAST_AUC, default_sounds, dissect_by
from auralise_jax.insight.evidence import Evidence, gather

CHANCE = Path(__file__).parent / "data" / "chance.npz"

# Only these two ask the synthesiser; the others run on shipped clips and the additive engine.
RUNS = [pytest.param(path, True, id=path.stem) for path in COURSE] + [
    pytest.param(path, False, id=f"{path.stem} without FluidSynth")
    for path in COURSE
    if path.stem.startswith(("02", "04"))
]


def test_there_is_a_course() -> None:
    assert [path.name for path in COURSE] == [
        "00_hear_a_feature.ipynb",
        "01_five_layers_of_a_song.ipynb",
        "02_teach_a_cnn_genres.ipynb",
        "03_build_a_deconvnet_by_hand.ipynb",
        "04_key_chord_instrument.ipynb",
        "05_an_atlas_of_your_music.ipynb",
        "06_your_own_network.ipynb",
        "07_a_song_and_a_cause.ipynb",
    ]


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_no_outputs_are_kept(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_every_number_that_may_change_is_checked(path: Path) -> None:
    claims = CLAIMS.get(path.stem[:2], [])
    cells = nbformat.read(path, as_version=4).cells
    assert [one for cell in cells for one in not_checked(cell, claims, FACTS)] == []
    text = [" ".join(cell.source.split()) for cell in cells]
    assert all(any(claim.says in cell for cell in text) for claim in claims)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """What `aj.dissect` scores features on, taken apart once."""
    model = aj.load_model("genre")
    return gather(default_sounds(model), model.frontend, model.network)


def test_a_hundred_random_networks_leave_names_to_the_trained_one_alone(evidence: Evidence) -> None:
    with np.load(CHANCE) as kept:
        bar = Chance(kept["best"], kept["clear"])
    model = aj.load_model("genre")
    random = aj.random_model(model, seed=1000)  # it had no part in setting the bar
    trained, untrained = (dissect_by(one, evidence, bar, draws=1000) for one in (model, random))
    assert trained.named
    assert all(one.auc >= LEAST_AUC and one.excess > 1 for one in trained.named)
    assert untrained.named == []


def test_the_kept_scores_are_those_of_random_networks(evidence: Evidence, monkeypatch) -> None:
    monkeypatch.setattr("auralise_jax.insight.chance.LEAST_NETWORKS", 2)
    found = chance(aj.load_model("genre"), evidence, 2, least_auc=LEAST_AUC)
    with np.load(CHANCE) as kept:
        for name, scores in (("best", found.best), ("clear", found.eligible)):  # in float32
            np.testing.assert_allclose(scores, kept[name][:, :2], rtol=1e-4, atol=1e-4)


def leave_out_what_no_synthesiser_plays(notebook: Any, stem: str) -> None:
    """Keep what asks for music: the training of notebook 2 and the drums of notebook 4 do not."""
    if stem == "02":
        place = next(n for n, cell in enumerate(notebook.cells) if "aj.train(" in cell.source)
        played = r"aj\.compose\("
    else:
        place = next(n for n, cell in enumerate(notebook.cells) if "aj.stimuli(" in cell.source)
        played = r"\b(probes|clips|attributes|by_chance|projected|yours|mean_r|aj\.probe)\b"
    kept = [
        cell
        for cell in notebook.cells[place:]
        if cell.cell_type == "code" and re.search(played, cell.source)
    ]
    if stem == "02":  # its last music is composed in the cell that evaluates
        (cell,) = kept
        cell.source = cell.source.splitlines()[0]
    notebook.cells[place:] = kept


KEPT = f"""from auralise_jax.insight import dissection
from auralise_jax.insight.chance import Chance

with np.load({str(CHANCE)!r}) as kept:
    forty = Chance(kept["best"][:, :40], kept["clear"][:, :40])


def gathered_once(gather):
    kept = []

    def kept_or_gathered(*asked, **settings):
        kept[:] = kept or [gather(*asked, **settings)]
        return kept[0]

    return kept_or_gathered


dissection.gather = gathered_once(dissection.gather)
"""

SHORTER = {
    # A twelfth of the music, a thirtieth of the steps.
    "02": {
        "pieces=72, families=range(72)": "pieces=6, families=range(6)",
        "steps=600, batch=16, validate_every=50": "steps=20, batch=16, validate_every=5",
        "pieces=24, families=range(72, 96)": "pieces=2, families=range(72, 74)",
    },
    # Forty of the networks whose scores are kept, two of which are scored again above; the sounds
    # are taken apart once for all that is dissected.
    "04": {
        "dissected = aj.dissect(model, networks=40, ": (
            f"{KEPT}dissected = aj.dissect(model, chance_of=forty, "
        ),
    },
}


def shorten(notebook: Any, stem: str) -> None:
    """Do the same in less time, by `SHORTER`."""
    for before, after in SHORTER.get(stem, {}).items():
        places = [cell for cell in notebook.cells if before in cell.source]
        assert len(places) == 1, before
        places[0].source = places[0].source.replace(before, after)


@pytest.mark.parametrize(("path", "fluidsynth"), RUNS)
def test_it_runs_and_what_it_says_holds(
    path: Path, fluidsynth: bool, tmp_path: Path, tmp_path_factory, monkeypatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    # Networks of other people are not here, unless the variable says where: then claims hold them.
    monkeypatch.setenv("AURALISE_MODELS", os.environ.get("AURALISE_MODELS", str(tmp_path / "none")))
    if not fluidsynth:
        hidden = environment_without_tools(tmp_path_factory.mktemp("without"))
        for name, value in hidden.items():
            monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    stem = path.stem[:2]
    if stem in EXERCISES and fluidsynth:
        try_mistakes(notebook, WRONG[stem])
    elif stem in EXERCISES:
        solve(notebook)
    shorten(notebook, stem)
    check_claims(notebook, CLAIMS.get(stem, []))
    if not fluidsynth:
        leave_out_what_no_synthesiser_plays(notebook, stem)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr" and "Warning" in o.get("text", "")]
    for output in outputs:
        data = output.get("data", {})
        assert "image/png" in data or not data.get("text/plain", "").startswith("<Figure"), data
    widgets = [
        o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})
    ]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    sounds = [o for o in outputs if "<audio" in o.get("data", {}).get("text/html", "")]
    if path.stem.startswith("00"):
        assert len(widgets) >= 2
        assert pictures
        assert (tmp_path / "my_feature.wav").exists()
        assert (tmp_path / "my_features.html").stat().st_size > 100_000
    if path.stem.startswith("01"):
        assert len(widgets) == 1
        assert len(pictures) >= 7
        assert len(sounds) >= 20
    if path.stem.startswith("02"):
        assert len(sounds) >= 3
    if path.stem.startswith("02") and fluidsynth:
        assert len(pictures) >= 4
        assert (tmp_path / "my_genres.manifest.csv").exists()
    if path.stem.startswith("03"):
        assert len(pictures) == 1
        assert len(sounds) == 2
    if path.stem.startswith("04"):
        assert len(pictures) == (6 if fluidsynth else 5)
        assert len(sounds) == (9 if fluidsynth else 4)  # a panel is one, too
        assert len(widgets) >= (2 if fluidsynth else 1)
    if path.stem.startswith("05"):
        assert len(pictures) == 1
        assert len(sounds) == 10
        assert [one.name for one in tmp_path.iterdir() if one.name != "ipython"] == ["my_atlas"]
        assert (tmp_path / "my_atlas" / "atlas" / "index.html").exists()
    if path.stem.startswith("06"):
        assert len(widgets) >= 3
        assert len(sounds) >= 5
    if path.stem.startswith("07"):
        assert len(widgets) == 2
        assert len(pictures) == 5
        assert len(sounds) >= 10
        assert [one.name for one in tmp_path.iterdir()] == ["ipython"]


@pytest.mark.parametrize("stem", EXERCISES)
def test_every_exercise_has_a_check_and_a_solution_under_it(stem: str) -> None:
    cells = nbformat.read(EXERCISES[stem], as_version=4).cells
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", []) if tag != "show"]
    assert tags == ["exercise", "check", "solution"] * len(WRONG[stem])
    for number, place in enumerate(n for n, cell in enumerate(cells) if tagged(cell, "exercise")):
        assert [tagged(c, t) for c, t in zip(cells[place : place + 3], tags, strict=False)] == [
            True
        ] * 3
        assert f"**Exercise {number + 1}.**" in cells[place - 1].source
        assert f'NotImplementedError("exercise {number + 1}: ' in cells[place].source
        assert "print(" in cells[place + 1].source.splitlines()[-1]


def swap(before: str, after: str) -> Callable[[str], str]:
    """Return an edit that spoils a solution in one place."""

    def edit(code: str) -> str:
        assert code.count(before) == 1, (before, code)
        return code.replace(before, after)

    return edit


# What is typically written instead, by notebook and exercise, and a part of what the check must
# say to it.
WRONG: dict[str, dict[int, list[tuple[Callable[[str], str], str]]]] = {
    "03": {
        1: [
            (
                swap('if rule != "deconvnet":', "if True:"),
                "deconvnet: .* What you wrote is the guided rule",
            ),
            (
                swap('if rule != "deconvnet":', 'if rule == "gradient":'),
                "guided: .* What you wrote is the deconvnet rule",
            ),
            (swap('if rule != "gradient":', "if True:"), "gradient: .* is the guided rule"),
            (swap("return (g,)", "return g"), "return a tuple with one entry"),
        ],
        2: [
            (
                swap("windows.argmax(axis=-1)", "3 - windows[..., ::-1].argmax(axis=-1)"),
                "ties go to the first place, .* yours went to the last",
            ),
            (swap("(0, 2, 4, 1, 3)", "(0, 2, 4, 3, 1)"), "place 2, you say 1"),
            (
                swap("x[: 2 * freq, : 2 * time]", "x"),
                "drop the odd last row and column first",
            ),
        ],
        3: [
            (
                swap("switches[..., None] == jnp.arange(4)", "jnp.full(4, True)"),
                "that is upsampling",
            ),
            (
                swap(
                    "jnp.pad(spread, [(0, shape[0] - 2 * freq), (0, shape[1] - 2 * time), (0, 0)])",
                    "spread",
                ),
                "3 x 3 must come back, not 2 x 2",
            ),
            (swap("[(0, shape[0] - 2 * freq)", "[(shape[0] - 2 * freq, 0)"), "stand at the end"),
            (swap("(0, 3, 1, 4, 2)", "(0, 4, 1, 3, 2)"), "wanted 0 0 / 7 0"),
        ],
        4: [
            (swap("kernel[::-1, ::-1].swapaxes(2, 3)", "kernel"), "the kernel is as it was"),
            (swap("kernel[::-1, ::-1]", "kernel"), "must be flipped too"),
            (swap(".swapaxes(2, 3)", ""), "must be swapped too"),
            (swap("[::-1, ::-1]", "[::-1]"), "time is not flipped"),
        ],
        5: [
            (
                swap(
                    "max_pool(relu(convolve(x, kernel) + bias, rule))",
                    "relu(max_pool(convolve(x, kernel) + bias), rule)",
                ),
                "you took the switches before ReLU",
            ),
            (
                swap(
                    "max_pool(relu(convolve(x, kernel) + bias, rule))",
                    "max_pool(relu(convolve(x, kernel), rule)) + bias",
                ),
                "bias, then ReLU",
            ),
            (swap("+ bias, rule)", '+ bias, "deconvnet")'), "pass the rule on to relu"),
        ],
        6: [
            (swap(".set(maps[..., feature])", ".set(1)"), "the seed is 1 everywhere in the map"),
            (swap("back(seed)", "back(maps)"), "all maps are in the seed"),
            (swap("layer, rule)", 'layer, "guided")'), "feature 3-\\d+, deconvnet: off by"),
        ],
        7: [
            (swap("np.maximum(projection, 0)", "np.abs(projection)"), "do not take the size"),
            (swap("np.maximum(projection, 0)", "projection"), "never negative: rectify"),
            (swap("np.expm1(rectified", "(rectified"), "still in the model's domain"),
            (
                swap(
                    "np.expm1(rectified * picture.max() / rectified.max())",
                    "np.expm1(rectified) * np.expm1(picture.max()) / np.expm1(rectified.max())",
                ),
                "scale first, then undo",
            ),
            (swap(" * picture.max() / rectified.max()", ""), "in the model's domain your peak is"),
        ],
        8: [
            (swap("magnitude * phase", "magnitude + 0j"), "without a phase"),
            (swap(", length=len(samples))", ")"), "44100 real samples should come out"),
            (swap("np.exp(1j * np.angle(spectrum))", "spectrum"), "is it the source's phase"),
        ],
    },
    "04": {
        1: [
            (
                swap(
                    "one[name] != two[name] and others(one) == others(two)",
                    "one[name] != two[name]",
                ),
                "the chord must agree",
            ),
            (swap("one[name] != two[name] and ", ""), "they must differ in it"),
            (swap("enumerate(attributes[:j])", "enumerate(attributes)"), "each pair once"),
        ],
        2: [
            (
                swap("results - results.mean(axis=1, keepdims=True)", "results"),
                "mean of each",
            ),
            (swap(" if living[i] and living[j]", ""), "leave the pair out"),
            (
                swap(
                    "living = results.std(axis=1) > 0",
                    "living, size = size >= 0, np.maximum(size, 1e-9)",
                ),
                "do not count it as 0",
            ),
        ],
        3: [
            (swap("larger + 0.5 * equal", "larger"), "a tie counts half"),
            (swap("larger + 0.5 * equal", "larger + equal"), "a tie counts half"),
            (swap(" > absent", " < absent"), "each of the first exceeds"),
        ],
        4: [
            (swap(">= found[0]", "> found[0]"), "never 0"),
            (
                swap(
                    "np.roll(present, shift) for shift in range(len(present))",
                    "np.random.default_rng(seed).permutation(present) if seed else present "
                    "for seed in range(999)",
                ),
                "do not shuffle",
            ),
            (swap("range(len(present))", "range(5)"), "0.25, not 0.4"),
        ],
    },
    "07": {
        1: [
            (swap("-values", "values"), "the largest value, 0.9, is that of the window at 2 s"),
            (swap(" and all(", " or all("), "overlap: keep only 2 s"),
            (swap(">= seconds", "> seconds"), "only touch: both may be taken"),
            (swap("return taken", "return sorted(taken, key=abs)[::-1]"), "at \\[4.0\\]"),
            (swap("len(taken) < n and ", ""), "no more than n"),
        ],
        2: [
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "np.log(odds(heard.predict())) "
                    "- np.log(odds(heard.predict(mute=[(layer, feature)])))",
                ),
                "after less before",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "heard.predict(mute=[(layer, feature)])[genre] - heard.predict()[genre]",
                ),
                "the change of the share: take log odds",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "odds(heard.predict(mute=[(layer, feature)])) - odds(heard.predict())",
                ),
                "the change of the odds: take np.log",
            ),
            (
                swap(
                    "np.log(odds(heard.predict(mute=[(layer, feature)]))) "
                    "- np.log(odds(heard.predict()))",
                    "np.log(heard.predict(mute=[(layer, feature)])[genre]) "
                    "- np.log(heard.predict()[genre])",
                ),
                "log odds are not the log of the share",
            ),
        ],
        3: [
            (
                swap(".choice(values, ", ".permuted(np.tile(values, (draws, 1)), axis=1).reshape("),
                "draw with replacement",
            ),
            (swap("drawn.mean(axis=1)", "drawn"), "of the means, not of the values"),
            (swap("len(values)", "10"), "near .40 to .60"),
            (swap("[0.025, 0.975]", "[0.25, 0.75]"), "near .40 to .60"),
        ],
    },
}


def try_mistakes(notebook: Any, wrong: dict[int, list[tuple[Callable[[str], str], str]]]) -> None:
    """Put every solution in the place of its exercise, after the gap and what else a student tries.

    The exercise's check must refuse each of them in its words, and take the solution.
    """
    code = nbformat.v4.new_code_cell
    cells, number = [code(REFUSED)], 0
    for place, cell in enumerate(notebook.cells):
        if tagged(cell, "exercise"):
            number += 1
            check, answer = (notebook.cells[place + n] for n in (1, 2))
            tries = [(cell.source, "NotImplementedError", f"^exercise {number}: ")]
            for spoil, message in wrong[number]:
                tries.append((spoil(solution(answer)), "AssertionError", message))
            cells += [
                code(f"{source}\n\n\nrefused({check.source!r}, {kind}, {message!r})")
                for source, kind, message in tries
            ]
            cell.source = solution(answer)
        cells.append(cell)
    assert number == len(wrong)
    notebook.cells = cells


REFUSED = """import pytest


def refused(check, kind, message):
    with pytest.raises(kind, match=message):
        exec(compile(check, "cell", "exec"), globals())
"""
