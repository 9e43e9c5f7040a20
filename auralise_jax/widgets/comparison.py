"""Side by side: one feature under several rules, in several clips, or of several models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets

from auralise_jax.audio import Clip
from auralise_jax.languages import language
from auralise_jax.listening import Listening
from auralise_jax.network import Model, load_model
from auralise_jax.network.rules import RULES, check_rule
from auralise_jax.widgets.address import Address, call, clip_address, listed, model_address
from auralise_jax.widgets.opening import find_song, free_name
from auralise_jax.widgets.panel import Panel
from auralise_jax.widgets.song import Song
from auralise_jax.widgets.variant import Variant

MOST = 4
"""The largest number of variants in a comparison."""


class Comparison(Panel):
    """A panel that shows one feature several times over one clock; made by `compare`.

    Layer and feature sliders move all rows. Traits are those of `Explorer`, but models and clips
    cannot be exchanged.
    """

    def __init__(
        self, variants: Sequence[Variant], title: str, called: dict[str, str], **traits: Any
    ) -> None:
        self._title, self._called = title, called
        super().__init__(variants, **traits)

    def _more_facts(self) -> dict[str, Any]:
        return {"title": self._title, **self._called}


def compare(
    model: Model | str | Path | Sequence[Model | str | Path] = "genre",
    clip: Clip | str | Path | Sequence[Clip | str | Path] = "bach",
    *,
    layer: int | str = 3,
    feature: int = 0,
    rule: str | Sequence[str] = RULES,
    start: float = 0.0,
    resynthesis: str = "phase",
    position: str = "all",
    lang: str | None = None,
) -> Comparison:
    """Show one feature several times, side by side, with players on one clock.

    Give a list to just one of `model`, `clip` and `rule`; the default is all three rules. Rules
    differ only at the ReLUs between a layer's maps and the picture: where a layer has none but
    the ReLU at its end, as layer 1 of the paper's CNN, all rules give the same projection.

    Parameters
    ----------
    model : Model, str or Path, or several
        For example the same network before and after training, or `random_model` of it.
    clip : Clip, str or Path, or several
        Each of several clips has its source beside its feature.
    layer, feature, start, resynthesis, position, lang
        As in `explore`.
    rule : str, or several
        ``"deconvnet"``, ``"gradient"``, ``"guided"``.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If more than one of the three is a list, a list is empty or has more than four entries, or
        the models' front ends differ; or as `explore` does.
    FileNotFoundError, IsADirectoryError, OSError
        If a file is missing or cannot be read.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.compare("genre", ["bach", "dance"], rule="deconvnet", layer=3) as panel:
    ...     panel.facts["title"]
    'genre: Bach, Prelude in C | Dance'
    """
    lang = language(lang)
    given, sounds = _several(model, Model), _several(clip, Clip)
    models = [m if isinstance(m, Model) else load_model(m) for m in given]
    clips = [find_song(c) for c in sounds]
    rules = [check_rule(each) for each in _several(rule, str)]
    if len(models) > 1 or len(clips) > 1:
        rules = rules[:1] if rule is RULES else rules
    counts = [len(models), len(clips), len(rules)]
    if sum(count > 1 for count in counts) > 1:
        raise ValueError("only one of model, clip and rule may be a list; the others stay the same")
    if max(counts) > MOST:
        raise ValueError(f"at most {MOST} can stand side by side, not {max(counts)}")
    first = models[0]
    for other in models[1:]:
        if other.frontend != first.frontend:
            raise ValueError(
                f"models side by side need the same front end; {first.name!r} and {other.name!r} "
                "differ"
            )
    variants: list[Variant] = []
    for each in models:
        for sound in clips:
            heard = Listening(each, sound, start)
            if len(rules) > 1:
                variants += [Variant(heard, known, known) for known in rules]
            else:
                name = _name(each, sound, counts)  # the second of two equal names gets a number
                variants.append(
                    Variant(heard, name and free_name(name, [variant.name for variant in variants]))
                )
    number = first.number(layer)
    common = " / ".join(
        part
        for count, part in zip(counts, (first.name, clips[0].title or "clip"), strict=False)
        if count == 1
    )
    varied = " | ".join(variant.name for variant in variants)
    try:
        return Comparison(
            variants,
            f"{common}: {varied}" if varied else common,
            _call(given, sounds, rules),
            layer=number,
            feature=first.layer(number).check_feature(feature),
            rule=rules[0],
            resynthesis=resynthesis,
            position=position,
            lang=lang,
        ).kept()
    except traitlets.TraitError as error:
        raise ValueError(str(error)) from None


def _several(given: Any, kind: type) -> tuple[Any, ...]:
    several = (given,) if isinstance(given, (kind, str, Path)) else tuple(given)
    if not several:
        raise ValueError("an empty list leaves nothing to show")
    return several


def _call(models: Sequence[Any], clips: Sequence[Any], rules: Sequence[str]) -> dict[str, str]:
    """Return the facts about the line of code that opens this comparison."""
    parts = [listed([model_address(m) for m in models]), listed([clip_address(c) for c in clips])]
    if len(rules) > 1:
        parts.append(Address(f"rule={json.dumps(rules)}"))
    return call("aj.compare", parts)


def _name(model: Model, clip: Song, counts: Sequence[int]) -> str:
    if counts[0] > 1:
        return model.name
    return clip.title or "clip" if counts[1] > 1 else ""
