"""The text of a personal token: `ac_pat_`, a secret, whose it is, a checksum.

Scanners of leaked secrets know it by its shape, and by the checksum a mistyped one is
refused without asking the database. With the owner in the text the sign-in check asks
for rows of one user, as with session keys.
"""

import re
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import get_random_string

PREFIX = "ac_pat_"
ADDRESS = "/api/scrobble/"  # of a player; the text of a token follows
SECRET = 32  # characters of 36: 165 bits
SHOWN = len(PREFIX) + 6
TEXT = re.compile(
    rf"(?P<checked>{PREFIX}[a-z0-9]{{{SECRET}}}(?P<owner>[0-9a-f]{{32}}))"
    r"(?P<checksum>[0-9a-f]{8})",
    re.ASCII,
)


class TokenText(NamedTuple):
    user_id: UUID
    digest: str


def new_text(user_id: UUID) -> str:
    secret = get_random_string(SECRET, VALID_KEY_CHARS)
    checked = f"{PREFIX}{secret}{user_id.hex}"
    return checked + checksum(checked)


def checksum(text: str) -> str:
    return f"{crc32(text.encode()):08x}"


def digest(text: str) -> str:
    """All that is kept of it. Nobody guesses 165 bits, so it needs no slow hash."""
    return sha256(text.encode()).hexdigest()


def shown(text: str) -> str:
    """Its first letters, by which its owner knows it again."""
    return text[:SHOWN]


def read(text: str) -> TokenText | None:
    """None for what was never one."""
    found = TEXT.fullmatch(text)
    if found is None or checksum(found["checked"]) != found["checksum"]:
        return None
    return TokenText(UUID(found["owner"]), digest(text))


def in_address(path: str) -> str:
    """The text that an address ends with, "" where it is no player's."""
    return path.removeprefix(ADDRESS) if path.startswith(ADDRESS) else ""
