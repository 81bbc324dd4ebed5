"""Delta sync over HTTP."""

from collections.abc import Collection
from zlib import crc32

from django.http import HttpResponse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.paging import MAX_LIMIT
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, query
from animecollections.api.shapes import nullable
from animecollections.api.simulating import STALE_CURSOR
from animecollections.api.views import ApiViewSet
from animecollections.scopes import OPEN
from collections_app.watch_list.examples import ENTRY
from collections_app.watch_list.serializers import EntryOutput
from history.log.cursors import Cursor
from profiles.sync import changes as sync
from profiles.sync.parts import SCOPE_OF, SYNCED
from profiles.sync.socket_schema import asyncapi


class SyncViewSet(ApiViewSet):
    simulates = (STALE_CURSOR,)

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        """An app that keeps the list alone need not be let read the rest."""
        asked = self.wanted.get("parts", SCOPE_OF)
        return sorted({SCOPE_OF[part] for part in asked})

    @documented(
        "What changed since a cursor, on any device; without one, everything.",
        name="getChanges",
        description="Entries come as they are now, removals as anime ids. Profile, "
        "preferences and search history are complete when they changed, else "
        "null. While `meta.has_more`, ask again with `meta.cursor`, at once or "
        "days later. On 410 delete the cursor and the copy, and load everything "
        "again. `docs/sync.md` has a whole client.",
        scope=sorted(set(SCOPE_OF.values())),
        tags=["Sync"],
        data={
            "entries": EntryOutput(many=True),
            "removed": [str],
            **{part.key: nullable(part.shape) for part in SYNCED},
        },
        meta={"cursor": str, "has_more": bool},
        parameters=[
            query(
                "cursor",
                str,
                "`meta.cursor` of a list or sync, or `cursor` of a live message.",
            ),
            query(
                "limit",
                int,
                f"Changes per page, at most; {MAX_LIMIT} if absent.",
                minimum=1,
                maximum=MAX_LIMIT,
            ),
            query(
                "parts",
                str,
                "Only these, all if absent; each then needs its own scope alone. A "
                "cursor is for the parts it was asked with.",
                enum=[*SCOPE_OF],
                many=True,
            ),
        ],
        errors=["invalid_cursor", "cursor_expired"],
        examples={
            "a change and a removal": Example(
                {
                    "entries": [ENTRY],
                    "removed": ["21"],
                    **{part.key: None for part in SYNCED},
                },
                {"cursor": "WzE3LDQyLDNd:…", "has_more": False},
            )
        },
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        parts = self.wanted.get("parts", SCOPE_OF)
        text, limit = self.wanted.get("cursor"), self.wanted.get("limit", MAX_LIMIT)
        place = Cursor.parse(text) if text else None
        if place is not None and self.simulated == STALE_CURSOR:
            place = place._replace(epoch=at.epoch - 1)  # of another log
        if place is not None:
            sync.check_place(place, at)
        etag = unless_held(request, etag_of(request, at.epoch, at.user, at.catalogue))
        found = sync.changes_since(
            place, user_id=self.user_id, at=at, limit=limit, parts=parts
        )
        meta = {"cursor": str(found.cursor), "has_more": found.has_more}
        return answer(found.data, meta=meta, headers={"ETag": etag})


class SocketSchemaViewSet(ApiViewSet):
    authentication_classes = []
    permission_classes = [AllowAny]
    is_public = True

    @documented(
        "The messages of the live feed, as AsyncAPI 3.",
        name="getSocketSchema",
        scope=OPEN,
        tags=["Reference"],
        etag=True,
        files={"application/json": dict},
    )
    def retrieve(self, request: Request) -> HttpResponse:
        etag = unless_held(request, etag_of(request, crc32(asyncapi())))
        return HttpResponse(
            asyncapi(), content_type="application/json", headers={"ETag": etag}
        )
