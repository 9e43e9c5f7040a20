"""The sound's graph as it is shipped, in a page, for tests to render offline."""

from playwright.sync_api import Page

from auralise_jax.widgets import assets

_BRING = """async (code) => {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { Mixer, fitBuffer, decodeSound, contextFate } = await import(url);
  Object.assign(globalThis, { Mixer, fitBuffer, decodeSound, contextFate });
}"""


def bring_sound(page: Page) -> Page:
    """Give `page` the mixer and what makes its buffers, by their names in ``js/sound``."""
    page.evaluate(_BRING, assets.notebook_module())
    return page
