from .grooves import FAMILIES as FAMILIES
from .grooves import GENRES as GENRES
from .grooves import groove as groove
from .grooves import tempo_alone as tempo_alone
