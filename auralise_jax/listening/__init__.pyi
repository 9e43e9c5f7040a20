from .listening import Listening as Listening
from .listening import listen as listen
from .projection import Projection as Projection
from .resynthesis import Auralised as Auralised
