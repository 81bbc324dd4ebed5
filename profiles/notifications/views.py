"""Notices over HTTP: read, mark read, mute; browsers that are sent them."""

from datetime import datetime
from uuid import UUID

from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.request_headers import header
from animecollections.api.schema import Example, documented, paging, query
from animecollections.api.shapes import nullable
from animecollections.api.views import ApiViewSet
from animecollections.identity import Origin
from animecollections.scopes import OPEN
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import parse_anime_id
from history.idempotency.views import IdempotentViewSet
from profiles.accounts.views import NeverStored
from profiles.notifications import services as notices
from profiles.notifications.answers import UserNoticeAnswer
from profiles.notifications.channels import mail, push
from profiles.notifications.examples import (
    A_BROWSER,
    A_MUTED_TITLE,
    A_POINT,
    A_SUBSCRIPTION,
    AN_EPISODE,
)
from profiles.notifications.models import PushSubscription
from profiles.notifications.reads import (
    PER_PAGE,
    MutedTitleAnswer,
    muted_of,
    notices_of,
)
from profiles.notifications.serializers import MarkReadInput, PushSubscriptionInput
from profiles.profile.models import DigestTime
from profiles.profile.services import update_preferences

TAGS = ["Notices"]
A_BROWSER_SHAPE = {
    "id": UUID,
    "user_agent": str,
    "last_sent_at": nullable(datetime),
    "endpoint_sha256": str,
}


class UserNoticesViewSet(IdempotentViewSet):
    @documented(
        "What happened to titles on the list, newest first.",
        name="getUserNotices",
        description="Sync has the newest 100 too. Notices that were read are kept for "
        "30 days, others for 90. `title` is null where the catalogue has it no more.",
        scope="list:read",
        tags=TAGS,
        data=[UserNoticeAnswer],
        meta={"unread": int, "next_cursor?": nullable(str)},
        parameters=[
            query("unread", str, "`true`: only those not read.", enum=["true"]),
            *paging(PER_PAGE),
        ],
        errors=["invalid_cursor"],
        examples={
            "one": Example([AN_EPISODE], {"unread": 1, "next_cursor": None}),
        },
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        tag = etag_of(request, at.epoch, at.parts["notices"], at.catalogue)
        etag = unless_held(request, tag)
        rows, meta = notices_of(self.user_id, self.wanted)
        meta["unread"] = notices.count_unread(self.user_id)
        return answer(rows, meta=meta, headers={"ETag": etag})

    @documented(
        "Marks a notice, and all older ones, as read: on every device.",
        name="markNoticesRead",
        scope="list:write",
        tags=TAGS,
        body=MarkReadInput,
        data={"unread": int},
        examples={"read": {"unread": 0}},
        body_examples={"all that were seen": {"up_to": AN_EPISODE["id"]}},
    )
    def read(self, request: Request) -> Answer:
        up_to = self.read_body(MarkReadInput)["up_to"]
        unread = notices.mark_read(
            user_id=self.user_id, up_to=up_to, through=self.through
        )
        return answer({"unread": unread})


class MutedTitlesViewSet(IdempotentViewSet):
    @documented(
        "Titles without notices, the latest first.",
        name="getMutedTitles",
        scope="list:read",
        tags=TAGS,
        data=[MutedTitleAnswer],
        examples={"one": [A_MUTED_TITLE]},
        etag=True,
    )
    def list(self, request: Request) -> Answer:
        at = self.account.revisions
        tag = etag_of(request, at.epoch, at.parts["notices"], at.catalogue)
        etag = unless_held(request, tag)
        return answer(muted_of(self.user_id), headers={"ETag": etag})

    @documented(
        "No notices of this title from now on; it need not be on the list.",
        name="muteTitle",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        errors=["anime_not_found", "ambiguous_id", "muted_full"],
        examples={"muted": {"message": "Title muted"}},
    )
    def update(self, request: Request, anime_id: str) -> Answer:
        anime = find_anime(parse_anime_id(anime_id))
        notices.mute(user_id=self.user_id, anime_id=anime.id, through=self.through)
        return answer({"message": "Title muted"})

    @documented(
        "Notices of this title again.",
        name="unmuteTitle",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        errors=["anime_not_found", "ambiguous_id"],
        examples={"again": {"message": "Title not muted"}},
    )
    def destroy(self, request: Request, anime_id: str) -> Answer:
        ref = parse_anime_id(anime_id)
        notices.unmute(user_id=self.user_id, anime=ref, through=self.through)
        return answer({"message": "Title not muted"})


class PushViewSet(NeverStored):
    @documented(
        "Browsers that are sent notices, and the key to ask with.",
        name="getPush",
        description="`public_key` is the `applicationServerKey` of "
        "`PushManager.subscribe`; null where this server sends no push.",
        scope="account",
        tags=TAGS,
        data={"public_key": nullable(str), "browsers": [A_BROWSER_SHAPE]},
        examples={"one": {"public_key": A_POINT, "browsers": [A_BROWSER]}},
    )
    def list(self, request: Request) -> Answer:
        rows = PushSubscription.objects.of(self.user_id).order_by("-pk")
        browsers = [browser_to_json(row) for row in rows]
        return answer({"public_key": push.public_key(), "browsers": browsers})

    @documented(
        "Sends notices to a browser from now on; again, it is the same one.",
        name="addPush",
        description="The body is what the browser gives as its subscription, as JSON. "
        "It ends with DELETE, with a change of the password, and when the push service "
        "says that it is gone. A token cannot make one: it would last longer.",
        scope="account",
        tags=TAGS,
        body=PushSubscriptionInput,
        data=A_BROWSER_SHAPE,
        errors=["browsers_full", "push_not_set_up"],
        examples={"added": A_BROWSER},
        body_examples={"of a browser": A_SUBSCRIPTION},
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(PushSubscriptionInput)
        row = push.subscribe(
            user_id=self.user_id,
            endpoint=body["endpoint"],
            user_agent=header(request, "User-Agent") or "",
            **body["keys"],
        )
        return answer(browser_to_json(row))

    @documented(
        "Sends a browser no more notices.",
        name="endPush",
        scope="account",
        tags=TAGS,
        data={"message": str},
        examples={"ended": {"message": "Browser removed"}},
    )
    def destroy(self, request: Request, browser_id: str) -> Answer:
        push.unsubscribe(user_id=self.user_id, subscription_id=parse_id(browser_id))
        return answer({"message": "Browser removed"})


def browser_to_json(row: PushSubscription) -> dict[str, object]:
    """Never its address and keys; by the hash a browser finds its own."""
    return {
        "id": row.pk,
        "user_agent": row.user_agent,
        "last_sent_at": row.last_sent_at,
        "endpoint_sha256": row.key,
    }


class UnsubscribeViewSet(ApiViewSet):
    """For programs that read mail: one POST without a sign-in (RFC 8058)."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @documented(
        "Ends digests by mail: the address in the header List-Unsubscribe of one.",
        name="endDigests",
        scope=OPEN,
        tags=TAGS,
        data={"message": str},
        errors=["not_found"],
        examples={"ended": {"message": "No more digests"}},
    )
    def create(self, request: Request, secret: str) -> Answer:
        user_id = mail.whose(secret)
        if user_id is None:
            raise ApiError("not_found")
        update_preferences(
            user_id=user_id,
            values={"notice_digest": DigestTime.OFF.value},
            through=Origin("service"),
        )
        return answer({"message": "No more digests"})
