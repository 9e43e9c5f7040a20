"""Models that a command names: a shipped one, a file, or an object in a Python module."""

from __future__ import annotations

import importlib
import sys
import sysconfig
import traceback
from pathlib import Path

import auralise_jax as aj


def find_model(named: str, *, live: bool = False) -> aj.Model:
    """Return the model that a command names.

    Parameters
    ----------
    named : str
        A name that `load_model` knows, the path of a model file, or ``"module:object"``: a `Model`
        in a module that lies in the current folder or is installed. A file of that name wins over a
        module.
    live : bool
        Whether it has to compute in a page.

    Raises
    ------
    ImportError
        If there is no such module, or an import in it fails.
    ValueError
        If running the module fails, it has no such object, the object is no `Model`, or the model
        cannot compute in a page and has to; or as `load_model` does.
    OSError
        As `load_model` does.

    Examples
    --------
    >>> find_model("genre").classes
    ('ballad', 'dance', 'hip-hop')
    """
    place = _in_module(named)
    model = aj.load_model(named) if place is None else _import_model(*place)
    if live:
        from auralise_jax.widgets.computing_models import check_page_model

        check_page_model(model)  # before it hears anything
    return model


def as_given(named: str, model: aj.Model) -> str | aj.Model:
    """Return what Python code would be given for a model: its name or path, or the model itself."""
    return named if _in_module(named) is None else model


def _in_module(named: str) -> tuple[str, str] | None:
    """Return module and object, or None where a file or a shipped model is meant."""
    module, colon, name = named.partition(":")
    dotted = [part.isidentifier() for part in (*module.split("."), *name.split("."))]
    if not colon or not all(dotted) or Path(named).exists():
        return None
    return module, name


def _place(error: Exception) -> str:
    """Return file and line of what failed in the user's own code, or wherever that is not known."""
    lines = traceback.extract_tb(error.__traceback__)[::-1]
    installed = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    theirs = ("<", *installed, str(Path(aj.__file__).parent))
    own = [line for line in lines if not line.filename.startswith(theirs)]
    line = (own or lines)[0]
    return f"{line.filename}, line {line.lineno}"


def _import_model(module: str, name: str) -> aj.Model:
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the module is there, and imports another that is not
        raise ImportError(
            f"there is no Python module {module}, neither in {here} nor among those installed"
        ) from None
    except (ImportError, KeyboardInterrupt):
        raise
    except Exception as error:
        # A syntax error says itself where it is.
        place = "" if isinstance(error, SyntaxError) else f" ({_place(error)})"
        raise ValueError(
            f"module {module} cannot be run: {type(error).__name__}: {error}{place}"
        ) from error
    finally:
        sys.path.remove(here)
    model: object = found
    for part in name.split("."):
        model = getattr(model, part, None)
    if not isinstance(model, aj.Model):
        known = [key for key, value in vars(found).items() if isinstance(value, aj.Model)]
        there = f"its models are {', '.join(known)}" if known else "it holds no model by any name"
        what = (
            "no such object" if model is None else f"of the type {type(model).__name__}, no Model"
        )
        raise ValueError(f"{module}:{name} is {what}; {there}")
    return model
