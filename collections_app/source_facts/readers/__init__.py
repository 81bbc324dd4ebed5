"""Reads files of other sources. One module a source, each a pure function from text to
what it says of titles; a new one is a module and its name in READERS.
"""

from collections_app.catalogue.reader import SourceUnreadable
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.readers import (
    anibridge,
    anime_relations,
    bangumi_data,
    jikan,
    kometa,
    own,
)
from collections_app.source_facts.readers.said import Reader, Said

READERS = (
    bangumi_data.READER,
    anime_relations.READER,
    kometa.READER,
    jikan.READER,
    anibridge.READER,
    own.READER,
)
HEAD = 64 * 1024  # characters by which a file is known

__all__ = ["READERS", "Reader", "Said", "recognise"]


def recognise(text: Text) -> tuple[Reader, str]:
    """How a file is read, and whose facts it has."""
    head = text.buffer[:HEAD]
    if not head.strip():
        raise text.fault or SourceUnreadable("The source is empty.")
    for reader in READERS:
        if reader.fits(head):
            named = own.source_of(head) if reader is own.READER else ""
            return reader, named or reader.source
    known = ", ".join(reader.source for reader in READERS)
    raise SourceUnreadable(
        f"The source is none of the kinds that can be read: {known}."
    )
