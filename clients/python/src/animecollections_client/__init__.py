"""A user's anime collection in a file, in sync with an animecollections server.

`Collection` keeps the copy, `Api` sends single requests, `typed` is the whole API with
types, generated from its schema.
"""

from .api import Answer, Api, Offline, Refused
from .collection import Collection, Outcome
from .local_copy import Conflict, RefusedWrite

__all__ = [
    "Answer",
    "Api",
    "Collection",
    "Conflict",
    "Offline",
    "Outcome",
    "Refused",
    "RefusedWrite",
]
