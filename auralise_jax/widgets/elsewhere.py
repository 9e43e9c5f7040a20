"""A panel outside of its notebook: saved in it, in a browser of its own, in a book made by MyST."""

from __future__ import annotations

import dataclasses
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self, cast

import traitlets

from auralise_jax.languages import language
from auralise_jax.options import options
from auralise_jax.widgets import in_browser, myst, page
from auralise_jax.widgets.computing import Live
from auralise_jax.widgets.controls import Controls
from auralise_jax.widgets.still import still_html


class Elsewhere(Controls):
    """What writes a panel down for other places than its notebook."""

    _still = traitlets.Unicode().tag(sync=True)
    """What a saved marimo notebook shows in the panel's place; elsewhere empty."""

    to_html: Callable[..., Path]
    """Write the panel as a page; see `Panel`."""

    def figure(self, choice: page.Choice) -> page.Figure | Live:
        """Return the panel as it is now; see `Panel`."""
        raise NotImplementedError

    def open(self, **options: Any) -> Path:
        """Write the panel as a page in a temporary file, and ask your browser to open it.

        The way out where a notebook shows no widget, or a narrow one, as in VS Code; in Colab the
        page is downloaded. Nothing is waited for but the page itself. The file lies in a new
        folder that only you may read, and stays until your system clears its temporary files.

        Parameters
        ----------
        **options
            What the page holds, as in `to_html`: ``live=True`` for one that computes,
            ``features=4`` for a small one.

        Returns
        -------
        Path
            The page's place, which is also printed, with its size.

        Raises
        ------
        ValueError
            As `to_html` does.
        OSError
            If the page cannot be written.

        Examples
        --------
        >>> import webbrowser
        >>> import auralise_jax as aj
        >>> webbrowser.register("nothing", None, webbrowser.GenericBrowser("true"), preferred=True)
        >>> with aj.explore("genre", "bach", layer=1) as panel:
        ...     path = panel.open(layers=[1], features=2)  # doctest: +ELLIPSIS
        The page is ...genre-bach-prelude-in-c.html (0.3 MB), ...
        >>> path.name
        'genre-bach-prelude-in-c.html'
        """
        path = self.to_html(in_browser.new_place(self.facts["title"]), **options)
        print(in_browser.show(path))  # noqa: T201  # where the page is, and whose turn it is
        return path

    def to_myst(
        self,
        folder: str | Path,
        *,
        name: str | None = None,
        replace: bool = False,
        layers: Iterable[int] | None = None,
        features: int | Iterable[int] | None = None,
        codec: str = "ogg",
        timeline: bool = False,
        windows: Iterable[float] | None = None,
        live: bool = False,
        clips: Iterable[str] | None = None,
        lang: str | None = None,
    ) -> myst.Widget:
        """Write the panel as an ES module, for a site or a book made by MyST or Jupyter Book 2.

        A chapter in the same folder shows it by the directive that is returned. The module is one
        file, which asks for nothing from the web. The directive's body may say what a reader sees
        first, in words of the links in ``docs/page_api.md``::

            ```{anywidget} ./genre-bach-prelude-in-c.mjs
            {"layer": 3, "feature": 20}
            ```

        Parameters
        ----------
        folder : str or Path
            Where the chapter lies; made if it is missing.
        name : str, optional
            Name of the file without its ending ``.mjs``; by default from the panel's title.
        replace : bool
            Whether a file of that name is replaced.
        layers, features, codec, timeline, windows, live, clips, lang
            What the module holds, as in `to_html`.

        Returns
        -------
        Widget
            ``path`` of the module, and ``directive``, the lines for the chapter.

        Raises
        ------
        ValueError
            If `name` is no name of a file, or as `to_html` does.
        FileExistsError
            If a file of that name is there, and `replace` is false.
        NotADirectoryError, OSError
            If `folder` is a file, or the module cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import auralise_jax as aj
        >>> book = tempfile.mkdtemp()
        >>> with aj.explore("genre", "bach", layer=1) as panel:
        ...     made = panel.to_myst(book, name="bach", layers=[1], features=2)
        >>> made.path.name
        'bach.mjs'
        >>> print(made.directive)
        ```{anywidget} ./bach.mjs
        ```
        """
        lang = self.lang if lang is None else language(lang)
        choice = page.Choice(layers, features, codec, timeline, windows, live=live, clips=clips)
        path = myst.place(
            Path(folder), name or in_browser.slug(self.facts["title"]), replace=replace
        )
        return myst.write(path, self._checked_figure(choice), lang=lang)

    def _checked_figure(self, choice: page.Choice) -> page.Figure | Live:
        """Return the panel as it is now, or raise ValueError if it cannot be what is chosen."""
        choice.check_live()
        figure = self.figure(choice)
        if choice.live and not isinstance(figure, Live):
            raise ValueError(page.NOT_LIVE)
        if choice.timeline and isinstance(figure, page.Figure) and figure.whole is None:
            why = page.no_time_line(figure)
            warnings.warn(f"{self.facts['title']} has no time line: {why}", stacklevel=3)
        return figure

    def _still_html(self) -> str:
        figure = cast(page.Figure, self.figure(page.Choice()))  # none that computes
        return still_html(figure, dataclasses.replace(options(), lang=self.lang))

    def kept(self) -> Self:
        """Keep a still in the panel's state under marimo, which saves that and no other output."""
        marimo = sys.modules.get("marimo")
        if marimo is not None and marimo.running_in_notebook():
            self._still = self._still_html()
        return self
