"""The secret of an app that can keep one: `ac_app_`, random letters, a checksum.

Scanners of leaked secrets know it by its shape. Only a hash of it is kept.
"""

from hashlib import sha256
from zlib import crc32

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import constant_time_compare, get_random_string

PREFIX = "ac_app_"
LETTERS = 40  # of 36: 206 bits, which nobody guesses, so no slow hash is needed
SHOWN = len(PREFIX) + 6


def new_secret() -> str:
    checked = PREFIX + get_random_string(LETTERS, VALID_KEY_CHARS)
    return f"{checked}{crc32(checked.encode()):08x}"


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def shown(secret: str) -> str:
    """Its first letters, by which its owner knows it again."""
    return secret[:SHOWN]


def is_secret(secret: str, kept: str) -> bool:
    return bool(kept) and constant_time_compare(digest(secret), kept)
