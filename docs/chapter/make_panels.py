"""Write the chapter's panels beside it: ``python make_panels.py``, with auralise_jax installed."""

from pathlib import Path

import auralise_jax as aj

HERE = Path(__file__).parent


def main() -> None:
    """Write the modules that ``chapter.md`` shows; what is there is replaced."""
    with aj.explore("genre", "bach", layer=1) as panel:
        panel.to_myst(HERE, name="bach", layers=[1, 3, 5], features=6, replace=True)
    with aj.compare("genre", "bach", layer=3) as panel:
        panel.to_myst(HERE, name="rules", layers=[3], features=4, replace=True)
    with aj.explore("genre", "hiphop", layer=3) as panel:  # 5 MB: the network itself
        panel.to_myst(HERE, name="own", live=True, clips=["bach"], replace=True)


if __name__ == "__main__":
    main()
