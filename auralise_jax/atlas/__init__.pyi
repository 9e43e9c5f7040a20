from .indexing import Notes as Notes
from .making import atlas as atlas
from .opened import Atlas as Atlas
from .opened import Excerpt as Excerpt
from .opened import Feature as Feature
from .spread import scheduler as scheduler
