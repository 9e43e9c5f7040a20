"""Exercises say what is right or what to look at again, and never stop a notebook."""

import pytest

import auralise_jax as aj


def double(x: float) -> float:
    return 2 * x


def test_what_is_right_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with aj.Exercise(3, double) as exercise:
        assert double(2) == 4
        exercise.right("doubled")
    assert exercise.solved
    assert capsys.readouterr().out == "Exercise 3, right: doubled\n"


def test_what_is_wrong_is_said_and_the_notebook_goes_on() -> None:
    with aj.Exercise(1) as exercise:
        raise AssertionError("2 doubled is 4")  # as `assert` does where pytest does not rewrite it
    assert not exercise.solved
    assert (exercise.state, exercise.says) == ("look again", "2 doubled is 4")


def test_a_check_without_words_says_so() -> None:
    with aj.Exercise(1) as exercise:
        raise AssertionError
    assert exercise.says == "the check does not hold"


def test_a_failure_after_right_counts() -> None:
    with aj.Exercise(1) as exercise:
        exercise.right("too early")
        raise AssertionError("again")
    assert (exercise.state, exercise.says) == ("look again", "again")


def test_what_is_not_done_is_open() -> None:
    with aj.Exercise(1) as exercise:
        raise NotImplementedError("return twice x")
    assert (exercise.state, exercise.says) == ("open", "return twice x")


def test_any_other_error_is_shown_whole() -> None:
    with aj.Exercise(1) as exercise:
        double(None)
    assert exercise.state == "look again"
    assert exercise.says.startswith("your code stopped with TypeError: unsupported operand")
    assert "in double" in repr(exercise)
    assert "return 2 * x" in exercise._repr_html_()


def test_an_interrupt_stops_all_the_same() -> None:
    with pytest.raises(KeyboardInterrupt), aj.Exercise(1):
        raise KeyboardInterrupt


def test_a_check_without_a_verdict_is_a_mistake_of_the_notebook() -> None:
    with pytest.raises(RuntimeError, match=r"exercise 4 ends without right"), aj.Exercise(4):
        assert double(1) == 2


def test_the_given_solution_is_not_taken_for_the_readers() -> None:
    @aj.Exercise.solution
    def given(x: float) -> float:
        return 2 * x

    with aj.Exercise(1, given) as exercise:
        assert given(1) == 2
        exercise.right("never")
    assert not exercise.solved
    assert "Run your own cell above" in exercise.says


def test_what_is_said_is_text() -> None:
    with aj.Exercise(1) as exercise:
        raise AssertionError("<img src=x onerror=alert(1)>")
    assert "<img" not in exercise._repr_html_()
    assert "&lt;img src=x" in exercise._repr_html_()
    with aj.Exercise(1) as exercise:
        raise ValueError("<img src=x>")
    assert "<img" not in exercise._repr_html_()
