"""Identifiers of users' rows, and of epochs."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from django.utils.crypto import salted_hmac

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_ID = 2**31 - 1  # of rows that have a number
LAST_MILLISECOND = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp()) * 1000


def new_id() -> UUID:
    """A UUIDv7: ordered by time, so that an index of them grows at one end."""
    return uuid_utils.compat.uuid7()


def first_id_at(time: datetime) -> UUID:
    """The smallest that new_id() may make from this millisecond on."""
    milliseconds = max(0, (time - EPOCH) // timedelta(milliseconds=1))
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)


def time_of(id_: UUID) -> datetime:
    """When new_id() made it, to the millisecond. Of an id made otherwise it may be any
    time, to the year 9000: whatever is looked for around it has a date.
    """
    return EPOCH + timedelta(milliseconds=min(id_.int >> 80, LAST_MILLISECOND))


def as_uuid7(text: str) -> UUID | None:
    """The id that new_id() may have made, from its text with or without hyphens."""
    try:
        id_ = UUID(text)
    except ValueError:
        return None
    return id_ if id_.version == 7 else None


def new_epoch() -> int:
    return secrets.randbelow(2**31)


def masked(id_: UUID, kind: str, salt: str) -> UUID:
    """Another id in the place of one that nobody else is to learn. With the same salt
    one id is always masked alike.

    An id is one block of AES: who sees others that they chose masked with the same salt
    learns nothing of this one. An XOR would tell it.
    """
    block = cipher_of(kind, salt).encryptor().update(id_.bytes)
    return UUID(bytes=block)


def unmasked(mask: UUID, kind: str, salt: str) -> UUID:
    """The id that masked() gave this for."""
    return UUID(bytes=cipher_of(kind, salt).decryptor().update(mask.bytes))


def cipher_of(kind: str, salt: str) -> Cipher[ECB]:
    """kind: what masks are for; those of one are never those of another."""
    key = salted_hmac(f"animecollections.ids.{kind}", salt, algorithm="sha256")
    return Cipher(AES(key.digest()), ECB())  # noqa: S305  (there is one block)
