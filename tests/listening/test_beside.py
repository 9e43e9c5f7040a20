"""Source and features side by side."""

import base64
import io
import re

import numpy as np
import pytest
import soundfile

import auralise_jax as aj


@pytest.fixture
def shots(tiny_heard: aj.Listening) -> list[aj.Projection]:
    """The features that sound."""
    return [shot for shot in tiny_heard.projections(1) if not shot.silent]


def test_all_pictures_have_one_axis_and_one_scale(
    tiny_heard: aj.Listening, shots: list[aj.Projection]
) -> None:
    *tiles, bar = aj.side_by_side(*shots[:3]).figure.axes
    assert len(tiles) == 1 + len(shots[:3]) > 1
    assert {axes.get_xlim() for axes in tiles} == {(0, tiny_heard.clip.duration)}
    assert len({axes.get_ylim() for axes in tiles}) == 1
    assert {axes.images[0].get_clim() for axes in tiles} == {(-80, 0)}
    assert [axes.images[0].get_array().max() for axes in tiles] == pytest.approx(
        [0] * len(tiles), abs=0.1
    )
    assert bar.get_ylabel() == "dB re peak of the source"


def test_every_player_plays_its_own_sound(
    tiny_heard: aj.Listening, shots: list[aj.Projection]
) -> None:
    shot = shots[0]
    shown = aj.side_by_side(mine=shot)
    found = re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", shown._repr_html_())
    played = [soundfile.read(io.BytesIO(base64.b64decode(sound)))[0] for sound in found]
    for sound, wanted in zip(played, [tiny_heard.clip, shot.auralise()], strict=True):
        np.testing.assert_allclose(sound, wanted.samples, atol=1 / 32768)


def test_features_of_the_same_name_are_told_apart(tiny_heard: aj.Listening) -> None:
    shot = tiny_heard.project(1, 0)
    assert list(aj.side_by_side(shot, shot).sounds) == [
        "source",
        shot.title,
        f"{shot.title} (2)",
    ]


def test_names_are_text(tiny_heard: aj.Listening) -> None:
    shown = aj.side_by_side(**{"<script>": tiny_heard.project(1, 0)})
    assert "<script>" not in shown._repr_html_()
    assert "&lt;script&gt;" in shown._repr_html_()


def test_another_source_is_refused(tiny_heard: aj.Listening) -> None:
    backwards = aj.Clip(tiny_heard.clip.samples[::-1].copy(), tiny_heard.clip.sample_rate)
    other = aj.listen(tiny_heard.model, backwards).project(1, 0)
    with pytest.raises(ValueError, match="'other' is of another source"):
        aj.side_by_side(tiny_heard.project(1, 0), other=other)


def test_there_must_be_one_to_six(tiny_heard: aj.Listening) -> None:
    with pytest.raises(ValueError, match="1 to 6 projections to be shown, not 0"):
        aj.side_by_side()
    with pytest.raises(ValueError, match="not 7"):
        aj.side_by_side(*[tiny_heard.project(1, 0)] * 7)


def test_a_silent_feature_says_so(tiny_heard: aj.Listening) -> None:
    silent = next(shot for shot in tiny_heard.projections(1) if shot.silent)
    assert f"{silent.title} (silent)" in aj.side_by_side(silent)._repr_html_()
