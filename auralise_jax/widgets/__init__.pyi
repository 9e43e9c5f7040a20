from .comparison import Comparison as Comparison
from .comparison import compare as compare
from .explorer import Explorer as Explorer
from .exploring import explore as explore
from .lesson import Lesson as Lesson
from .probing import Probing as Probing
from .probing import probe as probe
