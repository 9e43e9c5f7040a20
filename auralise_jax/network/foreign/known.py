"""The networks of other people that are known by name, and where their converted files are kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from auralise_jax.network.foreign import musicnn, silero_vad, swift_f0, tempocnn
from auralise_jax.network.foreign.packages import Package, Pinned
from auralise_jax.network.model import Model

ENDING = ".safetensors"


@dataclass(frozen=True)
class Known:
    """A network that somebody else trained and published.

    Parameters
    ----------
    says : str
        What it says of a sound, in a few words.
    package : Package
        What holds its weights.
    files : mapping of str to Pinned
        Those that are read, by their places within the package.
    build : function
        From the contents of these files, in their order, and a name to a model.
    licence : str
        As the package gives it.
    source : str
        Where it is from.
    terms : str
        What has to be agreed to before it is fetched; empty for a permissive licence.
    needs : str
        A package that reads such files, and is not among this package's dependencies.
    extra : str
        The extra of this package that brings it.
    """

    says: str
    package: Package
    files: Mapping[str, Pinned]
    build: Callable[..., Model]
    licence: str
    source: str
    terms: str = ""
    needs: str = ""
    extra: str = ""

    def model(self, contents: Mapping[str, bytes], name: str) -> Model:
        """Return the model that the files' contents make."""
        return self.build(*(contents[file] for file in self.files), name)


_TEMPOCNN = Package(
    "tempocnn",
    "0.0.8",
    "tempocnn",
    Pinned(41_305_827, "73ef63eecf1c783789c222882aeb286302083f2ef8dc2aeb37588156afc059b5"),
)
_AGPL = (
    "AGPL-3, source code and models: whoever passes the converted file on, or lets others use it "
    "over a network, has to do so under that licence, too."
)

KNOWN: dict[str, Known] = {
    "musicnn-mtt": Known(
        "50 tags of 3 s of music",
        Package(
            "musicnn",
            "0.1.0",
            "musicnn",
            Pinned(29_292_476, "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"),
        ),
        {
            "MTT_vgg/.index": Pinned(
                2_994, "4b0d3d2d02bbe0919c063c1fb74bfa9018ac3517e362d681b07444d4207a5f5f"
            ),
            "MTT_vgg/.data-00000-of-00001": Pinned(
                7_274_112, "458f5c8bcecc086a3bba3dce83809df6da6e0a3560a59ddd84711bf3d5fd8303"
            ),
        },
        musicnn.model,
        "ISC",
        "Pons and Serra, https://github.com/jordipons/musicnn",
    ),
    "swift-f0": Known(
        "the pitch of a voice or instrument, every 16 ms",
        Package(
            "swift-f0",
            "0.3.0",
            "swift_f0",
            Pinned(116_429, "d7240c7c94b1d3e8f0e0cd2701b79be89a0f23a19cd5f944895a6518ecad72f3"),
        ),
        {
            "model.onnx": Pinned(
                135_090, "6385e8c2ebc3872e82c9ff5946228de44cd3be77a750ea53698b7dbfe94b0a22"
            ),
        },
        swift_f0.model,
        "MIT",
        "https://github.com/lars76/swift-f0",
        needs="onnx",
        extra="pitch",
    ),
    "silero-vad": Known(
        "how its convolutions hear voices; no scores",
        Package(
            "silero-vad",
            "6.2.3",
            "silero_vad",
            Pinned(11_317_527, "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8"),
        ),
        {
            "data/silero_vad_16k.safetensors": Pinned(
                1_239_748, "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1"
            ),
        },
        silero_vad.model,
        "MIT",
        "https://github.com/snakers4/silero-vad",
    ),
    "tempocnn-deepsquare-k8": Known(
        "the tempo of 12 s of music",
        _TEMPOCNN,
        {
            "models/deepsquare_k8.h5": Pinned(
                1_358_424, "9cec7bb73156ff06ad503e203dea425d4dbbbf7029b3453ff2671d767a8d74a9"
            ),
        },
        tempocnn.deepsquare,
        "AGPL-3",
        "Schreiber and Müller, https://github.com/hendriks73/tempo-cnn",
        _AGPL,
        needs="h5py",
        extra="foreign",
    ),
    "tempocnn-deeptemp-k8": Known(
        "the tempo of 12 s of music, by kernels along time",
        _TEMPOCNN,
        {
            "models/deeptemp_k8.h5": Pinned(
                479_480, "65bd692fbb3699643d8567012887eb31f7d27be5f71f5bca60ad073dfed5ef8d"
            ),
        },
        tempocnn.deeptemp,
        "AGPL-3",
        "Schreiber and Müller, https://github.com/hendriks73/tempo-cnn",
        _AGPL,
        needs="h5py",
        extra="foreign",
    ),
}


def kept_at(name: str) -> Path:
    """Return where the converted file of a known network is kept.

    ``AURALISE_MODELS`` names another folder than the user's cache.

    Raises
    ------
    OSError
        If there is no home folder.
    """
    import platformdirs

    folder = os.environ.get("AURALISE_MODELS")
    place = Path(folder) if folder else platformdirs.user_cache_path("auralise_jax") / "models"
    return place / f"{name}{ENDING}"
