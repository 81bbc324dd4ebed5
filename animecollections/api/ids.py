"""Identifiers: of rows that belong to users, and of epochs."""

import secrets
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: ordered by time, so that an index of them grows at one end."""
    return uuid_utils.compat.uuid7()


def new_epoch() -> int:
    return secrets.randbelow(2**31)
