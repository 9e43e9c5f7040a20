"""The grammar of dance music: mostly a kick on every beat, else a broken one; always driving."""

from __future__ import annotations

import numpy as np

from auralise_jax.composing import broken_beats
from auralise_jax.composing.beats import draw_fill, every, ghosts, softer
from auralise_jax.composing.families import Drumming, Family, Voice
from auralise_jax.composing.pattern import pick
from auralise_jax.composing.rhythm import FUNKY, OFFBEAT, TASTES, contour, euclid, onsets, spell
from auralise_jax.synth import instruments as play

# Twenty-four, so that the families kept out of training have each of them once.
STYLES = (
    "house", "2-step", "disco", "deep house", "synth-pop", "techno", "french house", "breakbeat",
    "trance", "minimal", "UK funky", "eurodance", "progressive", "dance-rock", "garage", "hi-NRG",
    "electro", "latin house", "dance-pop", "afro", "italo", "big beat", "tribal", "latin",
)  # fmt: skip
TEMPO = (100.0, 150.0)
_POSSIBLE = (102, 144)
_USUAL = {
    "house": (116, 130), "deep house": (112, 126), "disco": (108, 130), "french house": (112, 128),
    "techno": (118, 142), "minimal": (114, 130), "trance": (124, 142), "progressive": (114, 132),
    "eurodance": (118, 146), "hi-NRG": (122, 148), "garage": (120, 136),
    "latin house": (112, 130), "dance-pop": (108, 132), "italo": (108, 128), "tribal": (112, 132),
    **broken_beats.TEMPI,
}  # fmt: skip
_BROKEN = tuple(broken_beats.TEMPI)
_SWUNG = ("garage", "deep house", "house", "tribal", "french house", *broken_beats.SWUNG)
_ACOUSTIC = ("disco", "latin house", "french house", *broken_beats.ACOUSTIC)
_COLOURED = ("deep house", "disco", "garage", "french house", "house")


def draw(rng: np.random.Generator, number: int) -> Family:
    """Draw a family of dance music; its style is `number` modulo the number of `STYLES`.

    Examples
    --------
    >>> dict(draw(np.random.default_rng(0), 5).drumming.beat)["kick"][:16]
    'X...X...X...X...'
    """
    style = STYLES[number % len(STYLES)]
    # Any style is also danced slower and faster than usual.
    centre = rng.uniform(*(_POSSIBLE if rng.random() < 0.2 else _USUAL[style]))
    swung = style in _SWUNG and rng.random() < 0.6
    acoustic = style in _ACOUSTIC
    return Family(
        style=style,
        tempo=(max(TEMPO[0], 0.95 * centre), min(TEMPO[1], 1.05 * centre)),
        drumming=_drumming(rng, style),
        voices=_voices(rng, style),
        swing=(0.53, 0.6) if swung else (0.5, 0.51),
        looseness=float(rng.uniform(0.004, 0.008) if acoustic else rng.uniform(0, 0.004)),
        minor=pick(rng, (0.9, 0.9, 0.6, 0.2)),
        colour=float(rng.uniform(0.5, 1) if style in _COLOURED else rng.uniform(0, 0.3)),
        chord_beats=pick(rng, ((4,), (4,), (4, 2), (8,), (4, 8))),
        chord_counts=pick(rng, ((4,), (4,), (2, 4), (1, 2), (4, 8))),
    )


def _drumming(rng: np.random.Generator, style: str) -> Drumming:
    is_broken = style in _BROKEN
    drums = broken_beats.draw_beat(rng, style) if is_broken else _four_on_the_floor(rng, style)
    acoustic = style in _ACOUSTIC and rng.random() < 0.6
    fills = [draw_fill(rng) for _ in range(4)]
    return Drumming(
        beat=tuple(drums.items()),
        fills=tuple(fills if is_broken else [_kicked(rng, fill) for fill in fills]),
        kits=play.ACOUSTIC_KITS if acoustic else play.ELECTRONIC_KITS,
        strength=(0.8, 1.0),
        level_db=(-6, 4),
        crash=0.35,
        busy=0.25,
    )


