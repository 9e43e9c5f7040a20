"""The course runs from top to bottom, its exercises check themselves, and no output is kept."""

import ast
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from course import COURSE, EXERCISES, check_claims, not_checked, tagged
from course_claims import CLAIMS, FACTS
from course_mistakes import GUESSES, WRONG, try_guesses, try_mistakes
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
    elif fluidsynth:
        try_guesses(notebook, GUESSES[stem])
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
        assert len(pictures) >= 10
        assert len(sounds) >= 11
    if path.stem.startswith("02"):
        assert len(sounds) >= 3
    if path.stem.startswith("02") and fluidsynth:
        assert len(pictures) >= 3
        assert (tmp_path / "my_genres.manifest.csv").exists()
    if path.stem.startswith("03"):
        assert len(pictures) == 1
        assert len(sounds) == 3
    if path.stem.startswith("04"):
        assert len(pictures) == (7 if fluidsynth else 5)
        assert len(sounds) == (7 if fluidsynth else 4)  # a panel is one, too
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
        assert len(pictures) == 6
        assert len(sounds) >= 8
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
        assert "NotImplementedError(" in cells[place].source
        assert f"with aj.Exercise({number + 1}, " in cells[place + 1].source
        last = ast.parse(cells[place + 1].source).body[-1].body[-1]
        assert ast.unparse(last).startswith("exercise.right(")
        assert cells[place + 2].metadata["jupyter"] == {"source_hidden": True}


@pytest.mark.parametrize("stem", [path.stem for path in COURSE if path.stem[:2] not in EXERCISES])
def test_every_question_to_guess_has_a_check(stem: str) -> None:
    path = next(path for path in COURSE if path.stem == stem)
    checks = [c for c in nbformat.read(path, as_version=4).cells if tagged(c, "check")]
    assert len(checks) == len(GUESSES[stem[:2]])
    for number, cell in enumerate(checks, start=1):
        assert f"with aj.Exercise({number}) as exercise:" in cell.source


def rows_of_the_map(text: str) -> list[list[str]]:
    """Return the cells of a table whose rows begin with a notebook's number."""
    found = re.findall(r"^\| *(\d.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in found]


def test_the_maps_say_what_the_notebooks_say_of_themselves() -> None:
    """The maps of welcome page, notebook 0 and site, against the head of every notebook."""
    notebooks = COURSE[0].parent
    welcome = rows_of_the_map((notebooks / "Welcome.md").read_text("utf-8"))
    site = notebooks.parent / "docs" / "course" / "index.md"
    assert rows_of_the_map(site.read_text("utf-8")) == welcome
    (last,) = [
        rows
        for cell in nbformat.read(COURSE[0], as_version=4).cells
        if (rows := rows_of_the_map(cell.source))
    ]
    assert last == welcome
    assert len(welcome) == len(COURSE)
    for path, (number, name, time, machine, _) in zip(COURSE, welcome, strict=True):
        head = " ".join(nbformat.read(path, as_version=4).cells[0].source.split())
        title = re.fullmatch(r"\[(.+)\]\((.+)\)", name)
        assert title
        assert title[2] == path.name
        assert head.startswith(f"# {number} · {title[1]} *{time[0].upper()}{time[1:]}, ")
        assert f"of which two cores compute for {machine}" in head
