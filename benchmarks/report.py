"""Lines of figures, each beside what is aimed at and what else the machine did meanwhile."""

from __future__ import annotations

from typing import Any


class Report:
    """Lines of figures, each with what is aimed at and what else the machine did."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.raw: dict[str, Any] = {}

    def head(self, text: str) -> None:
        """Begin a table."""
        print(f"\n{text}\n{'':34} {'figure':>10} {'aim':>10} {'':7} {'others':>6}", flush=True)

    def line(
        self, what: str, figure: float, unit: str = "ms", *, aim: str = "", others: float
    ) -> None:
        """Print a figure; an aim is a sign and a number."""
        sign, _, number = aim.partition(" ")
        met = {"<=": figure <= float(number), ">=": figure >= float(number)}[sign] if aim else None
        verdict = {True: "met", False: "missed", None: ""}[met]
        digits = 0 if figure >= 1000 else 1
        print(
            f"{what:34} {figure:7.{digits}f} {unit:2} {aim:>10} {verdict:7} {others:6.0%}",
            flush=True,
        )
        self.lines.append(
            {"what": what, "figure": figure, "unit": unit, "aim": aim, "met": met, "others": others}
        )
