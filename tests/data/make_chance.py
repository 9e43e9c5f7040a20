"""Make `chance.npz`: what 100 networks with random weights reach in the default dissection.

    python tests/data/make_chance.py

Takes some four minutes on two cores. Notebook 4 quotes the names that are left by this bar.
"""

from pathlib import Path

import numpy as np

import auralise_jax as aj

if __name__ == "__main__":
    chance = aj.dissect(aj.load_model("genre"), networks=100).chance
    np.savez_compressed(
        Path(__file__).with_name("chance.npz"),
        best=chance.best.astype(np.float32),
        clear=chance.eligible.astype(np.float32),
    )
