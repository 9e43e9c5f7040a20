"""Write the names of the shipped models' features, as `dissect` finds them.

    python tools/name_features.py

takes five minutes on two cores for each model, since 100 networks with random weights are heard
too. Do it again after a model was trained anew; a test says when that was forgotten.
"""

from __future__ import annotations

from pathlib import Path

import auralise_jax as aj
from auralise_jax.network import shipped_models

FOLDER = Path(__file__).parents[1] / "auralise_jax" / "data" / "models"


def main() -> None:
    """Run the command."""
    for model in shipped_models():
        found = aj.dissect(aj.load_model(model))
        print(found.save(FOLDER / f"{model}-names.csv"), found, sep=": ")


if __name__ == "__main__":
    main()
