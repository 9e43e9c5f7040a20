"""The directive ``live``: a panel that computes, in a frame.

All frames of the site show one file, `explore.html`, at different links: the browser fetches
network and engine once. A frame is loaded when the reader asks for it, or at once with ``now``.

    ```{live}
    :layer: 3
    :feature: 20
    :clip: bach
    ```
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.util.osutil import relative_uri

PAGE = "_static/explore.html"
ASKS = ("clip", "start", "layer", "feature", "rule", "mute", "model")


class live(nodes.General, nodes.Element):  # noqa: N801  # docutils names visitors by the class
    """A place for a frame."""


class Live(Directive):
    """Where a frame goes, and what it shows."""

    option_spec: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(ASKS, directives.unchanged_required),
        "now": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        asks = {name: self.options[name] for name in ASKS if name in self.options}
        return [live(asks=asks, now="now" in self.options)]


def _visit(writer: Any, node: live) -> None:
    builder = writer.builder
    page = relative_uri(builder.get_target_uri(builder.current_docname), PAGE)
    link = html.escape(page + (f"#{urlencode(node['asks'])}" if node["asks"] else ""))
    megabytes = (Path(builder.srcdir) / PAGE).stat().st_size / 1e6
    now = " data-now" if node["now"] else ""
    writer.body.append(
        f'<div class="aj-live" data-link="{link}"{now}><p>'
        f'<a class="aj-live-load" href="{link}">Hear it here: load the panel</a> '
        f"{megabytes:.1f} MB, once for all pages of this site. It computes in your browser; "
        "what you drop on it stays there.</p></div>\n"
    )
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(live, html=(_visit, None))
    app.add_directive("live", Live)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
