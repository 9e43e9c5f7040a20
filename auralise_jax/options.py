"""Options of the whole package: what a notebook or a course sets once, in its first cell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from auralise_jax.choices import one_of, whole

STILLS = ("page", "picture", "none")

LANGUAGES = ("en", "de", "fr")
"""English, German, French."""


@dataclass(frozen=True)
class Options:
    """What `set_options` sets.

    Attributes
    ----------
    still : {"page", "picture", "none"}
        What a notebook saves below a panel, to be seen where no kernel runs: a page that plays,
        with the feature shown and the strongest other features of its layer; a picture and two
        players; or nothing.
    still_kb : int
        The largest size of such a page, in kB of the notebook file: 1000 bytes each. The page has
        as many features as fit; if not even one does, the picture is saved.
    lang : {"en", "de", "fr"}
        Language of the controls of panels and pages: English, German or French.
    """

    still: str = "page"
    still_kb: int = 400
    lang: str = "en"

    def __post_init__(self) -> None:
        one_of("still", self.still, STILLS)
        one_of("lang", self.lang, LANGUAGES)
        if whole(self.still_kb) < 1:
            raise ValueError(f"still_kb must be a whole number of kB from 1, not {self.still_kb!r}")


_now = [Options()]


def options() -> Options:
    """Return the options in force."""
    return _now[0]


def set_options(**changes: Any) -> Options:
    """Set options for the panels made from now on; return all options as they are then.

    Parameters
    ----------
    still : {"page", "picture", "none"}
        What a notebook saves below a panel, to be seen where no kernel runs: a page that plays
        (the default), a picture and two players, or nothing.
    still_kb : int
        The largest size of that page, in kB of the notebook file; 400 by default.
    lang : {"en", "de", "fr"}
        Language of the controls of panels made from now on, of what is saved below them, and of
        pages and lessons: English (the default), German or French. Errors raised in Python stay
        English.

    Returns
    -------
    Options
        All options; call it without arguments to read them.

    Raises
    ------
    ValueError
        If there is no such option, or a value is not legal; the message lists what there is.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> aj.set_options(still="picture")
    Options(still='picture', still_kb=400, lang='en')
    >>> aj.set_options(still="page")
    Options(still='page', still_kb=400, lang='en')
    >>> aj.set_options(lang="de").lang
    'de'
    >>> aj.set_options(lang="en").lang
    'en'
    """
    known = [field.name for field in dataclasses.fields(Options)]
    if unknown := [name for name in changes if name not in known]:
        raise ValueError(f"there is no option {unknown[0]!r}; there are {', '.join(known)}")
    _now[0] = dataclasses.replace(_now[0], **changes)
    return _now[0]
