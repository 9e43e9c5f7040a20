"""The time line as Python sees it: what is heard, kept, sent, stopped, and what goes wrong."""

import dataclasses
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from making import make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.listening import song_windows
from auralise_jax.listening.song_moments import best
from auralise_jax.widgets import explorer, song, timeline

MODEL = make_model()
RATE = MODEL.frontend.sample_rate
LONG = make_noise(2.0)

SHARED = json.loads((Path(__file__).parents[1] / "js/moments.json").read_text("utf-8"))


@pytest.fixture
def panel():
    with aj.explore(MODEL, LONG, layer=2, feature=1, start=0.0) as panel:
        yield panel


def hear(panel: aj.Explorer) -> Talk:
    talk = Talk(panel)
    ask(talk)
    panel._timeline.worker.join()
    return talk


def ask(talk: Talk, kind: str = "song") -> None:
    talk.say({"kind": kind, "song": talk.panel.facts["song"]["number"]})


def told(talk: Talk, kind: str = "song") -> list:
    return [one for one in talk.sent if one[0]["kind"] == kind]


def last(talk: Talk) -> dict:
    return told(talk, "song-progress")[-1][0]


def test_what_is_sent_is_what_was_heard(panel) -> None:
    assert panel.song is None
    talk = hear(panel)
    ((message, buffers),) = told(talk)
    heard = aj.listen_song(MODEL, LONG, MODEL.seconds / 2, progress=False)
    assert (message["hop"], message["seconds"], message["duration"]) == (0.185, 0.37, 2.0)
    np.testing.assert_allclose(message["times"], heard.times, atol=1e-4)
    assert message["classes"] == ["a", "b", "c"]
    odds = np.frombuffer(buffers[0], "<f4").reshape(-1, 3)
    np.testing.assert_allclose(odds, heard.probabilities, rtol=1e-6)
    for number, (layer, data) in enumerate(zip(message["layers"], buffers[1:], strict=True), 1):
        halves = np.frombuffer(data, "<f2").reshape(-1, layer["features"])
        assert np.array_equal(halves.astype(float) * layer["scale"], heard.activity(number))
    assert panel.song is not None
    assert panel.song.strongest(2, 1) == heard.strongest(2, 1)
    assert last(talk)["share"] is None
    assert last(talk)["error"] == ""


def test_progress_says_how_far(panel) -> None:
    words = [one[0] for one in told(hear(panel), "song-progress")]
    shares = [one["share"] for one in words[:-1]]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert words[-2]["words"] == "hearing the song: 2 of 2 s"


def test_a_song_is_heard_once_and_sent_to_whoever_asks(panel, monkeypatch) -> None:
    talk = hear(panel)
    monkeypatch.setattr(timeline, "listen_song", lambda *_, **__: pytest.fail("heard again"))
    panel.start = 1.0  # another window of the same song
    ask(talk)
    ask(talk)
    panel._timeline.worker.join()
    assert len(told(talk)) == 3


def test_a_clip_that_fits_has_no_time_line() -> None:
    with aj.explore(MODEL, make_noise(0.37)) as panel:
        assert panel.facts["song"] is None
        assert panel.song is None
        talk = Talk(panel)
        talk.say({"kind": "song", "song": 7})
        assert told(talk) == []


@pytest.mark.parametrize(
    ("task", "classes", "said"),
    [
        ("classes", ("a", "b", "c"), "classes"),
        ("tags", ("a", "b", "c"), "tags"),
        ("tempo", ("60 BPM", "90 BPM", "120 BPM"), "tempo"),
        ("classes", (), None),
        ("pitch", (), None),
    ],
)
def test_facts_say_what_the_network_says(task, classes, said) -> None:
    model = make_model(dense=(7, 3)) if classes else make_model(dense=())
    assert model.seconds < 2
    model = dataclasses.replace(model, classes=classes, task="classes" if task == "pitch" else task)
    with aj.explore(model, LONG, feature=0) as panel:
        assert panel.facts["song"]["said"] == said
        ((message, _),) = told(hear(panel))
        assert message["classes"] == list(classes)


def test_of_a_long_song_at_most_so_many_windows_are_heard(monkeypatch) -> None:
    monkeypatch.setattr(timeline, "WINDOWS", 4)
    monkeypatch.setattr(timeline, "LOOKED", 1.5)
    with aj.explore(MODEL, LONG) as panel:
        facts = panel.facts["song"]
        assert facts["asks"]
        assert facts["hop"] == 0.5
        ((message, _),) = told(hear(panel))
        assert len(message["times"]) <= 5


def test_hearing_holds_no_lock_and_can_be_stopped(panel, monkeypatch) -> None:
    reached, go = threading.Event(), threading.Event()
    hear_song = timeline.listen_song

    def slow(*given, each, **more):
        def one(done: int, of: int) -> None:
            reached.set()
            go.wait(60)
            each(done, of)

        return hear_song(*given, each=one, **more)

    monkeypatch.setattr(timeline, "listen_song", slow)
    talk = Talk(panel)
    ask(talk)
    assert reached.wait(60)
    panel.feature = 3  # answered while the song is being heard
    talk.ask(feature=3)
    assert panel.shown["feature"] == 3
    ask(talk, "song-stop")
    go.set()
    panel._timeline.worker.join()
    assert told(talk) == []
    assert panel.song is None
    assert (last(talk)["share"], last(talk)["error"]) == (None, "")
    ask(talk)  # and begun again
    panel._timeline.worker.join()
    assert panel.song is not None


