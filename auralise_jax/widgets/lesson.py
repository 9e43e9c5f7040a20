"""Lessons: a list of texts and panels becomes a self-contained HTML file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from auralise_jax.widgets import page
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
    features : int or iterable of int
        How many features per layer, the most interesting first, or their numbers.
    codec : {"ogg", "flac"}
        How sound is packed: Vorbis, some 20 kB for 4 s, or without loss, three times that.
    title : str, optional
        Title of the page; by default the first heading, or the first panel's title.

    Raises
    ------
    TypeError
        If a block is neither text nor a panel.
    ValueError
        If there is no block, or a layer, feature or codec is not legal.

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
        features: int | Iterable[int] = 12,
        codec: str = "ogg",
        title: str | None = None,
    ) -> None:
        choice = page.Choice(None if layers is None else tuple(layers), features, codec)
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

    def _first_title(self) -> str:
        for block in self.blocks:
            if isinstance(block, page.Figure):
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
        return page.write(Path(path), self.blocks, title=self.title)
