"""The model card, in Markdown, from the metadata of a model file alone.

python tools/model_card.py genre docs/genre.md
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from auralise_jax.files import write_whole
from auralise_jax.network import Model, load_model
from auralise_jax.network.stack.network import stack_of

COMMAND = "python tools/make_model.py"


def card(model: Model) -> str:
    """Return the model card, in Markdown."""
    facts = dict(model.training)
    facts.pop("command", None)  # a file may be older than the command's place
    lines = [
        f"# The model `{model.name}`",
        "",
        f"Made by `{COMMAND}`; the same facts stand in the file's metadata, "
        f"`aj.load_model({model.name!r}).training`, from which this page is written.",
        "",
        *_what_it_is(model, facts),
        *_scores(facts.pop("scores")),
        *_confidence(facts.pop("confidence", {})),
        *_stress(facts.pop("stress", "")),
        *_section("Limits", (f"* {limit}" for limit in facts.pop("limits"))),
        *_section("How it was trained", (f"* **{k}** {_flat(v)}" for k, v in facts.items())),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, lines: Iterator[str] | Sequence[str]) -> list[str]:
    return [f"## {title}", "", *lines, ""]


def _what_it_is(model: Model, facts: dict[str, Any]) -> list[str]:
    front, network = model.frontend, stack_of(model, "described")
    shape = network.architecture
    return [
        f"* **Classes** {', '.join(model.classes)}",
        f"* **Network** {len(model.layers)} x [3 x 3 convolution, ReLU, 2 x 2 max-pool], "
        f"{', '.join(map(str, shape.features))} maps; dense {', '.join(map(str, shape.dense))}; "
        "weights rounded to float16; the scores are those of the rounded weights",
        f"* **Hears** {model.seconds:g} s at {front.sample_rate} Hz; STFT of {front.n_fft}, hop "
        f"{front.hop_length}; {front.compression}, gain {front.gain:g}",
        f"* **Music** {facts.pop('music')}",
        f"* **Held out** {facts.pop('held out')}",
        f"* **Split** {facts.pop('split')}",
        "",
    ]


def _scores(scores: Mapping[str, Mapping[str, Mapping[str, str]]]) -> list[str]:
    heads = ["test", "what", "by clip", "by piece", "calibration error"]
    keeps_some = any("answered" in line for rows in scores.values() for line in rows.values())
    heads += ["clips with an answer"] * keeps_some
    lines = [
        "Accuracy with its 95 % interval. Baselines: logistic regression on the mean spectrum of "
        "a clip, on its rhythm, and on both.",
        "",
        f"| {' | '.join(heads)} |",
        "|" + "---|" * len(heads),
    ]
    for test, rows in scores.items():
        for what, line in rows.items():
            name = "the model" if what == "model" else f"baseline, {what}"
            cells = [test, name, line["clips"], line["pieces"], line.get("calibration", "")]
            cells += [line.get("answered", "")] * keeps_some
            lines.append(f"| {' | '.join(cells)} |")
    return _section("Scores", lines)


def _confidence(facts: Mapping[str, Any]) -> list[str]:
    lines = [f"* **{key}** {_flat(value)}" for key, value in facts.items()]
    return _section("Confidence", lines) if facts else []


def _stress(table: str) -> list[str]:
    before = "What the first model leant on, and why: [why_fooled.md](why_fooled.md)."
    return _section("Stress test", [before, "", table]) if table else []


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(part)}" for key, part in value.items())
    return ", ".join(map(_flat, value)) if isinstance(value, list) else str(value)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python tools/model_card.py", description="Write the card of a model as Markdown."
    )
    parser.add_argument("model", help="a shipped name, or a model file")
    parser.add_argument("out", type=Path, help="file to write (.md)")
    options = parser.parse_args(arguments)
    write_whole(options.out, card(load_model(options.model)).encode())


if __name__ == "__main__":
    main()
