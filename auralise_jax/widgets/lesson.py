"""Lessons: a list of texts and panels becomes a self-contained HTML file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from auralise_jax.languages import language
from auralise_jax.widgets import page
from auralise_jax.widgets.computing import Live
from auralise_jax.widgets.panel import Panel


class Lesson:
    """Texts and panels in the order in which a class meets them.

    Parameters
    ----------
    blocks : iterable of str and panels
        Text in Markdown (CommonMark and tables; HTML in it is shown as text), and panels made by
        `explore`, `compare` or `probe`.
    layers : iterable of int, optional
        Which layers each panel holds; all by default.
    features : int or iterable of int, optional
        How many features per layer, the most interesting first, or their numbers; by default 12,
        and 4 in a panel with a time line.
    codec : {"ogg", "flac"}
        How sound is packed: Vorbis, some 20 kB for 4 s, or without loss, three times that.
    timeline : bool
        Whether a panel made by `explore` shows the whole of a clip that is longer than the model's
        window, and holds the windows of it that matter, as in `Panel.to_html`. Each window takes
        about a megabyte with the shipped model's five layers.
    windows : iterable of float, optional
        Where the further windows of each clip begin, in seconds, instead of those.
    live : bool
        Whether panels made by `explore` compute in the page, as in `Panel.to_html`: on the clip
        they show, and on what a student drops on them. Networks and code are in the page once,
        however many panels there are. Panels made by `compare` and `probe` hold what is computed
        beforehand all the same; `layers` and `features` are about these.
    clips : iterable of str, optional
        Which other clips of its list each live panel holds, by their names there.
    title : str, optional
        Title of the page; by default the first heading, or the first panel's title.
    lang : {"en", "de", "fr"}, optional
        Language of the controls: English, German or French; by default that of `set_options`,
        whatever the panels speak. The texts are yours.

    Raises
    ------
    TypeError
        If a block is neither text nor a panel.
    ValueError
        If there is no block, or a layer, feature, codec, window, clip or language is not legal; if
        no panel can compute in the page although that is asked for.

    Warns
    -----
    UserWarning
        If a panel made by `explore` has no time line to show, or no panel has.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.explore("genre", "bach", layer=1) as panel:
    ...     lesson = aj.Lesson(["# Attacks", "Find a feature that keeps them.", panel], layers=[1])
    >>> lesson.title
    'Attacks'
    >>> 500_000 < lesson.size < 2_000_000  # bytes, known before anything is written
    True
    """

    def __init__(
        self,
        blocks: Iterable[str | Panel],
        *,
        layers: Iterable[int] | None = None,
        features: int | Iterable[int] | None = None,
        codec: str = "ogg",
        timeline: bool = False,
        windows: Iterable[float] | None = None,
        live: bool = False,
        clips: Iterable[str] | None = None,
        title: str | None = None,
        lang: str | None = None,
    ) -> None:
        self.lang = language(lang)
        layers = None if layers is None else tuple(layers)
        clips = () if live and clips is None else clips
        choice = page.Choice(
            layers, features, codec, timeline, windows, usual=12, live=live, clips=clips
        )
        self.blocks: list[page.Block] = []
        for block in blocks:
            if isinstance(block, Panel):
                self.blocks.append(block.figure(choice))
            elif isinstance(block, str):
                self.blocks.append(block.removeprefix("\ufeff"))  # as editors on Windows begin
            else:
                raise TypeError(
                    f"a block is Markdown text or a panel from explore or compare, not {block!r}"
                )
        if not self.blocks:
            raise ValueError("a lesson needs at least one block")
        self.title = title or self._first_title()
        choice.check_live(beforehand=bool(self.figures))
        if live and not self.live:
            raise ValueError(page.NOT_LIVE)
        if choice.timeline:
            self._warn_without_time_line()

    @property
    def figures(self) -> list[page.Figure]:
        """The panels whose features are computed beforehand, as they were then."""
        return [block for block in self.blocks if isinstance(block, page.Figure)]

    @property
    def live(self) -> list[Live]:
        """The panels that compute in the page, as they were when the lesson was made."""
        return [block for block in self.blocks if isinstance(block, Live)]

    def _warn_without_time_line(self) -> None:
        without = [figure for figure in self.figures if figure.whole is None]
        some = len(without) < len(self.figures)
        for figure in without:
            if "song" in figure.facts or not some:
                why = page.no_time_line(figure)
                warnings.warn(f"{figure.facts['title']} has no time line: {why}", stacklevel=3)

    def _first_title(self) -> str:
        for block in self.blocks:
            if not isinstance(block, str):
                return str(block.facts["title"])
            for line in block.splitlines():
                if line.startswith("#"):
                    return line.lstrip("#").strip()
        return "Lesson"

    @property
    def size(self) -> int:
        """About how many bytes the page will have: an estimate from a sample, rather too large."""
        return page.estimate(self.blocks)

    def save(self, path: str | Path) -> Path:
        """Write the page.

        Raises
        ------
        ValueError
            If `path` does not end in ``.html``.
        OSError
            If the page cannot be written.
        """
        return page.write(Path(path), self.blocks, title=self.title, lang=self.lang)
