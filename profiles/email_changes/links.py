"""The text in a mailed link that confirms an address, or takes it back.

It names its row, and is signed: nothing of it is kept, so nobody can read it anywhere
but in the mail. The row decides whether it still works, and it works once. In an
address it stands behind the `#`, which browsers send to nobody.
"""

import re
from typing import Literal, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from animecollections.api.errors import ApiError

Purpose = Literal["confirm", "take-back"]
SIGNED = 40  # characters of 16: 160 bits
TEXT = re.compile(
    rf"(?P<user>[0-9a-f]{{32}})(?P<row>[0-9a-f]{{32}})(?P<signature>[0-9a-f]{{{SIGNED}}})",
    re.ASCII,
)


class Link(NamedTuple):
    user_id: UUID
    row_id: UUID


def new_text(purpose: Purpose, user_id: UUID, row_id: UUID) -> str:
    names = user_id.hex + row_id.hex
    made = salted_hmac(f"profiles.email_changes.{purpose}", names, algorithm="sha256")
    return names + made.hexdigest()[:SIGNED]


def address(purpose: Purpose, user_id: UUID, row_id: UUID) -> str:
    text = new_text(purpose, user_id, row_id)
    return f"{settings.PUBLIC_URL}/email#{purpose}={text}"


def read(purpose: Purpose, text: str) -> Link:
    """400 `email_link_invalid` for one that we did not make for this."""
    found = TEXT.fullmatch(text)
    if found is None:
        raise ApiError("email_link_invalid")
    link = Link(UUID(found["user"]), UUID(found["row"]))
    if not constant_time_compare(text, new_text(purpose, *link)):
        raise ApiError("email_link_invalid")
    return link
