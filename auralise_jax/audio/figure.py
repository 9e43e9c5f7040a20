"""The figure class of all plots."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A matplotlib figure that a notebook shows without pyplot.

    Pyplot is not used: it keeps global state, and callbacks of widgets run in other threads.

    Parameters
    ----------
    width, height : float
        Inches.

    Examples
    --------
    >>> figure = ShownFigure(4, 3)
    >>> axes = figure.add_subplot()
    >>> figure.png()[1:4]
    b'PNG'
    """

    def __init__(self, width: float = 8.0, height: float = 3.0) -> None:
        super().__init__(figsize=(width, height), layout="constrained")

    def png(self) -> bytes:
        """Return the figure as a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=96)
        return buffer.getvalue()

    _repr_png_ = png
