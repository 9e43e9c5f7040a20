from .listening import Listening as Listening
from .listening import listen as listen
from .projection import Projection as Projection
from .resynthesis import Auralised as Auralised
from .song import listen_song as listen_song
from .song_listening import SongListening as SongListening
from .song_moments import Moment as Moment
