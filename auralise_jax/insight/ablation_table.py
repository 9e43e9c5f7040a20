"""What each feature does to each class, as arrays, rows, text and a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auralise_jax.choices import whole
from auralise_jax.insight.ablation_figure import ablation_figure
from auralise_jax.insight.ablation_numbers import MOST, Numbers
from auralise_jax.insight.ablation_text import ablation_table, verdict
from auralise_jax.tables import Table
from auralise_jax.text import listed, many

if TYPE_CHECKING:
    from auralise_jax.audio.figure import ShownFigure


class Ablation(Numbers):
    """What muting does to each class; made by `ablate`.

    An effect is the logit after muting less the logit before, the mean over windows: negative where
    the feature speaks for the class. It is the class's own logit, before softmax or sigmoid; in a
    softmax only differences between classes count.

    Attributes
    ----------
    model : str
        The network's name.
    layer : Layer
        The layer whose features are muted.
    by : str
        "zero" or "mean".
    classes : tuple of str
        Of the model.
    group : tuple of int or None
        Features that are muted together; None: every feature alone.
    effect, low, high : array of float, shape (features, classes)
        Mean change of each logit and the ends of its interval, NaN where there is none. Of a group
        there is one row.
    spread : array of float, shape (classes,)
        Standard deviation of each logit over the windows, with nothing muted.
    control : AblationControl
        Effects by chance: of the same layer of networks with random weights, or of random groups
        of as many other features.
    windows, silent : int
        How many there are, and how many of them are silent.
    clips : tuple of str
        Their titles.
    resampled : str
        What the intervals resample: "clips", or "windows" where there is one clip.
    confidence : float
        Of the intervals and of the control's band.
    """

    def table(self, n: int = 3, class_name: str | None = None) -> Table:
        """Return the `n` features of each class with the largest effects, and the verdict.

        Parameters
        ----------
        n : int
            Features per class.
        class_name : str, optional
            A single class; by default all, or the six with the largest effects.

        Raises
        ------
        ValueError
            If there is no such class, or `n` is no whole number of at least 1.
        """
        if whole(n) < 1:
            raise ValueError(f"n must be a whole number of at least 1, not {n!r}")
        return ablation_table(self, n, self.shown(class_name))

    def verdict(self) -> str:
        """Return in words how much more this is than chance, and how it was found out."""
        return "\n".join(verdict(self))

    def plot(self, class_name: str | None = None) -> ShownFigure:
        """Draw the effects per class with their intervals, and the control's band.

        Parameters
        ----------
        class_name : str, optional
            A single class; by default all, or the six with the largest effects.

        Returns
        -------
        matplotlib Figure
            In standard deviations of the logit, as the control; in logits without spread. Not tied
            to pyplot; save it with ``figure.savefig(path)``.
        """
        return ablation_figure(self, self.shown(class_name))

    def __repr__(self) -> str:
        what = many(len(self.effect), "feature")
        if self.group is not None:
            what = f"{many(len(self.group), 'feature')} together"
        return (
            f"<Ablation: {self.model!r}, {self.layer} by {self.by}: {what} on "
            f"{many(self.windows, 'window')} of {many(len(self.clips), 'clip')}; "
            f"{listed(self.classes, MOST)}>"
        )
