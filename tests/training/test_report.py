"""Pictures: what they say equals the scores, every name can be drawn, and files come out whole."""

import io
import sys
from collections.abc import Iterable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auralise_jax.figures import save_figure
from auralise_jax.training import report
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.report import curves_figure, evaluation_figure
from auralise_jax.training.scores import Scores, scores


def made_scores(
    classes: tuple[str, ...], *, groups: bool = True, seed: int = 0, none_below: float = 0.0
) -> Scores:
    """Return scores of eight clips a class, two of a piece, often right."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(classes)), 8)
    odds = np.exp(rng.normal(size=(len(labels), len(classes))) + 2 * np.eye(len(classes))[labels])
    odds /= odds.sum(axis=1, keepdims=True)
    pieces = np.arange(len(labels)) // 2
    names = tuple(f"album {n % 3}" for n in pieces) if groups else ()
    return scores(Predictions(classes, odds, labels, pieces, names), none_below=none_below)


def draw(figure: Figure) -> bytes:
    """Draw as PNG; any warning is an error."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    return buffer.getvalue()


def panel(figure: Figure, title: str) -> Axes:
    return next(axes for axes in figure.axes if axes.get_title(loc="left").startswith(title))


def labels_of(ticks: Iterable[object]) -> list[str]:
    return [tick.get_text() for tick in ticks]


# Evaluation


def test_cells_are_the_confusion_matrix() -> None:
    found = made_scores(("waltz", "jig", "reel"))
    figure = evaluation_figure(found)
    axes = panel(figure, "Where the clips go")
    texts = [text.get_text() for text in axes.texts]
    assert list(map(int, texts[1::2])) == found.confusion[found.confusion > 0].tolist()
    shares = found.confusion / 8
    assert texts[::2] == [f"{100 * share:.0f} %" for share in shares[shares > 0]]
    np.testing.assert_allclose(axes.images[0].get_array(), shares)
    assert labels_of(axes.get_xticklabels()) == ["waltz", "jig", "reel"]
    assert labels_of(axes.get_yticklabels()) == ["waltz (8)", "jig (8)", "reel (8)"]


def test_bars_are_the_accuracies_and_lines_their_intervals() -> None:
    classes = ("waltz", "jig", "reel")
    found, other = made_scores(classes), made_scores(classes, seed=1)
    axes = panel(evaluation_figure(found, baselines={"rhythm": other}), "Accuracy")
    shares = [found.clip_accuracy, found.piece_accuracy, other.clip_accuracy, other.piece_accuracy]
    assert [bar.get_width() for bar in axes.patches] == [100 * share.value for share in shares]
    spans = [line.get_xdata().tolist() for line in axes.lines[:4]]
    assert spans == [[100 * share.low, 100 * share.high] for share in shares]
    assert labels_of(axes.get_yticklabels()) == ["CNN", "rhythm"]


def test_reliability_bars_are_the_bins() -> None:
    found = made_scores(("waltz", "jig", "reel"))
    figure = evaluation_figure(found)
    above = panel(figure, "Calibration")
    below = next(axes for axes in figure.axes if axes.get_ylabel() == "clips")
    bins = [its for its in found.bins if its.clips]
    assert [bar.get_height() for bar in above.patches] == [100 * its.accuracy for its in bins]
    assert [bar.get_height() for bar in below.patches] == [its.clips for its in bins]
    assert below.get_xlabel().endswith(f"expected error {100 * found.calibration_error:.1f} %")


