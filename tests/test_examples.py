"""Every public name has an example, and examples are run: they are doctests."""

import inspect
import re

import pytest

import auralise_jax as aj

FUNCTIONS = [name for name in aj.__all__ if callable(getattr(aj, name))]


def example_of(name: str) -> str:
    """Return the docstring that shows how a public name is used: its own, or its maker's."""
    about = inspect.getdoc(getattr(aj, name)) or ""
    maker = re.search(r"\b[Mm]ade by\s+`(\w+)`", about)
    return about if ">>>" in about or maker is None else example_of(maker[1])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_and_class_has_an_example(name: str) -> None:
    example = re.search(r"^Examples\n-+\n\n?(?:.*\n)*?>>> ", example_of(name), re.MULTILINE)
    assert example, f"aj.{name} has no example in its docstring, nor in that of what makes it"


def test_examples_are_run(pytestconfig: pytest.Config) -> None:
    run = (pytestconfig.rootpath / "tests" / "run.sh").read_text("utf-8")
    assert "--doctest-modules --pyargs auralise_jax" in run
