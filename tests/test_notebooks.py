"""The course runs from top to bottom, and no output is kept in git."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

COURSE = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_is_a_course() -> None:
    assert [path.name for path in COURSE] == [
        "00_hear_a_feature.ipynb",
        "02_teach_a_cnn_genres.ipynb",
    ]


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_no_outputs_are_kept(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if o.get("name") == "stderr" and "Warning" in o.get("text", "")]
    for output in outputs:
        data = output.get("data", {})
        assert "image/png" in data or not data.get("text/plain", "").startswith("<Figure"), data
    if path.stem.startswith("00"):
        widgets = [
            o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})
        ]
        assert len(widgets) >= 2
        assert any("image/png" in o.get("data", {}) for o in outputs)
        assert (tmp_path / "my_feature.wav").exists()
        assert (tmp_path / "my_features.html").stat().st_size > 100_000
    if path.stem.startswith("02"):
        assert sum("image/png" in o.get("data", {}) for o in outputs) >= 4
        assert (tmp_path / "my_genres.manifest.csv").exists()
