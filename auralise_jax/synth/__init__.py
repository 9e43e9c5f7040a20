"""From score to sound, by FluidSynth or by sums of sines."""

from auralise_jax.synth.score import Note as Note
from auralise_jax.synth.score import Part as Part
from auralise_jax.synth.score import Score as Score
from auralise_jax.synth.synth import default_engine as default_engine
from auralise_jax.synth.synth import find_soundfonts as find_soundfonts
from auralise_jax.synth.synth import render as render
