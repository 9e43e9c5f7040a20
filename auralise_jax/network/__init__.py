"""The paper's CNN, its backward rules, and model files. Flax waits until it is used."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
