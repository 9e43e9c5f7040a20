from .score import Note as Note
from .score import Part as Part
from .score import Score as Score
from .synth import default_engine as default_engine
from .synth import find_soundfonts as find_soundfonts
from .synth import render as render
from .synth import stems as stems
