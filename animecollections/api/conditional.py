"""ETags by revision: "not modified" is said before any work is done, and a write that
was decided on something older is refused.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from rest_framework.request import Request

from animecollections.api.errors import ApiError, refuse
from animecollections.api.request_headers import header

TAG = re.compile(r'(?:W/)?"[^"]*"|[^\s,]+')
DATED_TAG = re.compile(
    r'(?:W/)?"([0-9a-f]{1,15})\.(?:([0-9a-f]{1,15})\.)?([0-9a-f]+)"', re.ASCII
)
REVISION_TAG = re.compile(r'(?:W/)?"?(\d{1,18})(?:-[^"]*)?"?', re.ASCII)


def etag_of(request: Request, *parts: object) -> str:
    """A tag of all that shapes an answer: revisions, who asks and in which language,
    query, release.
    """
    who = request.user.pk, getattr(request.user, "language", "")
    query = request.META.get("QUERY_STRING", "")
    shape = repr((settings.RELEASE, who, request.path_info, query, parts))
    return f'"{blake2b(shape.encode(), digest_size=12).hexdigest()}"'


class NotModified(Exception):  # noqa: N818 - no error, an answer
    """The client holds this very version: the viewset answers 304 (views.py)."""

    def __init__(self, held: str) -> None:
        super().__init__(held)
        self.held = held


def unless_held(request: Request, etag: str) -> str:
    """The ETag, for the answer; ends the view with a 304 where the client holds it.

    Weak tags count (RFC 9110). `*` says nothing here: whether there is anything at all
    is not known yet.
    """
    sent = header(request, "If-None-Match") or ""
    for held in map(str.strip, sent.split(",")):
        if held.removeprefix("W/") == etag:
            # As it is held: the same version has a weak tag where it is compressed.
            raise NotModified(held)
    return etag


def dated_tag(tag: str, revision: int, until: int | None = None) -> str:
    """A tag that names the revision of the catalogue at which an answer was made. It
    fits longer than that, where nothing the answer shows has changed since.

    until: the minute at which the answer is another though nothing was written; 0 for
    never, None where time does not count.
    """
    lasts = "" if until is None else f"{until:x}."
    return f'"{revision:x}.{lasts}{tag[1:]}'


def dates_held(
    request: Request, tag: str, minute: int = 0
) -> Iterator[tuple[int, str]]:
    """(revision, tag as held) of each dated tag the client holds of this, and that time
    has not ended by this minute.
    """
    sent = request.headers.get("If-None-Match", "")
    for held in map(str.strip, sent.split(",")):
        found = DATED_TAG.fullmatch(held)
        if not found or f'"{found[3]}"' != tag:
            continue
        until = int(found[2] or "0", 16)
        if not until or minute < until:
            yield int(found[1], 16), held


def revision_tag(request: Request, revision: int, *parts: object) -> str:
    """The ETag of one thing that has a revision: it serves as If-Match of a write."""
    return f'"{revision}-{etag_of(request, revision, *parts)[1:]}'


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must be true of a thing for a write to it; looked at under its lock.

    revisions: it must be at one of these; None where any will do.
    is_there:  whether it must be there (If-Match: *), or must not (If-None-Match: *).
    """

    revisions: Collection[int] | None = None
    is_there: bool | None = None

    def allows(self, revision: int | None) -> bool:
        """revision: None where there is nothing."""
        if self.is_there is not None and self.is_there != (revision is not None):
            return False
        return self.revisions is None or revision in self.revisions


ALWAYS = Precondition()


def mismatch(**now: object) -> ApiError:
    """The 412, with what is there now: `mismatch(entry={…})`."""
    name = next(iter(now))
    this = f"These {name}" if name.endswith("s") else f"This {name}"
    return ApiError("revision_mismatch", This=this, name=name, details=now)


def precondition(request: Request) -> Precondition:
    """If-Match and If-None-Match of a write.

    `"41"`, or the ETag of a GET (`"41-…"`), of which only the revision counts: a change
    of the catalogue refuses no write. A tag that is neither matches nothing.
    """
    match = (header(request, "If-Match") or "").strip()
    none_match = (header(request, "If-None-Match") or "").strip()
    if not match and not none_match:
        return ALWAYS
    if match and none_match:
        raise refuse(**{"If-None-Match": "Send If-Match or If-None-Match, not both."})
    if none_match not in ("", "*"):
        raise refuse(
            **{"If-None-Match": "Send only *, which means: if it does not exist yet."}
        )
    if none_match or match == "*":
        return Precondition(is_there=not none_match)
    found = (REVISION_TAG.fullmatch(tag) for tag in TAG.findall(match))
    return Precondition(frozenset(int(tag.group(1)) for tag in found if tag))
