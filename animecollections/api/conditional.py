"""ETags by revision: "not modified" is said before any work is done."""

import re
from hashlib import blake2b
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

REVISION_TAG = re.compile(r'(?:W/)?"?(\d{1,18})(?:-[^"]*)?"?', re.ASCII)


def etag_of(request: Request, *parts: Any) -> str:
    """A tag of all that shapes an answer: revisions, who asks, query, release."""
    who = request.user.pk
    query = request.META.get("QUERY_STRING", "")
    shape = repr((settings.RELEASE, who, request.path_info, query, parts))
    return f'"{blake2b(shape.encode(), digest_size=12).hexdigest()}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """The 304, when the client holds this very version; weak tags count (RFC 9110).

    `*` says nothing here: whether there is anything at all is not known yet.
    """
    sent = request.headers.get("If-None-Match", "")
    for held in map(str.strip, sent.split(",")):
        if held.removeprefix("W/") == etag:
            # As it is held: the same version has a weak tag where it is compressed.
            return Response(status=304, headers={"ETag": held})
    return None


def if_match(request: Request) -> frozenset[int] | None:
    """The revisions that a write was decided on, None where any will do.

    `"41"`, or the ETag of the entry's GET (`"41-…"`), of which only the revision
    counts: a change of the catalogue refuses no write. A tag that is neither matches
    nothing.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    found = (REVISION_TAG.fullmatch(tag.strip()) for tag in sent.split(","))
    return frozenset(int(tag.group(1)) for tag in found if tag)
