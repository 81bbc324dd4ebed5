"""The id of a row in an address."""

import re
from uuid import UUID

from animecollections.api.errors import refuse
from animecollections.db.ids import new_epoch, new_id

# What makes them stands in animecollections/db/ids.py; migrations name it here.
__all__ = ["new_epoch", "new_id", "parse_id"]

CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def parse_id(text: str) -> UUID:
    """The id in an address; a malformed one is 400, before any look-up."""
    if not CANONICAL.fullmatch(text):
        raise refuse(id="Send an id as it is listed, such as 0193ab0c-7a31-….")
    return UUID(text)