def _four_on_the_floor(rng: np.random.Generator, style: str) -> dict[str, str]:
    drums = {"kick": every(4, "X")}
    if rng.random() < 0.4:  # one more kick leads into every second bar
        extra = pick(rng, (15, 14, 11, 7, 10))
        drums["kick"] += "|" + spell({**dict.fromkeys((0, 4, 8, 12), "X"), extra: "x"})
    acoustic = style in _ACOUSTIC
    backbeat = pick(rng, ("snare", "snare", "clap") if acoustic else ("clap", "clap", "snare", ""))
    if backbeat:
        sign = pick(rng, ("X", "x", "x", "o"))
        text = spell(dict.fromkeys((4, 12), sign))
        drums[backbeat] = ghosts(rng, text, 0.2) if rng.random() < 0.3 else text
        if rng.random() < 0.3:
            drums["snare" if backbeat == "clap" else "clap"] = softer(text)
    if rng.random() < (0.5 if style in ("minimal", "techno") else 0.8):
        drums["open hat"] = every(4, pick(rng, ("x", "X", "o")), start=2)
    hats = (
        every(1, "ogog"), every(2, "o"), every(2, "xo"), every(1, "xoxo"), every(1, "oggg"),
        every(1, "ggxg"), every(4, "x", start=2), euclid(int(rng.integers(5, 12)), 16, 2, "o"),
        "", "xo.oxo.oxo.oxo.o", "..xo..xo..xo..xo",
    )  # fmt: skip
    text = pick(rng, hats)
    if text or "open hat" not in drums:
        drums[pick(rng, ("hat", "hat", "hat", "ride", "shaker"))] = text or every(2, "xo")
    percussion = {
        "latin house": 3, "tribal": 3, "disco": 1, "minimal": 2, "techno": 1, "hi-NRG": 1
    }.get(style, int(rng.random() < 0.5))  # fmt: skip
    names = ["conga", "low conga", "cowbell", "tambourine", "rim", "shaker", "low tom", "high tom"]
    for name in rng.permutation(names)[:percussion]:
        count = int(rng.integers(3, 8))
        turn = int(rng.integers(16))
        word = euclid(count, 16, turn, "o")
        if rng.random() < 0.5:
            word = spell(dict.fromkeys(onsets(rng, count, pick(rng, (FUNKY, OFFBEAT))), "o"))
        drums.setdefault(str(name), word)
    return drums


