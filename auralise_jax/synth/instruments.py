"""Instruments: General MIDI programs, counted from 0, in the groups of an arranger.

Genres share them as far as truth allows, so that a timbre alone does not tell the genre.
"""

from __future__ import annotations

from collections.abc import Mapping

PIANOS = (0, 0, 0, 1, 2, 3)
ELECTRIC_PIANOS = (4, 5, 4, 5, 2)
KEYS = (*PIANOS, *ELECTRIC_PIANOS, 7, 6)
MALLETS = (8, 9, 10, 11, 12, 13, 14, 98, 108, 114, 112)
ORGANS = (16, 17, 18, 19, 20, 21)
NYLON_AND_STEEL = (24, 25, 25, 24, 26, 15)
ELECTRIC_GUITARS = (26, 27, 27, 28)
LOUD_GUITARS = (29, 30, 27)
PLUCKED = (24, 25, 26, 27, 46, 45, 104, 106, 107, 108, 105)

ACOUSTIC_BASSES = (32, 32, 33, 35, 43)
ELECTRIC_BASSES = (33, 34, 33, 35, 36, 37)
SYNTH_BASSES = (38, 39, 38, 39, 87, 81, 80)
SUB_BASSES = (38, 39, 39, 32, 79, 80)  # an ocarina two octaves down is nearly a sine

STRINGS = (48, 49, 48, 50, 51, 44)
CHOIRS = (52, 53, 54, 91, 85)
SYNTH_PADS = (88, 89, 90, 91, 92, 93, 94, 95, 50, 51, 99)
PADS = (*STRINGS, *CHOIRS, *SYNTH_PADS)
BRASS = (56, 57, 59, 60, 61, 62, 63)

VOICES = (53, 54, 52, 85)
SINGERS = (53, 54, 85, 65, 66, 64, 40, 42, 68, 73, 71, 48, 69, 41, 110)
WINDS = (73, 74, 75, 77, 78, 79, 71, 68, 69, 22, 72)
SAXES = (64, 65, 66, 67)
SYNTH_LEADS = (80, 81, 82, 84, 85, 86, 87, 62, 63, 90)
PLUCK_LEADS = (*MALLETS, 0, 1, 4, 5, 26, 27, 45, 46, 104, 107)
CHATTER = (85, 54, 53, 28, 7, 66, 67, 82, 59, 65, 57, 71)
"""Mid-range sounds that can stand for a speaking voice."""

ACOUSTIC_KITS = (0, 8, 0, 8, 16)
SOFT_KITS = (0, 8, 32, 40, 40, 25)
FULL_KITS = (0, 8, 16, 0, 8, 16, 24, 25)
ELECTRONIC_KITS = (24, 25, 24, 25, 16, 0, 8)
ANY_KIT = (0, 8, 16, 24, 25, 32, 40)

SUITED: Mapping[str, tuple[int, ...]] = {
    "bass": tuple(sorted({*ACOUSTIC_BASSES, *ELECTRIC_BASSES, *SYNTH_BASSES, *SUB_BASSES})),
    "comp": tuple(
        sorted({*KEYS, *MALLETS, *ORGANS, *ELECTRIC_GUITARS, *LOUD_GUITARS, *PLUCKED, *STRINGS,
                *BRASS, 80, 81, 88, 89, 90})
    ),
    "pad": tuple(sorted({*PADS, *ORGANS, *LOUD_GUITARS, *ELECTRIC_PIANOS, 0, 61, 62})),
    "lead": tuple(
        sorted({*SINGERS, *WINDS, *SAXES, *SYNTH_LEADS, *PLUCK_LEADS, *BRASS, *VOICES, *PLUCKED})
    ),
}  # fmt: skip
"""Every program that suits a layer of an arrangement, whatever the genre."""
