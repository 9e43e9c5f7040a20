"""How the explorer is opened: on a model and on clips, by names, paths or objects."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from auralise_jax.audio import Clip
from auralise_jax.insight.control import untrained_of, why_no_control
from auralise_jax.languages import language
from auralise_jax.listening import Listening
from auralise_jax.network import Model, load_model
from auralise_jax.widgets.address import clip_address, model_address, untrained_address
from auralise_jax.widgets.control_row import why_no_row
from auralise_jax.widgets.explorer import Explorer
from auralise_jax.widgets.muting import mutes, parts
from auralise_jax.widgets.names import names_of
from auralise_jax.widgets.opening import (
    find_song,
    first_feature,
    free_name,
    listed,
    shipped_titles,
)
from auralise_jax.widgets.song import Song

if TYPE_CHECKING:
    from auralise_jax.insight.dissection import Dissection


def explore(
    model: Model | str | Path = "genre",
    clip: Clip | str | Path | Sequence[Clip | str | Path] = "hiphop",
    *,
    layer: int | str = 1,
    feature: int | None = None,
    rule: str = "deconvnet",
    start: float | None = None,
    resynthesis: str = "phase",
    position: str = "all",
    wall: bool = False,
    mute: Sequence[Sequence[Any]] = (),
    removed: Sequence[Mapping[str, Any]] = (),
    control: bool = False,
    names: Dissection | str | Path | None = None,
    lang: str | None = None,
) -> Explorer:
    """Open the explorer on a model and a clip.

    Parameters
    ----------
    model : Model, str or Path
        A model, the name of a shipped model, or a model file. The panel offers beside it the same
        network with random weights: the control for whatever you think you hear. If the network
        has no weights that can be drawn anew, the panel says so instead.
    clip : Clip, str or Path, or several
        A clip, the name of a shipped clip (``"bach"``, ``"ballad"``, ``"dance"``, ``"hiphop"``),
        or a sound file, which stays on disk: a window is decoded when it is asked for. The panel
        opens on the first clip; its list has all of them, the shipped clips, and the files that
        are uploaded in the panel. The default is the shipped clip on which the network and its
        untrained control disagree most clearly about the class.
    layer : int or str
        The layer shown first: a number from 1, or a name.
    feature : int, optional
        The feature shown first, from 0. By default the first in the ranking of `Survey.order`: the
        strongest feature that is less like the source than the control is, if there is such a
        feature.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    start : float, optional
        Seconds into the clip where the model's window begins. By default the busiest window: the
        one with the largest sum of spectral flux in the first quarter of an hour, or 0.0 if the
        first window has three quarters of that. The shipped clips open at 0.0.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    position : {"all", "strongest"}
        Start from the feature's whole map, or from its strongest position only.
    wall : bool
        Open the layer wall: all features of the layer as small pictures.
    mute : list of tuple
        Features to take out of the network, each as ``(layer, feature)``, or with a gain from 0
        (muted) to 2 as ``(layer, feature, gain)``; see `Explorer.muted`.
    removed : list of dict
        Parts of the source to take out, such as ``{"band": (200, 800)}`` in Hz or ``{"stretch":
        (1.0, 2.0)}`` in seconds of the window; see `Explorer.removed`.
    control : bool
        Open row C: the same layer and feature in the same network with random weights, on the same
        clock and as loud as the source. In the panel key C brings the row.
    names : Dissection, str or Path, optional
        Names of features, which the panel shows beside them and its wall can be filtered by: a
        dissection, or a table as `Dissection.save` writes it; a table of your own needs the columns
        model, layer, feature, name, concept and auc. By default a shipped model has those that
        `dissect` found, and other models have none.
    lang : {"en", "de", "fr"}, optional
        Language of the controls: English, German or French; by default that of `set_options`.
        Panels of several languages may share a notebook.

    Returns
    -------
    Explorer
        Shown when it is the last line of a cell. Use ``close()`` or a ``with`` block if you open
        many.

    Raises
    ------
    ValueError
        If layer, feature, rule, start or another choice is not legal (the message lists the legal
        values); if no clip is given; if row C is wanted and the network has no control; if a file
        is not a model, or not a sound that can be read, or not a table of names of this model's
        features; or if the model's numbers overflow on the sound.
    FileNotFoundError, IsADirectoryError, OSError
        If a file is missing or cannot be read.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> panel = aj.explore("genre", "bach", layer=2)
    >>> panel.layer, panel.rule, panel.start
    (2, 'deconvnet', 0.0)
    >>> panel.close()
    """
    return open_explorer(
        model if isinstance(model, Model) else load_model(model),
        model,
        clip,
        layer=layer,
        feature=feature,
        rule=rule,
        start=start,
        resynthesis=resynthesis,
        position=position,
        wall=wall,
        mute=mute,
        removed=removed,
        control=control,
        names=names,
        lang=language(lang),
    ).kept()


def open_explorer(
    given: Model,
    named: Model | str | Path,
    clip: Clip | str | Path | Sequence[Clip | str | Path],
    *,
    layer: int | str = 1,
    feature: int | None = None,
    rule: str = "deconvnet",
    start: float | None = None,
    position: str = "all",
    mute: Sequence[Sequence[Any]] = (),
    removed: Sequence[Mapping[str, Any]] = (),
    control: bool = False,
    names: Dissection | str | Path | None = None,
    **traits: Any,
) -> Explorer:
    """Open the explorer as `explore` does; `given` is the loaded model, `named` its argument."""
    models = {given.name: lambda: given}
    several = (clip,) if isinstance(clip, (Clip, str, Path)) else tuple(clip)
    if not several:
        raise ValueError("clip must be a clip, a name, a path, or a list of at least one of these")
    clips: dict[str, Callable[[], Song]] = {}
    addresses = {("model", given.name): model_address(named)}
    for each in several:
        song = find_song(each)
        name = free_name(song.title.strip() or "clip", clips)
        addresses["clip", name] = clip_address(each)
        clips[name] = listed(song.named(name))
    first = clips[next(iter(clips))]()
    for name, title in shipped_titles():
        clips.setdefault(title, functools.partial(find_song, name))
        addresses.setdefault(("clip", title), clip_address(name))
    number = given.number(layer)
    named_features = names_of(names, given, addresses["model", given.name])
    muted, out = mutes(mute, given), parts(removed, given)
    window = given.seconds
    with ThreadPoolExecutor(1) as pool:
        why = pool.submit(why_no_control, given)
        if feature is None:  # the control's weights take as long to compile as the network does
            pool.submit(untrained_of, given)
        heard = Listening(given, first, first.opening(window) if start is None else start)
        no_control = why.result()
    if not no_control:
        random = f"{given.name}, random weights"
        models[random] = lambda: untrained_of(given)
        addresses["model", random] = untrained_address(named)
    if control and (missing := why_no_row(given, no_control)):
        raise ValueError(f"control must be False here: {missing}")
    if feature is None:
        feature = first_feature(heard, number, rule, position)
    try:
        return Explorer(
            heard,
            first,
            models,
            clips,
            model=given.name,
            clip=first.title,
            addresses=addresses,
            no_control=no_control,
            muted=muted,
            removed=out,
            control=control,
            names=named_features,
            layer=number,
            feature=given.layer(number).check_feature(feature),
            rule=rule,
            position=position,
            **traits,
        )
    except traitlets.TraitError as error:
        raise ValueError(str(error)) from None
