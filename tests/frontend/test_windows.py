"""Where windows begin."""

import pytest

from auralise_jax.frontend.windows import check_length, starts


@pytest.mark.parametrize("size", [1, 2, 7, 10])
def test_a_window_counts_if_half_of_it_is_sound(size) -> None:
    for count in range(4 * size):
        found = list(starts(count, size))
        half_full = [n for n in range(0, count, size) if count - n >= size / 2]
        assert found == (half_full or [0])


def test_less_than_half_a_window_is_too_short() -> None:
    check_length(50, 100, 11025)
    check_length(51, 101, 11025)
    with pytest.raises(ValueError, match=r"^too short: 1\.99 s, under half of 4 s$"):
        check_length(21900, 44100, 11025)
    with pytest.raises(ValueError, match=r"^too short: 0\.00 s, under half of 0\.37 s$"):
        check_length(50, 4079, 11025)
