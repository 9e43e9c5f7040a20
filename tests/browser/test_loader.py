"""What each panel loads: the code comes once a page, from whoever has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from auralise_jax.widgets import assets

# Panels in a page, each as anywidget treats it: with a module, hooks and messages of its own.
_PAGE = """(loader) => {
  globalThis.page = { loads: 0, panels: {} };
  const code = `
    page.loads += 1;
    export default () => ({
      initialize({ model }) { model.log.push("initialize"); return () => model.log.push("close"); },
      render({ el }) { el.log.push("render"); return () => el.log.push("gone"); },
    });
  `;
  const settle = async () => {
    const { here, panels } = Object.values(auraliseJax).at(-1);
    if (here) await panels("en");
    await new Promise((done) => setTimeout(done));
  };
  page.open = async (name, kernel, brings = false, lang = "en") => {
    const heard = new Set();
    const model = {
      log: [],
      widget_manager: kernel,
      get: (trait) => ({ _code: brings ? code : "", _lang: lang })[trait] ?? "",
      on: (event, callback) => event === "msg:custom" && heard.add(callback),
      off: (event, callback) => heard.delete(callback),
      send: (content) => model.log.push(`ask ${content.kind}`),
    };
    const url = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
    const hooks = (await import(url)).default();
    const close = hooks.initialize({ model });
    const el = { log: model.log };
    const shown = hooks.render({ model, el });
    const answer = () => heard.forEach((one) => one({ kind: "code", code }));
    page.panels[name] = { model, close, shown, answer };
    await settle();
  };
  page.close = async (name) => { page.panels[name].close(); await settle(); };
  page.answer = async (name) => { page.panels[name].answer(); await settle(); };
  page.logs = () =>
    Object.fromEntries(Object.entries(page.panels).map(([name, { model }]) => [name, model.log]));
}"""


@pytest.fixture
def ask(page: Page) -> Callable[[str], Any]:
    page.evaluate(_PAGE, assets.loader())
    page.evaluate("() => { globalThis.kernels = [{}, {}]; }")
    return lambda words: page.evaluate(f"async () => {{ {words} }}")


def test_the_panel_that_brings_the_code_brings_it_to_all(ask) -> None:
    ask("await page.open('first', kernels[0], true); await page.open('second', kernels[0]);")
    ask("await page.open('other', kernels[1], true);")
    done = ["initialize", "render"]
    assert ask("return page.logs()") == {"first": done, "second": done, "other": done}
    assert ask("return page.loads") == 1
    ask("await page.close('first'); (await page.panels.second.shown)();")
    assert ask("return page.logs().first") == ["initialize", "render", "close"]
    assert ask("return page.logs().second") == ["initialize", "render", "gone"]


def test_the_code_runs_once_for_each_language(ask) -> None:
    ask("await page.open('first', kernels[0], true, 'de');")
    ask("await page.open('second', kernels[0], false, 'fr');")
    ask("await page.open('third', kernels[1], false, 'de');")
    done = ["initialize", "render"]
    assert ask("return page.logs()") == {"first": done, "second": done, "third": done}
    assert ask("return page.loads") == 3  # one of them is English, which `settle` asks for


def test_one_panel_of_a_kernel_asks_for_all(ask) -> None:
    ask("for (const name of ['one', 'two', 'three']) await page.open(name, kernels[0]);")
    assert ask("return page.logs()") == {"one": ["ask code"], "two": [], "three": []}
    ask("await page.answer('one');")
    assert ask("return page.logs()") == {
        "one": ["ask code", "initialize", "render"],
        "two": ["initialize", "render"],
        "three": ["initialize", "render"],
    }
    assert ask("return page.loads") == 1


def test_if_the_one_that_asked_goes_the_next_asks(ask) -> None:
    ask("for (const name of ['one', 'two', 'three']) await page.open(name, kernels[0]);")
    ask("await page.close('two'); await page.close('one');")
    assert ask("return page.logs()") == {"one": ["ask code"], "two": [], "three": ["ask code"]}
    ask("await page.answer('three');")
    assert ask("return page.logs().three") == ["ask code", "initialize", "render"]
    assert "initialize" not in ask("return page.logs().one")


def test_a_kernel_that_is_busy_does_not_hold_up_the_panels_of_another(ask) -> None:
    ask("await page.open('one', kernels[0]); await page.open('other', kernels[1]);")
    assert ask("return page.logs()") == {"one": ["ask code"], "other": ["ask code"]}
    ask("await page.answer('other');")
    assert ask("return page.logs().one") == ["ask code", "initialize", "render"]


def test_panels_of_two_versions_share_a_page(page: Page, ask) -> None:
    ask("await page.open('new', kernels[0], true);")
    old = re.sub(r"[0-9a-f]{64}", "f" * 64, assets.loader())  # a name, with quotes and without
    assert old != assets.loader()
    page.evaluate(_PAGE, old)
    ask("await page.open('old', kernels[0]);")
    assert ask("return page.logs()") == {"old": ["ask code"]}
    ask("await page.answer('old');")
    assert ask("return page.loads") == 1  # counted anew
