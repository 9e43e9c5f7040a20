"""The page's code comes with a kernel's first panel, or when a page asks; no state keeps it."""

from __future__ import annotations

import hashlib
from typing import Any

import comm
import pytest
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.widgets import assets
from auralise_jax.widgets.panel import Panel


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """States that panels are opened with, in a kernel that has had none."""
    states: list[dict[str, Any]] = []
    create = comm.create_comm

    def note(**told: Any) -> comm.BaseComm:
        state = told["data"]["state"]
        if "_esm" in state:
            states.append(state)
        return create(**told)

    monkeypatch.setattr(comm, "create_comm", note)
    monkeypatch.setattr(Panel, "_code_sent", False)
    return states


def test_the_first_panel_brings_the_code_and_no_state_keeps_it(opened) -> None:
    model, clip = make_model(), make_noise(0.5, 8000)
    panels = [aj.explore(model, clip), aj.explore(model, clip), aj.compare([model, model], clip)]
    assert [state["_code"] for state in opened] == [assets.notebook_module(), "", ""]
    for panel in panels:
        state = panel.get_state()
        assert state["_code"] == ""
        assert "_css" not in state
        assert len(state["_esm"]) < 2000
        assert not any(assets.notebook_module() == value for value in state.values())
        panel.close()


def test_a_page_that_lacks_the_code_is_given_it() -> None:
    with aj.explore(make_model(), make_noise(0.5, 8000)) as panel:
        talk = Talk(panel)
        talk.say({"kind": "code", "request": "code"})
        assert talk.sent == [
            ({"kind": "code", "code": assets.notebook_module()}, []),
            ({"kind": "done", "what": "code", "request": "code", "error": ""}, []),
        ]
        assert panel.error == ""


def test_the_loader_knows_the_code_that_it_loads() -> None:
    version = hashlib.sha256(assets.notebook_module().encode()).hexdigest()
    assert assets.loader().count(version) == 1