def test_clips_without_an_answer_lie_left_of_the_dots() -> None:
    figure = evaluation_figure(made_scores(("waltz", "jig", "reel"), none_below=0.6))
    above = panel(figure, "Calibration")
    below = next(axes for axes in figure.axes if axes.get_ylabel() == "clips")
    for axes in (above, below):
        (dots,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert set(dots.get_xdata()) == {60}
    found = made_scores(("waltz", "jig", "reel"), none_below=0.6).answered
    assert found is not None
    assert below.get_xlabel().endswith(f" %\nanswered {100 * found.share:.0f} %, right of the dots")
    draw(figure)


def test_worst_group_is_on_top() -> None:
    found = made_scores(("waltz", "jig", "reel"))
    axes = panel(evaluation_figure(found), "By group and class, worst first")
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == sorted(widths) == [100 * group.accuracy for group in found.groups]
    assert axes.yaxis_inverted()
    worst = found.groups[0]
    assert labels_of(axes.get_yticklabels())[0] == f"{worst.group} · {worst.label}"


def test_without_groups_classes_stand_there() -> None:
    found = made_scores(("waltz", "jig"), groups=False)
    axes = panel(evaluation_figure(found), "By class, worst first")
    assert [bar.get_width() for bar in axes.patches] == sorted(
        100 * its.recall for its in found.per_class
    )


def test_title_is_wrapped() -> None:
    figure = evaluation_figure(made_scores(("a", "b")), title="words " * 40)
    assert max(map(len, figure.get_suptitle().splitlines())) <= 125


@pytest.mark.parametrize("count", [2, 12, 30])
def test_any_number_of_classes_is_drawn(count: int) -> None:
    found = made_scores(tuple(f"rather long genre name {n}" for n in range(count)))
    assert draw(evaluation_figure(found)).startswith(b"\x89PNG")


def test_class_without_clips_is_drawn() -> None:
    told = Predictions(("a", "b", "c"), np.eye(3)[[0, 1]], [0, 1], [0, 1])
    assert draw(evaluation_figure(scores(told)))


@pytest.mark.parametrize("fallbacks", [(), report._FALLBACKS])
def test_odd_names_are_drawn_without_a_warning(
    monkeypatch: pytest.MonkeyPatch, fallbacks: tuple[str, ...]
) -> None:
    monkeypatch.setattr(report, "_FALLBACKS", fallbacks)
    report._families.cache_clear()
    names = ("🎸 rock", "$\\frac", "音楽", "a\nb", "x" * 90, "हिन्दी", "👩‍🎤", "\udcff", "ελληνικά")
    found = made_scores(names)
    figure = evaluation_figure(found, title="🎷 $x", name="🤖", baselines={"音": found})
    assert draw(figure)
    report._families.cache_clear()


def test_what_the_font_lacks_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_FALLBACKS", ())
    report._families.cache_clear()
    found = made_scores(("🎸", "🎻", "音", "👩‍🎤"))
    axes = panel(evaluation_figure(found), "Where the clips go")
    assert labels_of(axes.get_xticklabels()) == [
        ":guitar:",
        ":violin:",
        "\\u97f3",
        ":woman::microphone:",
    ]
    report._families.cache_clear()


def test_baseline_on_other_clips_is_refused() -> None:
    other = made_scores(("a", "b", "c"))
    with pytest.raises(ValueError, match="scored on the same clips, but 'rhythm' is not"):
        evaluation_figure(made_scores(("a", "b")), baselines={"rhythm": other})


def test_baseline_of_the_same_name_is_refused() -> None:
    found = made_scores(("a", "b"))
    with pytest.raises(ValueError, match="name must differ from those of the baselines, not 'x'"):
        evaluation_figure(found, name="x", baselines={"x": found})


# Curves


def history(count: int) -> list[dict[str, float]]:
    """Return records; each second has validation, the lowest loss at step 20."""
    records = [
        {"step": 10.0 * n, "loss": 1 / (1 + n), "accuracy": 1 - 0.5**n, "learning_rate": 1e-3}
        for n in range(count)
    ]
    for n in range(0, count, 2):
        accuracy = 0.9 - 0.1 * abs(n - 3)  # at its best at steps 20 and 40
        records[n] |= {"validation_loss": 0.4 + abs(n - 2), "validation_accuracy": accuracy}
    return records


def test_curves_are_the_records() -> None:
    figure = curves_figure(history(6))
    loss, accuracy = panel(figure, "Loss"), panel(figure, "Accuracy")
    training, validation, _ = accuracy.lines
    np.testing.assert_allclose(training.get_ydata(), [100 * (1 - 0.5**n) for n in range(6)])
    np.testing.assert_allclose(validation.get_xdata(), [0, 20, 40])
    np.testing.assert_allclose(validation.get_ydata(), [60, 80, 80])
    np.testing.assert_allclose(loss.lines[0].get_ydata(), [1 / (1 + n) for n in range(6)])
    assert {axes.get_ylabel() for axes in figure.axes} == {
        "cross-entropy (nats)",
        "accuracy (%)",
        "learning rate (dotted)",
    }


def test_best_step_is_marked() -> None:
    figure = curves_figure(history(6))
    for title in ("Loss", "Accuracy"):
        assert list(panel(figure, title).lines[-1].get_xdata()) == [20, 20]
    texts = labels_of(panel(figure, "Accuracy").get_legend().get_texts())
    assert texts == ["training", "validation", "best, step 20: 0.400 nats"]


def test_best_step_by_accuracy_where_the_loss_is_unknown() -> None:
    records = [{k: v for k, v in r.items() if k != "validation_loss"} for r in history(6)]
    texts = labels_of(panel(curves_figure(records), "Accuracy").get_legend().get_texts())
    assert texts[-1] == "best, step 20: 80.0 %"


def test_without_validation_nothing_is_best() -> None:
    records = [{key: r[key] for key in ("step", "loss", "accuracy")} for r in history(3)]
    figure = curves_figure(records)
    assert [len(axes.lines) for axes in figure.axes] == [1, 1]
    assert draw(figure)


def test_long_curves_get_a_running_mean() -> None:
    records = [{"step": n, "loss": float(n % 2), "accuracy": 0.25} for n in range(500)]
    rough, smooth = panel(curves_figure(records), "Loss").lines
    assert np.ptp(rough.get_ydata()) == 1
    np.testing.assert_allclose(smooth.get_ydata()[20:-20], 0.5, atol=0.03)
    flat = panel(curves_figure(records), "Accuracy").lines[-1].get_ydata()
    np.testing.assert_allclose(flat, 25)  # at the edges too


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None])
def test_what_is_not_finite_leaves_a_gap(bad: float | None) -> None:
    records = history(6)
    records[2]["validation_loss"] = records[2]["validation_accuracy"] = bad
    records[3]["loss"] = float("inf")
    figure = curves_figure(records)
    assert draw(figure)
    assert np.isnan(panel(figure, "Loss").lines[0].get_ydata()).sum() == 1


def test_bad_histories_are_refused() -> None:
    with pytest.raises(ValueError, match="history is empty; a curve needs at least one record"):
        curves_figure([])
    with pytest.raises(ValueError, match="history must have 'accuracy' in each record, not in 1"):
        curves_figure([*history(1), {"step": 1, "loss": 0.1}])


# Files


@pytest.mark.parametrize(
    ("ending", "start"), [("png", b"\x89PNG"), ("SVG", b"<?xml"), ("pdf", b"%PDF")]
)
def test_figure_is_saved(tmp_path, ending: str, start: bytes) -> None:
    path = save_figure(curves_figure(history(3)), tmp_path / f"curves.{ending}")
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_other_endings_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"must end in \.png, \.svg, \.pdf, not 'x\.gif'"):
        save_figure(curves_figure(history(3)), tmp_path / "x.gif")


def test_missing_folder_is_named(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        save_figure(curves_figure(history(3)), tmp_path / "none" / "x.png")


def test_pyplot_is_not_touched() -> None:
    before = "matplotlib.pyplot" in sys.modules
    evaluation_figure(made_scores(("a", "b")))
    assert ("matplotlib.pyplot" in sys.modules) == before
