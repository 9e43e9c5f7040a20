"""The page of one feature: its facts, its neighbours, and its excerpts to see and hear."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from auralise_jax.atlas.opened import Excerpt, Feature
from auralise_jax.document import data_url
from auralise_jax.insight.dissection import NEAREST
from auralise_jax.insight.dissection_rows import NO_CONCEPT

Rendering = tuple[dict[str, np.ndarray], dict[str, Any]]

_REMARKS = {
    "same": "",
    "moved": "In the plain forward pass rounding makes another cell of this window as strong; "
    "this one is shown.",
    "second": "This window has a stronger place, too: another excerpt, or within its field.",
    "missing": "The file has changed since the atlas was made; make the atlas again.",
    "unchecked": "",
}

_EDGE = "At its file's edge: the network sees no sound beyond, so this may be a cut, not music."

_BY_EFFECT = (
    "Ranked by effect: of the places where this feature responds most, the first are those where "
    "muting it in the whole window changes the prediction most. The effect is the change of the "
    "logit (the score before it becomes a probability) of the class that the network predicts in "
    "that window: below 0, the feature speaks for this class; above, against it. Beside it stands "
    "the same in the same network with random weights, for what that network predicts."
)

_CONTROL = (
    "The control: the same feature, muted in the same window in the same network with random "
    "weights, changes the logit of what that network predicts by so much"
)

_UNKNOWN = "Its effect is not known: the file changed while the atlas was made; make it again."


def feature_body(
    feature: Feature,
    renderings: Sequence[Rendering | None],
    before: str,
    after: str,
    pages: Collection[str],
    model: str,
    layer: str = "",
    *,
    rank: str = "activation",
) -> str:
    """Return what stands between the page's body tags.

    Parameters
    ----------
    feature : Feature
        The feature's responses.
    renderings : sequence of (arrays, facts) or None
        A rendering per excerpt, see `render`.
    before, after : str
        Names of the features beside it; empty at the ends.
    pages : collection of str
        Names of the features that have a page.
    model, layer : str
        Their names.
    rank : {"activation", "effect"}
        What ranks the excerpts.
    """
    by_effect = rank == "effect"
    return "\n".join(_body(feature, renderings, before, after, pages, model, layer, by_effect))


def _body(
    feature: Feature,
    renderings: Sequence[Rendering | None],
    before: str,
    after: str,
    pages: Collection[str],
    model: str,
    layer: str,
    by_effect: bool,
) -> Iterator[str]:
    yield '<nav class="way" aria-label="Features">'
    yield '<a href="../index.html">All features</a><span class="ends">'
    for name, words, relation in ((before, "Previous", "prev"), (after, "Next", "next")):
        if name:
            yield (
                f'<a rel="{relation}" href="{name}.html">{words}<span class="number"> {name}'
                "</span></a>"
            )
    yield "</span></nav>"
    yield '<main class="feature">'
    concept = concept_of(feature.notes)
    small = f" <small>{escape(concept)}</small>" if concept else ""
    yield f"<h1>Feature {feature.name}{small}</h1>"
    called = f", {escape(layer)}," if layer else ""
    yield f'<p class="quiet">Layer {feature.layer}{called} of {escape(model)}</p>'
    yield '<dl class="facts">'
    yield from _facts(feature)
    yield "</dl>"
    if feature.neighbours:
        yield '<section><h2>Neighbours</h2><p class="quiet">Features of this layer that respond '
        yield "to the same windows, with Pearson's r of their mean activations.</p>"
        yield '<ul class="near">'
        for number, r in feature.neighbours:
            name = f"{feature.layer}-{number}"
            linked = f'<a href="{name}.html">{name}</a>' if name in pages else name
            yield f'<li>{linked} <span class="quiet">r {signed(r)}</span></li>'
        yield "</ul></section>"
    yield f"<section><h2>{'Excerpts by effect' if by_effect else 'Strongest excerpts'}</h2>"
    if feature.dead:
        yield "<p>This feature responds nowhere in this corpus.</p></section></main>"
        return
    yield (
        '<p class="quiet">On the left is what was played, on the right what of it this feature '
        "responded to, in dB re the window's peak. The frame marks all that the strongest cell "
        "sees; picture and sound begin a second before it and end a second after it, where the "
        "file has that much. Sounds have the whole band. Feature sounds have the phase of the "
        "source and its loudness; the gain stands below.</p>"
    )
    if by_effect:
        yield f'<p class="quiet">{_BY_EFFECT}</p>'
    yield '<ol class="excerpts">'
    for excerpt, rendering in zip(feature.excerpts, renderings, strict=True):
        yield from _excerpt(excerpt, rendering, by_effect)
    yield "</ol></section></main>"


def _facts(feature: Feature) -> Iterator[str]:
    facts = {
        "Responds in": f"{100 * feature.share:.1f} % of the windows",
        "Mean activation": f"{feature.mean:.3g}",
    }
    if not feature.dead:
        facts["Largest activation"] = f"{feature.strongest:.3g}"
        if change := effect_of(feature.excerpts[0]):
            facts["Largest effect"] = change
    for name, text in (facts | dict(feature.notes)).items():
        if name != "name":
            yield f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"


def _excerpt(excerpt: Excerpt, rendering: Rendering | None, by_effect: bool) -> Iterator[str]:
    yield f'<li class="excerpt"><h3 title="{escape(excerpt.file)}">'
    yield f'<span class="rank">{excerpt.rank}</span> {_breakable(excerpt.file)}</h3>'
    yield f'<p class="spot"><span>{clock(excerpt.start)}&ndash;{clock(excerpt.end)}</span> '
    yield f"<span>{excerpt.low_hz:.0f}&ndash;{excerpt.high_hz:.0f} Hz</span> "
    yield f"<span>activation {excerpt.value:.3g}</span>{_effect(excerpt)}</p>"
    remarks = [_REMARKS.get(excerpt.cell, ""), _EDGE if excerpt.edge else ""]
    if by_effect and excerpt.effect is None:
        remarks.append(_UNKNOWN)
    if rendering is not None:
        arrays, facts = rendering
        where = f"excerpt {excerpt.rank}, {clock(facts['start'])} to {clock(facts['end'])}"
        band = f"{facts['low_hz'] / 1000:.1f}&ndash;{facts['high_hz'] / 1000:.1f}"
        yield '<div class="pair">'
        for name, word in (("source", "Source"), ("feature", "Feature")):
            yield f"<figure><figcaption>{word}, {band} kHz</figcaption>"
            yield picture(arrays[f"{name}_png"], facts["box"], f"Spectrogram, {name} of {where}")
            yield f'<audio controls preload="metadata" aria-label="{word} of {escape(where)}" '
            sound = data_url("audio/ogg", arrays[f"{name}_ogg"].tobytes())
            yield f'src="{sound}"></audio></figure>'
        yield "</div>"
        remarks.append(str(facts["note"]) or f"Feature's gain {facts['gain']}.")
    if text := " ".join(filter(None, remarks)):
        yield f'<p class="quiet remark">{escape(text)}</p>'
    yield "</li>"


def _effect(excerpt: Excerpt) -> str:
    if excerpt.effect is None:
        return ""
    what = (
        f"How the logit of {excerpt.class_name}, which the network predicts in this window, "
        "changes when the feature is muted in all of the window; below 0, the feature speaks for it"
    )
    text = f' <span title="{escape(what)}">effect {escape(effect_of(excerpt))}</span>'
    if excerpt.control is not None:
        control = f"random weights {signed(excerpt.control)}"
        text += f' <span class="quiet" title="{_CONTROL}">{control}</span>'
    return text


def effect_of(excerpt: Excerpt) -> str:
    """Return the effect of an excerpt in words; nothing if it is not known.

    Examples
    --------
    >>> from auralise_jax.atlas.opened import Excerpt
    >>> place = ("a.wav", 0.0, 0.1, 0.0, 172.0, 0, 0.0, 0, 0, 1.0, True, "same", "")
    >>> effect_of(Excerpt(1, 0, 1, *place, effect=-1.234, class_name="dance"))
    '−1.23 on dance'
    """
    return "" if excerpt.effect is None else f"{signed(excerpt.effect)} on {excerpt.class_name}"


def picture(png: np.ndarray, box: Sequence[float], label: str) -> str:
    """Return a spectrogram as SVG: the field framed, and a line that goes along with the sound."""
    left, width, bottom, height = box
    x, y, wide, high = (f"{100 * n:.2f}" for n in (left, 1 - bottom - height, width, height))
    return (
        f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 100 100" '
        'preserveAspectRatio="none"><image width="100" height="100" preserveAspectRatio="none" '
        f'href="{data_url("image/png", png.tobytes())}"/>'
        f'<rect x="{x}" y="{y}" width="{wide}" height="{high}"/>'
        '<line class="head" y2="100" visibility="hidden"/></svg>'
    )


def _breakable(file: str) -> str:
    """Return a file's name, escaped, with its folders quiet."""
    folders, slash, name = file.rpartition("/")
    return (f'<span class="quiet">{escape(folders + slash)}</span>' if slash else "") + escape(name)


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    Examples
    --------
    >>> clock(83.456), clock(3.999), clock(3725.5)
    ('1:23.46', '0:04.00', '1:02:05.50')
    """
    hundredths = round(100 * seconds)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    words = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{words}:{rest // 100:02d}.{rest % 100:02d}"


def signed(number: float) -> str:
    """Return a number with its sign.

    Examples
    --------
    >>> signed(-0.123), signed(2)
    ('−0.12', '+2.00')
    """
    return f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def concept_of(notes: Mapping[str, str]) -> str:
    """Return a feature's name, or that it was dissected and has none; empty if it was not.

    Examples
    --------
    >>> concept_of({"name": "kick detector"}), concept_of({"nearest concept": "kick"})
    ('kick detector', 'no clear concept')
    """
    return notes.get("name", NO_CONCEPT if NEAREST in notes else "")


def facts_of(notes: Mapping[str, str]) -> str:
    """Return notes on one line, the name first.

    Examples
    --------
    >>> facts_of({"nearest concept": "kick"})
    'no clear concept; nearest concept kick'
    """
    others = [f"{name} {text}" for name, text in sorted(notes.items()) if name != "name"]
    return "; ".join(filter(None, [concept_of(notes), *others]))
