"""Languages that the controls of panels and pages speak: one table, written in ``js/words``."""

from __future__ import annotations

import functools
import json
from typing import Any

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


def speech(lang: str | None) -> dict[str, Any]:
    """Return the traits by which a panel speaks a language; None is that of `set_options`."""
    spoken = language(lang)
    return {"_lang": spoken, "_words": {} if spoken == "en" else words(spoken)}
