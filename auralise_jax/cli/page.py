"""The command ``page``: the explorer as a page that computes by itself."""

from __future__ import annotations

import argparse
from typing import Any

from auralise_jax.cli import options as shared
from auralise_jax.cli.browser import open_page
from auralise_jax.cli.clips import open_panel, shipped_clips
from auralise_jax.cli.loading import find_model
from auralise_jax.files import check_outputs

_EPILOG = """\
The page is one HTML file of about 5 MB: network, code and clips are in it. Whoever opens it in a
browser of today needs no Python, no installation and no web, drops a song on it or records four
seconds, and hears any feature of it under any rule. What is dropped there stays in the browser. Put
the page on a memory stick or on any web server; the microphone wants https or localhost.

The shipped clips are always in, and your own come first: of each a quarter of an hour at most, at
the rate that the network hears. A network of yours can go into a page if it is a model file whose
operations a page has; if not, the message names the operation, and auralise-jax demo writes a page
of what is computed beforehand. Weights of 32 bits take twice the room of 16, which the shipped
model has: aj.save_model(model, path, dtype="float16") makes them shorter.

examples:
  auralise-jax page                                     explore.html, opened in your browser
  auralise-jax page song.mp3 --out mine.html            with your song in it, which it opens on
  auralise-jax page --model mine.safetensors --no-open  with your own network, written only
  auralise-jax page --codec flac                        for browsers that know no Vorbis
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``page``."""
    parents = [
        shared.model(),
        shared.rule(),
        shared.start("the first clip"),
        shared.codec(),
        shared.lang(),
        shared.out("page to write (default: %(default)s)", "explore.html"),
        shared.unopened("write the page only"),
    ]
    made = argparse.ArgumentParser(epilog=_EPILOG, parents=parents, **settings)
    made.add_argument(
        "clips",
        nargs="*",
        help=f"sound files, or shipped clips: {shipped_clips()}; the page opens on the first",
    )
    return made


def run(options: argparse.Namespace) -> int:
    """Write the page, and open it."""
    from auralise_jax.widgets.page import check_page

    check_page(options.out)
    check_outputs({"--out": options.out}, [*options.clips, options.model])
    model = find_model(options.model, live=True)
    with open_panel(model, options.clips or "hiphop", options, live=True) as panel:
        path = panel.to_html(
            options.out, codec=options.codec, live=True, lang=options.lang
        ).resolve()
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if not options.no_open:
        open_page(path)
    return 0
