"""Front ends: between waveform and picture, there and back."""

from auralise_jax.frontend.stft import Frontend as Frontend
