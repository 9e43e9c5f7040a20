"""The still picture of what is heard."""

import pytest

import auralise_jax as aj
from auralise_jax.listening.figure import heard_figure


@pytest.mark.parametrize("start", [0.0, 62.5])
def test_the_axis_says_the_place_in_the_clip(tiny_heard: aj.Listening, start: float) -> None:
    shot = tiny_heard.project(1, 0)
    end = start + tiny_heard.clip.duration
    for axes in heard_figure(shot, start=start).axes[:2]:
        assert axes.get_xlim() == pytest.approx((start, end))
        (image,) = axes.images
        left, right = image.get_extent()[:2]
        assert left == start
        assert right == pytest.approx(start + shot.source.frontend.seconds)
