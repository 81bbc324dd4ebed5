"""Reads catalogues in the formats of manami-project/anime-offline-database.

JSON lines or one JSON document, of today's schema or the one of 2023; plain, gzip or
Zstandard; from a file, an address or standard input. What is read is streamed: memory
does not grow with the file. It can be read again: what comes from elsewhere than a file
is copied to a temporary one. Nothing here knows the database.
"""

from collections_app.catalogue.reader.errors import SourceBroken, SourceUnreadable
from collections_app.catalogue.reader.parsing import Metadata, name_of, read
from collections_app.catalogue.reader.pieces import LONGEST_TITLE
from collections_app.catalogue.reader.records import Record, Refusal
from collections_app.catalogue.reader.sources import Source, open_source

__all__ = [
    "LONGEST_TITLE",
    "Metadata",
    "Record",
    "Refusal",
    "Source",
    "SourceBroken",
    "SourceUnreadable",
    "name_of",
    "open_source",
    "read",
]
