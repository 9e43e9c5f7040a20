"""The window that a song which plays on will need next, made ready while this one sounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from auralise_jax.widgets.variant import Variant, ViewSettings
from auralise_jax.widgets.worker import Check, Worker


class Ahead:
    """Makes windows ready in a thread of its own; the latest wish counts.

    Parameters
    ----------
    failed : callable
        Called with an error that is none of the sound's.
    """

    def __init__(self, failed: Callable[[Exception], object]) -> None:
        self.worker = Worker(failed)

    def prepare(
        self, make: Callable[[], Sequence[Variant]], settings: ViewSettings, feature: int
    ) -> None:
        """Let the model listen to a window, which `make` keeps, and project a feature there.

        To say whether a feature is silent, its whole layer is projected, which takes most of the
        time.
        """

        def work(check: Check) -> None:
            try:
                for variant in make():
                    check()
                    variant.show(settings, feature)
            except (ValueError, OSError):
                return  # it is said if the window is asked for

        self.worker.run(work)
