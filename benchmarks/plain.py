"""What one would write without the package's panel: a slider, captum, matplotlib, an <audio>.

`ipywidgets.interact` calls a function that projects the feature with captum's
``NeuronDeconvolution`` on a PyTorch twin of the network, shows it by ``imshow``, gives it the
source's phase and hands it to `IPython.display.Audio`. Without torch and captum the package's own
projection stands in, which flatters this baseline.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Audio, display

import auralise_jax as aj

HAS_CAPTUM = all(importlib.util.find_spec(name) is not None for name in ("torch", "captum"))


def by_captum(heard: aj.Listening, layer: int) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """Return what projects a feature and resynthesises it, in PyTorch."""
    import torch
    from captum.attr import NeuronDeconvolution
    from projection import half_square, torch_blocks

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        aj.save_model(heard.model, path)
        network = torch.nn.Sequential(*torch_blocks(path, torch.nn.ReLU)[: 3 * layer])
    method = NeuronDeconvolution(network, network[-1])
    picture = torch.tensor(heard.picture)[None, None]
    loudest = picture.max()
    frontend, samples = heard.model.frontend, torch.tensor(heard.clip.samples)
    window = torch.hann_window(frontend.n_fft)
    frame = {"n_fft": frontend.n_fft, "hop_length": frontend.hop_length, "window": window}
    phase = torch.stft(samples, **frame, return_complex=True).angle()

    def show(feature: int) -> tuple[np.ndarray, np.ndarray]:
        projection = method.attribute(picture.requires_grad_(), half_square(feature))[0, 0]
        rectified = projection.detach().clamp(min=0)
        peak = rectified.max()
        scaled = rectified * (loudest / peak) if peak > 0 else rectified
        magnitude = torch.expm1(scaled) if frontend.compression == "log1p" else scaled
        sound = torch.istft(torch.polar(magnitude, phase), **frame, length=len(samples))
        return magnitude.numpy(), sound.numpy()

    return show


def by_package(heard: aj.Listening, layer: int) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """Return what projects a feature and resynthesises it, without captum."""

    def show(feature: int) -> tuple[np.ndarray, np.ndarray]:
        shot = heard.project(layer, feature)
        return np.asarray(shot.picture), shot.auralise().samples

    return show


def plain(layer: int, clip: str = "bach") -> None:
    """Show a slider over a layer's features, in a notebook."""
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()[clip])
    project = (by_captum if HAS_CAPTUM else by_package)(heard, layer)
    rate, nyquist = heard.model.frontend.sample_rate, heard.model.frontend.sample_rate / 2

    def show(feature: int) -> None:
        magnitude, sound = project(feature)
        decibels = 20 * np.log10(np.maximum(magnitude, 1e-5))
        plt.figure(figsize=(8, 3))
        extent = (0, heard.model.frontend.duration, 0, nyquist)
        plt.imshow(decibels, origin="lower", aspect="auto", extent=extent, cmap="magma")
        plt.title(f"feature {layer}-{feature}")
        plt.show()
        display(Audio(sound, rate=rate))

    ipywidgets.interact(show, feature=ipywidgets.IntSlider(0, 0, 63))
