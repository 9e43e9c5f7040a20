"""An HTML document that may do nothing but show, play, and run its own script.

Everything is in the document itself. Its Content-Security-Policy names the script and the style
sheet by their hashes and forbids the rest: whatever a title or a file's name smuggles in, it is
dead text.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from html import escape
from importlib import resources


def document(
    title: str,
    body: str,
    *,
    script: str,
    style: str,
    data: str,
    body_class: str = "",
    computes: bool = False,
    packed: bool = False,
    lang: str = "en",
) -> str:
    """Return an HTML document as one string.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
        HTML before the script; whatever users wrote in it is escaped already.
    script : str
        An ES module that imports nothing.
    style : str
        A style sheet.
    data : str
        What data URLs and blobs may be used for, as directives of the policy. Images may come from
        data URLs: the empty icon is one, without which browsers ask a host for an icon.
    body_class : str
        Class of the body, if any.
    computes : bool
        Whether the page may compile WebAssembly, and start workers from blobs; neither may connect
        to anything. Such a page is large: its script stands in front, so that it also runs where
        the document was cut off.
    packed : bool
        Whether script and style sheet travel in fewer bytes: by gzip, in base64, for a small script
        to unpack. The policy names their hashes as ever. Browsers from before 2023 cannot, and say
        so. Not for a page that computes.
    lang : str
        The language, as HTML names it.

    Examples
    --------
    >>> made = {"script": "say();" * 10_000, "style": "", "data": "img-src data:"}
    >>> page = document("a <b>", "<p>words</p>", **made)
    >>> "<title>a &lt;b&gt;</title>" in page
    True
    >>> len(document("a <b>", "<p>words</p>", packed=True, **made)) < len(page)
    True
    """
    scripts = [script.replace("</script", "<\\/script")]
    head, module = f"<style>{style}</style>\n", f'<script type="module">{scripts[0]}</script>\n'
    if packed:
        scripts = [static_text("widgets", "unpack.js"), script]
        parts = {"auralise-style": style, "auralise-program": script}
        elements = [
            f'<script type="text/plain" id="{name}">{packed_text(text)}</script>\n'
            for name, text in parts.items()
        ]
        head, module = "", f'{"".join(elements)}<script type="module">{scripts[0]}</script>\n'
    first, last = (module, "") if computes else ("", module)
    opening = f'<body class="{escape(body_class)}">' if body_class else "<body>"
    return f"""<!DOCTYPE html>
<html lang="{escape(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(scripts, style, data, computes)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
{head}{first}</head>
{opening}
{body}
{last}</body>
</html>
"""


def _policy(scripts: list[str], style: str, data: str, computes: bool) -> str:
    compiled, workers = (" 'wasm-unsafe-eval'", "worker-src blob:; ") if computes else ("", "")
    digests = " ".join(f"'{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {digests}{compiled}; "
        f"style-src '{_digest(style)}'; {workers}{data}; base-uri 'none'; form-action 'none'"
    )


@functools.cache
def packed_text(text: str) -> str:
    """Return text packed by gzip, in base64; the same text always gives the same."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def data_url(kind: str, data: bytes) -> str:
    """Return bytes as an address that holds them, such as ``data:image/png;base64,...``.

    Examples
    --------
    >>> data_url("audio/ogg", b"Ogg")
    'data:audio/ogg;base64,T2dn'
    """
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@functools.cache
def static_text(room: str, name: str) -> str:
    """Return a file of a room's ``static`` folder as text."""
    return static_bytes(room, name).decode()


def static_bytes(room: str, name: str) -> bytes:
    """Return a file of a room's ``static`` folder."""
    folder = resources.files(f"auralise_jax.{room}").joinpath("static")
    return folder.joinpath(name).read_bytes()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
