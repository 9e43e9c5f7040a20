from .clip import Clip as Clip
from .decode import load_clip as load_clip
from .examples import example_clips as example_clips
