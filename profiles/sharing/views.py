"""Links over HTTP, and one's own things as others see them: for their owner."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented, query
from animecollections.api.shapes import nullable
from animecollections.identity import SignIn
from animecollections.scopes import ACCOUNT
from animecollections.viewer import Viewer
from profiles.accounts.views import NeverStored
from profiles.sharing import examples, reads, services
from profiles.sharing.models import Share
from profiles.sharing.owners import look_at
from profiles.sharing.parameters import OF_LISTS, YEARS
from profiles.sharing.serializers import MadeShareOutput, ShareInput, ShareOutput
from profiles.sharing.shown_serializers import SHOWN

TAGS = ["Sharing"]
SCOPE = "sharing"
Json = dict[str, Any]


def share_to_json(share: Share) -> Json:
    return {name: getattr(share, name) for name in examples.A_SHARE}


def made_to_json(made: services.Made) -> Json:
    return share_to_json(made.share) | addresses(made.secret)


def addresses(secret: str) -> dict[str, str]:
    return {
        "url": f"{settings.PUBLIC_URL}/api/shared/{secret}",
        "page_url": f"{settings.PUBLIC_URL}/shared/{secret}",
    }


A_NEW_SHARE = examples.A_SHARE | addresses(examples.SECRET)


class SharesViewSet(NeverStored):
    @documented(
        "The links, newest first; their addresses are not shown again.",
        name="getShares",
        scope=SCOPE,
        tags=TAGS,
        data=ShareOutput(many=True),
        examples={"one": [examples.A_SHARE]},
    )
    def list(self, request: Request) -> Answer:
        rows = Share.objects.of(self.user_id).newest_first()
        return answer([share_to_json(share) for share in rows])

    @documented(
        "Makes a link to something of one's own, and answers its address once.",
        name="createShare",
        description="Who has the address needs no sign-in. Private entries are never "
        "seen, mature titles by each viewer's own control; notes, dates and the like "
        "only where `fields` names them. What nobody sees is opened for links "
        "(audience `link`). At most 100 links. A token cannot make one: the link would "
        "last longer than the token.",
        scope=ACCOUNT,
        tags=TAGS,
        body=ShareInput,
        data=MadeShareOutput,
        errors=["list_not_found", "list_is_smart", "shares_full"],
        examples={"made": A_NEW_SHARE},
        body_examples={
            "what is being watched": {
                "of": "type",
                "id": "Watching",
                "fields": ["notes"],
            },
            "once": {"of": "stats", "max_uses": 1},
        },
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(ShareInput)
        made = services.make(
            user_id=self.user_id,
            terms=services.Terms(which=body.pop("id", ""), **body),
            today=self.account.today,
            through=self.through,
            sign_in=cast("SignIn", request.auth),
        )
        return answer(made_to_json(made))

    @documented(
        "Replaces the address of a link; the one before ends at once.",
        name="rotateShare",
        scope=ACCOUNT,
        tags=TAGS,
        data=MadeShareOutput,
        errors=["share_not_found"],
        examples={"another": A_NEW_SHARE},
    )
    def rotate(self, request: Request, share_id: str) -> Answer:
        made = services.rotate(
            user_id=self.user_id,
            share_id=parse_id(share_id),
            sign_in=cast("SignIn", request.auth),
        )
        return answer(made_to_json(made))

    @documented(
        "Ends a link at once.",
        name="endShare",
        scope=SCOPE,
        tags=TAGS,
        data={"message": str},
        errors=["share_not_found"],
        examples={"ended": {"message": "Link ended"}},
    )
    def destroy(self, request: Request, share_id: str) -> Answer:
        services.end(user_id=self.user_id, share_id=parse_id(share_id))
        return answer({"message": "Link ended"})


class ViewAsViewSet(NeverStored):
    @documented(
        "One's own things as others see them.",
        name="viewAs",
        description="By the same query as others; 404 where they see nothing. "
        "A visitor sees no mature titles; a follower is shown as one who lets them be "
        "seen.",
        scope=SCOPE,
        tags=TAGS,
        data=SHOWN,
        meta={"next_cursor?": nullable(str)},
        parameters=[
            query(
                "viewer",
                str,
                "As whom to look; `visitor` if absent.",
                enum=["visitor", "follower"],
            ),
            query("of", str, "At what; `profile` if absent.", enum=[*reads.READS]),
            query("year", int, "Which year, of `of=year`.", **YEARS),
            *OF_LISTS,
        ],
        errors=["not_found", "invalid_cursor"],
        examples={"a list": examples.SHOWN | {"of": "watchList"}},
    )
    def retrieve(self, request: Request) -> Answer:
        viewer = viewer_like(self.wanted.get("viewer", "visitor"), self.user_id)
        look = look_at(self.user_id, viewer, (), self.wanted)
        of = self.wanted.get("of", "profile")
        data, meta = reads.READS[of](look)
        shown = {"of": of, "user_name": look.user_name, reads.KEYS.get(of, of): data}
        return answer(shown, meta=meta)


def viewer_like(word: str, user_id: UUID) -> Viewer:
    if word == "visitor":
        return Viewer()
    return Viewer(hides_mature=False, follows=frozenset((user_id,)))
