from .stft import Frontend as Frontend
