"""Languages that panels and pages speak: one table of words, written in ``js/words``."""

from __future__ import annotations

import functools
import json

from auralise_jax.choices import one_of
from auralise_jax.document import static_text
from auralise_jax.options import LANGUAGES, options


def language(lang: str | None) -> str:
    """Return a language that is known; of None, that of `set_options`.

    Raises
    ------
    ValueError
        If it is another.

    Examples
    --------
    >>> language("fr"), language(None)
    ('fr', 'en')
    """
    return options().lang if lang is None else str(one_of("lang", lang, LANGUAGES))


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


def local(number: str, lang: str) -> str:
    """Return a number with the decimal point or comma of a language.

    Examples
    --------
    >>> local("0.42", "en"), local("0.42", "fr")
    ('0.42', '0,42')
    """
    return number if lang == "en" else number.replace(".", ",")
