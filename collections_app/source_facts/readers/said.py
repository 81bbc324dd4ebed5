"""What a reader hands on: what a file says of one title. No database."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from collections_app.catalogue.matching import Key
from collections_app.catalogue.reader.records import Refusal
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.models import FactKind


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of a title that has one of these ids.

    values: by kind, as `cleaning` reads it; None takes away what the source said
        before. A kind that is not there stays as it is.
    """

    line: int
    label: str
    ids: frozenset[Key]
    values: Mapping[FactKind, object]


Read = Callable[[Text], Iterator[Said | Refusal]]


class Reader(NamedTuple):
    """How the files of one source are read.

    source: whose facts they are, unless the command names another.
    fits:   whether a file that begins like this is of it.
    """

    source: str
    about: str
    fits: Callable[[str], bool]
    read: Read
