"""Why a source cannot be read."""

CHUNK = 64 * 1024

EXPECTED = (
    "Use a catalogue of manami-project/anime-offline-database, or of who goes on "
    "with it (cedya77/anime-offline-database), as JSON lines or "
    "as one JSON document, plain or compressed with gzip or zstd."
)


class SourceUnreadable(Exception):  # noqa: N818 - says what the source is
    """The source is no catalogue; the message says what it is and what is expected."""


class SourceBroken(Exception):  # noqa: N818 - says what the source is
    """The source broke off or is damaged; all that came before it was whole."""
