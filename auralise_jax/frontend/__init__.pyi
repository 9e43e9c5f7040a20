from .axes import Axes as Axes
from .frontend import AnyFrontend as AnyFrontend
from .frontend import Spectrum as Spectrum
from .stft import Frontend as Frontend