def test_another_clip_ends_it_and_a_number_that_is_not_shown_is_let_be(panel) -> None:
    number = panel.facts["song"]["number"]
    talk = Talk(panel)
    with panel._lock:  # as if a move were being answered: after its first window it waits
        talk.say({"kind": "song", "song": number})
        panel.clip = "Ballad"
    panel._timeline.worker.join()
    assert told(talk) == []
    assert last(talk) == {
        "kind": "song-progress", "song": number, "share": None, "words": "", "error": ""
    }  # fmt: skip
    talk.say({"kind": "song", "song": number})
    assert told(talk) == []
    assert panel.facts["song"]["number"] != number


def test_what_goes_wrong_is_said_with_its_place_and_the_panel_goes_on(panel, monkeypatch) -> None:
    listen_song = timeline.listen_song

    def broken(*_given, each, **_more):
        each(5, 10)
        raise ValueError("the file ends at 1.10 s")

    monkeypatch.setattr(timeline, "listen_song", broken)
    talk = hear(panel)
    assert last(talk)["error"] == "the file ends at 1.10 s"
    assert panel.error == ""
    assert panel.song is None
    panel.feature = 2
    talk.ask()
    assert panel.shown["feature"] == 2
    monkeypatch.setattr(timeline, "listen_song", listen_song)
    ask(talk)
    panel._timeline.worker.join()
    assert panel.song is not None


def test_a_file_that_breaks_off(tmp_path) -> None:
    path = LONG.save(tmp_path / "song.wav")
    with aj.explore(MODEL, path, start=0.0) as panel:
        path.write_bytes(path.read_bytes()[:-3000])  # 0.75 s
        talk = hear(panel)
        assert "song.wav" in last(talk)["error"]
        assert panel.song is None


def test_under_a_mute_both_are_heard(panel) -> None:
    muted = MODEL.with_gains({(2, 1): 0.0})
    key = timeline.SongKey.of(("tiny", "noise"), muted)
    line, talk = panel._timeline, Talk(panel)
    facts = line.facts(key, panel._song, muted)
    assert facts["unmuted"] == panel.facts["song"]["number"] != facts["number"]
    line.hear(key, panel._song, muted)
    line.worker.join()
    (first, _), (second, _) = told(talk)
    assert [first["song"], second["song"]] == [facts["unmuted"], facts["number"]]
    plain, edited = panel.song, line.heard(key)
    assert np.array_equal(plain.activity(2), edited.activity(2))  # a muted feature is still seen
    assert not np.array_equal(plain.activity(3), edited.activity(3))
    assert not np.array_equal(plain.probabilities, edited.probabilities)
    assert "muted" in [one[0]["words"] for one in told(talk, "song-progress")][-2]


def test_the_next_window_is_there_before_it_is_shown(panel, monkeypatch) -> None:
    talk = Talk(panel)
    talk.say({"kind": "ahead", "revision": panel.facts["revision"], "start": 0.5, "request": "x"})
    assert talk.sent[-1][0] == {"kind": "done", "what": "ahead", "request": "x", "error": ""}
    assert panel.start == 0
    panel._ahead.worker.join()
    monkeypatch.setattr(explorer, "Listening", lambda *_: pytest.fail("heard again"))
    monkeypatch.setattr(aj.Listening, "projections", lambda *_, **__: pytest.fail("projected"))
    panel.start = 0.5
    assert panel.heard.start == 0.5
    talk.say({"kind": "ahead", "revision": 0, "start": 1.0})  # of what is no longer shown
    talk.say({"kind": "ahead", "revision": panel.facts["revision"], "start": 9.0, "request": "y"})
    assert "start" in talk.sent[-1][0]["error"]


@pytest.mark.parametrize("sent", [{}, {"song": "0"}, {"song": 0.5}])
def test_a_strange_message_is_refused(panel, sent) -> None:
    talk = Talk(panel)
    talk.say({"kind": "song", "request": "x"} | sent)
    assert "song must be a whole number" in talk.sent[-1][0]["error"]


def test_no_more_is_kept_than_the_budget(panel, monkeypatch) -> None:
    hear(panel)
    monkeypatch.setattr(panel._timeline._kept, "most", 1)
    panel.model = "tiny, random weights"
    hear(panel)
    assert panel.song is not None
    panel.model = "tiny"
    assert panel.song is None


def test_a_closed_panel_hears_no_more(panel) -> None:
    talk = Talk(panel)
    ask(talk)
    panel.close()
    assert not panel._timeline.worker._thread


def test_moments_are_those_of_the_page() -> None:
    """The page's tests have the same table."""
    for case in SHARED["strongest"]:
        found = best(
            np.array(case["values"]), np.array(case["times"]), case["seconds"], case["duration"], 5
        )
        assert [list(one) for one in found] == case["found"]
    halves = np.array(SHARED["halves"]["values"], np.float16)
    assert halves.view(np.uint16).tolist() == SHARED["halves"]["bits"]
    assert song_windows.Activity.of(halves.astype(np.float32)).values.tolist() == halves.tolist()


def test_a_song_is_looked_over_as_far_as_it_is_heard_unasked() -> None:
    assert timeline.LOOKED == song.LOOKED


def test_the_wave_of_the_whole_is_sent(panel) -> None:
    ((message, _),) = told(hear(panel))
    assert max(message["wave"]) == 255
    assert len(message["wave"]) == len(panel.song.wave)