def _kicked(
    rng: np.random.Generator, fill: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Mostly, the kick goes on through a fill."""
    if rng.random() < 0.25:
        return fill
    length = max((len(text) for _, text in fill), default=4)
    others = tuple((drum, text) for drum, text in fill if drum != "kick")
    kick = every(4, "x", start=length % 4, steps=length)
    return (*others, ("kick", kick)) if "x" in kick else others


def _bass(rng: np.random.Generator, style: str) -> str:
    words = {
        "trance": ("..r-..r-..r-..r-", ".rrr.rrr.rrr.rrr", "..rr..rr..rr..rr"),
        "hi-NRG": ("r.o.r.o.r.o.r.o.", "r-o-r-o-r-o-r-o-", "..r-..r-..r-..o-"),
        "disco": ("r-o-r-o-r-o-r-o-", "r..or.o.r..or.f.", "r-r-r.o.f-r-o.r."),
        "italo": ("r-o-r-o-r-o-r-o-", "rroorroorroorroo", "r-r-r-r-r-r-r-r-"),
        "electro": ("rrrrrrrrrrrrrrrr", "r-r-r-r-r-r-r-r-", "r.rr.r.rr.rr.ro."),
        "2-step": (
            "r-....r..r-.....", "r--......r-..o..", "..r-..r-...r-...", "r-...o..r-.f....",
        ),
        "breakbeat": (
            "r--r..r---r.....", "r-r.......ro..f.", "r.....r-..r.o-..", "r---------------",
        ),
        "big beat": (
            "r.r.r.rrr.r.o.s.", "r-r-..r-r-s-..o-", "r..r..r.r..r..o.", "rrrrrrrrrrrrrrrr",
        ),
        "synth-pop": (
            "r.r.r.r.r.r.r.r.", "rrrrrrrrrrrrrrrr", "r.o.r.o.r.o.r.o.", "r-..r-r-..r-r-..",
        ),
        "dance-rock": (
            "r.r.r.r.r.r.r.r.", "r-o-r-o-r-o-r-o-", "r..r..r.r..r..r.", "r-r-r-r-r-r-f-a-",
        ),
        "latin": (
            "......f-....o---", "r--f--o-r--f--o-", "..r...f---..o-..", "r-....f-r-....f-",
        ),
        "afro": (
            "r..r..r...r.r...", "...r..r.....f-..", "r-....r..o......", "..r-..r-..r-..o-",
        ),
    }.get(style, ())  # fmt: skip
    common = (
        "..r-..r-..r-..r-", "..r-..r-..r-..o-", ".rrr.rrr.rrr.rrr", "r--r--r-r--r--r-",
        "..rr..ro..rr..or", "r--r--r-..r-..o-", "r-r-r-r-r-r-r-r-", "r-..r-..r-..r-..",
    )  # fmt: skip
    if rng.random() < 0.4:
        at = onsets(rng, int(rng.integers(4, 9)), pick(rng, (FUNKY, OFFBEAT)), first=True)
        signs = [pick(rng, "rrrrofs") for _ in at]
        first = spell({**dict(zip(at, signs, strict=True)), at[0]: "r"}, hold=2)
    else:
        first = pick(rng, words if words and rng.random() < 0.7 else common)
    if rng.random() < 0.5:
        return first
    tail = pick(rng, ("r-o-", "..ro", "r.ra", "o-f-", "r.o.", "....", "rrro"))
    return f"{first}|{first[:12]}{tail}"


def _stabs(rng: np.random.Generator) -> str:
    words = (
        "..x-..x-..x-..x-", "..x...x...x...x.", "x..x..x...x..x..", "x..x..x..x..x.x.",
        "...x..x....x..x.", "x--x--x-x--x--x-", "..X-..x-..X-..xx", "x-......x-......",
    )  # fmt: skip
    if rng.random() < 0.5:
        return pick(rng, words)
    bars = []
    for _ in range(2):
        at = onsets(rng, int(rng.integers(3, 8)), pick(rng, (OFFBEAT, FUNKY, OFFBEAT)))
        bars.append(spell(at, hold=int(rng.integers(1, 4))))
    return "|".join(bars)


def _sequence(rng: np.random.Generator) -> str:
    """Draw what a step sequencer plays."""
    rhythm = pick(
        rng, (every(1, "x"), every(1, "x"), every(2, "x"), "x..x..x..x..x.x.", "x.xx.xx.x.xx.xx.")
    )
    if rng.random() < 0.3:
        rhythm = euclid(int(rng.integers(7, 13)), 16)
    shape = iter(contour(rng, 16, height=6))
    return "".join(str(next(shape)) if sign == "x" else "." for sign in rhythm)


def hook(rng: np.random.Generator, hold: int, rest: float) -> tuple[str, ...]:
    """Draw two-bar hooks; the second bar repeats the first one's rhythm, or half rests."""
    hooks = []
    for _ in range(5):
        taste = pick(rng, TASTES)
        first = spell(onsets(rng, int(rng.integers(4, 10)), taste), hold=hold)
        second = first[:8] + "x---...." if rng.random() < 0.5 else first
        hooks.append(f"{first}|{'.' * 16 if rng.random() < rest else second}")
    return tuple(hooks)


def _voices(rng: np.random.Generator, style: str) -> tuple[Voice, ...]:
    acoustic = style in _ACOUSTIC
    sidechain = (3.0, 14.0) if not acoustic and rng.random() < 0.6 else (0.0, 0.0)
    basses = (*play.ELECTRIC_BASSES, 36, 37, 38) if acoustic else (*play.SYNTH_BASSES, 33, 36, 32)
    voices = [
        Voice(
            "bass", "bass", (_bass(rng, style),), basses, (27, 36), (84, 108), (-5, 1),
            chance=0.95, glide=0.12 if style in ("garage", "electro", "techno") else 0.0,
        )
    ]  # fmt: skip
    stabs = {
        "house": (0, 1, 16, 17, 4, 81), "deep house": (4, 5, 17, 16, 89, 26), "disco": (27, 28, 0),
        "french house": (4, 61, 48, 27, 62), "latin house": (0, 1, 0, 16), "italo": (0, 1, 62, 50),
        "eurodance": (62, 63, 81, 0, 90), "trance": (81, 90, 62, 50), "garage": (16, 4, 17, 0),
        "2-step": (16, 4, 17, 0, 5, 12), "dance-rock": (27, 29, 30, 28, 16, 0),
        "latin": (0, 0, 24, 61), "big beat": (29, 30, 16, 18, 27, 81),
        "afro": (0, 4, 12, 108, 16, 24),
    }.get(style, (62, 63, 81, 90, 0, 1, 16, 17, 4, 80, 50, 7, 27, 55, 12))  # fmt: skip
    wanted = rng.random()
    if wanted < 0.75:
        voices.append(
            Voice(
                "stabs", "chords", (_stabs(rng),), stabs, (60, 71), (68, 100), (-9, -3),
                push=pick(rng, (0.0, 0.0, 0.5)), duck_db=sidechain,
            )
        )  # fmt: skip
    if wanted >= 0.5 or style in ("trance", "techno", "progressive", "italo"):
        leads = (*play.SYNTH_LEADS, 98, 5, 6, 27, 45, 88, 11, 12, 0, 38)
        voices.append(
            Voice(
                "arpeggio", "arpeggio", (_sequence(rng),), leads, (60, 73), (62, 92), (-10, -4),
                chance=0.9, duck_db=pick(rng, ((0.0, 0.0), sidechain)),
            )
        )  # fmt: skip
    held = pick(
        rng, ("x---", "x---", "x---", "..x-..x-..x-..x-", ".xxx.xxx.xxx.xxx", ".x--.x--.x--.x--")
    )
    pads = play.STRINGS if style == "disco" else (*play.PADS, 90, 94, 95)
    voices.append(
        Voice(
            "pad", "chords", (held,), pads, (57, 69), (56, 84), (-12, -5),
            chance=0.55, duck_db=sidechain,
        )
    )  # fmt: skip
    sings = rng.random() < 0.35
    players: tuple[int, ...] = (*play.SYNTH_LEADS, *play.PLUCK_LEADS, 56, 61, 73, 65)
    if sings:
        players = (*play.SINGERS, *play.VOICES)
    voices.append(
        Voice(
            "melody", "melody", hook(rng, 6 if sings else int(rng.integers(1, 4)), 0.2), players,
            (66, 81), (72, 106), (-8, -1), glide=float(rng.uniform(0, 0.2)),
            chance=0.3 if style in ("techno", "minimal", "tribal") else 0.65, duck_db=(0.0, 4.0),
        )
    )  # fmt: skip
    return tuple(voices)
