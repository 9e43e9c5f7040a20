"""One small training in a process of its own: python training_run.py FOLDER CACHE OUT [KILL_AT].

KILL_AT: the step before which the process kills itself, as the kernel would for want of memory.
COORDINATOR, PROCESS and PROCESSES in the environment make it one of several.
"""

import os
import signal
import sys
from pathlib import Path

import jax
from making import make_recipe

from auralise_jax.training import devices, training
from auralise_jax.training.augment import Augmentation
from auralise_jax.training.commands import train

if __name__ == "__main__":
    folder, cache, out = map(Path, sys.argv[1:4])
    if "COORDINATOR" in os.environ:
        devices.join(
            os.environ["COORDINATOR"], int(os.environ["PROCESS"]), int(os.environ["PROCESSES"])
        )
    if len(sys.argv) > 4:
        real, kill_at = training._Run._step, int(sys.argv[4])

        def step(self, state, batches, course, store):
            if course.step == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(self, state, batches, course, store)

        training._Run._step = step
    assert jax.device_count() == int(os.environ.get("DEVICES", "1"))
    split = float(os.environ.get("VALIDATION", "0.1"))
    recipe = make_recipe(steps=18, augmentation=Augmentation(gain_db=(-6, 6), tone_db=2.0))
    train(folder, out, recipe=recipe, validation=split, cache=cache, progress=False)
