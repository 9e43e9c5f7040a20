"""What a panel computes in the background: a layer whole, its control, and what is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from auralise_jax.widgets import view
from auralise_jax.widgets.kept import BANK_BYTES, Kept
from auralise_jax.widgets.take import Bank, Take, Wanted
from auralise_jax.widgets.worker import Check, HeldLock, Job


class Page(Protocol):
    """Sends the page messages."""

    def send(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        """Send one, with binary buffers."""


class Background:
    """Makes the banks of layers, and keeps them within a budget.

    Parameters
    ----------
    page : Page
        Sends the page messages.
    lock : HeldLock
        Held while what is kept changes.
    compiled : set
        Layer, rule and position of what is compiled by now.
    """

    def __init__(self, page: Page, lock: HeldLock, compiled: set[tuple[int, str, str]]) -> None:
        self._page, self._lock, self._compiled = page, lock, compiled
        self.banks: Kept[tuple[int, Wanted], tuple[Bank, ...]] = Kept(_bytes, BANK_BYTES)
        """By the edition of what is heard, and how a layer is projected."""

    def job(self, takes: Sequence[Take], edition: int, wanted: Wanted, with_bank: bool) -> Job:
        """Return the work on a layer, for a worker; a kept bank is sent `with_bank` only."""

        def work(check: Check) -> None:
            if with_bank or (edition, wanted) not in self.banks:
                self._make_bank(takes, edition, wanted, check)
            self._make_control(takes, edition, wanted, check)
            self._warm_up(takes, wanted, check)

        return work

    def _make_bank(self, takes: Sequence[Take], edition: int, wanted: Wanted, check: Check) -> None:
        name = {"edition": edition, **wanted._asdict()}
        banks = self.banks.get((edition, wanted))
        if banks is None:
            banks = tuple(self._count(takes, name, wanted, check))
            self._compiled.add((wanted.layer, wanted.rule, wanted.position))
        with self._lock:
            check()
            self.banks.put((edition, wanted), banks)
        takes_told = [{"shown": bank.shown, "survey": view.survey(bank.survey)} for bank in banks]
        buffers = [b"".join(parts) for bank in banks for parts in (bank.pixels, bank.sounds)]
        self._page.send({"kind": "bank", **name, "takes": takes_told}, buffers)

    def _make_control(
        self, takes: Sequence[Take], edition: int, wanted: Wanted, check: Check
    ) -> None:
        controls = [take.control_likeness(wanted, check) for take in takes]
        told = {"kind": "control", "edition": edition, **wanted._asdict(), "takes": controls}
        with self._lock:
            check()
            banks = self.banks.get((edition, wanted))
            if banks is not None:  # the ranking has waited for this
                banks = tuple(b.ranked(c) for b, c in zip(banks, controls, strict=True))
                self.banks.put((edition, wanted), banks)
                told["surveys"] = [view.survey(bank.survey) for bank in banks]
        self._page.send(told)

    def _count(
        self, takes: Sequence[Take], name: dict[str, Any], wanted: Wanted, check: Check
    ) -> Iterable[Bank]:
        """Make the banks of all takes and tell the page how far that is."""
        counts = [t.heard.model.layer(wanted.layer).features for t in takes]
        total, done = 2 * sum(counts), 0
        every = max(1, total // 16)

        def step() -> None:
            nonlocal done
            done += 1  # from two threads: a step lost costs a sixteenth of a bar
            if done % every == 0:
                self._page.send({"kind": "progress", **name, "done": done, "of": total})

        for take in takes:
            yield take.bank(wanted, check, step)

    def _warm_up(self, takes: Sequence[Take], wanted: Wanted, check: Check) -> None:
        """Compile the other layers for the rule of the moment, so that no move waits for that."""
        for number in range(1, len(takes[0].heard.model.layers) + 1):
            key = (number, wanted.rule, wanted.position)
            for take in takes:
                check()
                if key not in self._compiled:
                    take.show(wanted._replace(layer=number), 0)
            self._compiled.add(key)


def _bytes(banks: Sequence[Bank]) -> int:
    return sum(bank.bytes for bank in banks)
