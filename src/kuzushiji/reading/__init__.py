"""From image files to readings: decoding, the model, ranked candidates, and an honest "not sure".

>>> from kuzushiji.reading import Reading
>>> Reading("b.png", error="not an image").to_json()
{'file': 'b.png', 'error': 'not an image', 'error_code': 'other'}
"""

from kuzushiji.reading.candidate import Candidate
from kuzushiji.reading.hand import KnownCharacter, KnownHand, TaughtModel, read_known
from kuzushiji.reading.reader import Reader
from kuzushiji.reading.result import Reading
from kuzushiji.reading.sources import expand
from kuzushiji.reading.tables import to_frame

__all__ = [
    "Candidate",
    "KnownCharacter",
    "KnownHand",
    "Reader",
    "Reading",
    "TaughtModel",
    "expand",
    "read_known",
    "to_frame",
]
