"""Languages that a page's controls speak: one table of words, written in ``js/words``."""

from __future__ import annotations

import functools
import json

from auralise_jax.choices import one_of
from auralise_jax.document import static_text

LANGUAGES = ("en", "de", "fr")
"""English, German, French."""


@functools.cache
def words(lang: str) -> dict[str, str]:
    """Return the words of a language by their keys.

    Parameters
    ----------
    lang : {"en", "de", "fr"}
        The language.

    Raises
    ------
    ValueError
        If it is another.

    Examples
    --------
    >>> words("en")["play"], words("de")["play"], words("fr")["play"]
    ('Play', 'Wiedergabe', 'Lecture')
    >>> words("it")
    Traceback (most recent call last):
        ...
    ValueError: lang must be one of en, de, fr, not 'it'
    """
    column: dict[str, str] = json.loads(
        static_text("widgets", f"words_{one_of('lang', lang, LANGUAGES)}.json")
    )
    return column
