"""Sound in and out: clips, decoded and encoded."""

from auralise_jax.audio.clip import Clip as Clip
from auralise_jax.audio.decode import load_clip as load_clip
from auralise_jax.audio.examples import example_clips as example_clips
