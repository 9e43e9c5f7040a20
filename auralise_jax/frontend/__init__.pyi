from .axes import Axes as Axes
from .frontend import AnyFrontend as AnyFrontend
from .frontend import Spectrum as Spectrum
from .mel import LogMel as LogMel
from .stft import STFT as STFT
from .stft import Frontend as Frontend
from .stored import restored as restored
from .stored import stored as stored
