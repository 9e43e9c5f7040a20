"""Hear what the features of a music-classifying convolutional network respond to.

    import auralise_jax as aj

    aj.explore("genre", "bach")                      # in a notebook: drag layer and feature
    heard = aj.listen(aj.load_model("genre"), aj.load_clip("song.mp3"))
    heard.project(3, 20).auralise().save("feature.wav")

Names load when they are first used, so that importing the package costs next to nothing.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
