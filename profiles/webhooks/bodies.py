"""What a webhook is sent: for programs what sync answers, for people a sentence.

A receiver is a device that is called: each message leads from one cursor to the next,
has what changed in between as it is now, and may be read twice.
"""

import re
from typing import NamedTuple
from uuid import UUID

import orjson

from animecollections.api.errors import ApiError
from animecollections.api.rendering import OPTIONS
from animecollections.db.free_json import to_bytes
from animecollections.identity import Revisions
from history.log.cursors import Cursor
from history.models import Change
from profiles.sync.changes import Changes, changes_since
from profiles.webhooks.models import BodyFormat, Webhook
from profiles.webhooks.sentences import text_of

MOST_CHANGES = 100  # of one message, as of a live one
LONGEST_TEXT = {BodyFormat.DISCORD: 2_000, BodyFormat.NTFY: 1_000}
CONTENT_TYPE = {
    BodyFormat.STANDARD: "application/json",
    BodyFormat.DISCORD: "application/json",
    BodyFormat.NTFY: "text/plain; charset=utf-8",
}
MARKS = re.compile(r"([\\*_~`|>#\[\]()])")  # of Discord's Markdown
A_TEST = "animecollections ✓"


class Message(NamedTuple):
    """body: "" where nothing is to be sent. cursor: where it leads to."""

    body: str
    cursor: Cursor
    has_more: bool = False


def next_message(webhook: Webhook, at: Revisions) -> Message:
    """What comes after the place of a webhook."""
    if webhook.format == BodyFormat.STANDARD:
        return changes_message(webhook, at)
    is_same_log = webhook.epoch == at.epoch
    since = webhook.revision if is_same_log else at.user
    text = text_of(webhook.user_id, since, at.user, webhook.parts)
    return Message(as_text(text, webhook.format) if text else "", Cursor.at(at))


def changes_message(webhook: Webhook, at: Revisions) -> Message:
    """A page of sync. Where the log does not go back so far, or is another since a
    restore, it begins at nothing, and says so: `since` is null.
    """
    place = Cursor(*webhook.place) if webhook.place else None
    try:
        found = page_after(webhook, place, at)
    except ApiError:  # cursor_expired is the only one
        place, found = None, page_after(webhook, None, at)
    if not (found.entries or found.removed or found.parts or place is None):
        return Message("", found.cursor, found.has_more)
    operation_id, client_id = only_operation(webhook.user_id, place, found.cursor)
    message = {
        "type": "changed",
        "since": str(place) if place else None,
        "cursor": str(found.cursor),
        "revision": found.cursor.user,
        "has_more": found.has_more,
        **found.data,
        "operation_id": operation_id,
        "client_id": client_id or None,
    }
    body = to_bytes(message, OPTIONS).decode()
    return Message(body, found.cursor, found.has_more)


def page_after(webhook: Webhook, place: Cursor | None, at: Revisions) -> Changes:
    return changes_since(
        place,
        user_id=webhook.user_id,
        at=at,
        limit=MOST_CHANGES,
        parts=webhook.parts,
    )


def only_operation(
    user_id: UUID, since: Cursor | None, until: Cursor
) -> tuple[UUID | None, str]:
    """Its id, and the device that wrote it, where the message has but one."""
    if since is None or since.user == until.user:
        return None, ""
    log = Change.objects.between(user_id, since.user, until.user).order_by()
    rows = list(log.values_list("operation_id", "client_id").distinct()[:2])
    return rows[0] if len(rows) == 1 else (None, "")


def test_message(webhook: Webhook) -> str:
    """A body that says that it is a test. The receiver stays where it is."""
    if webhook.format != BodyFormat.STANDARD:
        return as_text(A_TEST, webhook.format)
    cursor = str(Cursor(*webhook.place)) if webhook.place else None
    message = {"type": "test", "cursor": cursor, "revision": webhook.revision}
    return orjson.dumps(message).decode()


def as_text(text: str, body_format: str) -> str:
    most = LONGEST_TEXT[BodyFormat(body_format)]
    if body_format == BodyFormat.NTFY:
        return shortened(text, most)
    content = shortened(MARKS.sub(r"\\\1", text), most)
    # Nobody is called by a title such as "@everyone".
    shown = {"content": content, "allowed_mentions": {"parse": []}}
    return orjson.dumps(shown).decode()


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
