"""Following over HTTP: by the names of people, never their ids."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rest_framework.request import Request

from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, paging
from animecollections.api.shapes import nullable
from animecollections.api.views import ApiViewSet
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.refs import parse_anime_id
from history.idempotency.views import IdempotentViewSet
from profiles.accounts.people import id_of_name
from profiles.following import examples, reads, services, watchers
from profiles.following.models import TieKind
from profiles.following.reads import (
    STATES,
    FollowStateAnswer,
    TieBetweenAnswer,
    TiedPersonAnswer,
)
from profiles.following.watchers import WatcherAnswer

TAGS = ["Following"]
READ, WRITE = "following:read", "following:write"
MESSAGE: Any = {"message": str}
A_PAGE: Any = {
    "scope": READ,
    "tags": TAGS,
    "data": [TiedPersonAnswer],
    "meta": {"next_cursor?": nullable(str)},
    "parameters": paging(reads.PER_PAGE),
    "errors": ["invalid_cursor"],
}
NO_MORE = {"next_cursor": None}
FOR_EVERY_NAME = "The same answer for every name, whether there was anything to end."


class TiesViewSet(ApiViewSet):
    def page(self, *kinds: TieKind) -> Answer:
        people, meta = reads.people(self.user_id, kinds, self.wanted)
        return answer(people, meta=meta)

    @documented(
        "Who is followed, or was asked; the latest first.",
        name="getFollowing",
        description="`state` is `asked` until they answer. A request that they decline "
        "is gone from here.",
        examples={"one": Example([examples.BOB], NO_MORE)},
        **A_PAGE,
    )
    def following(self, request: Request) -> Answer:
        return self.page(*reads.TO_THEM)

    @documented(
        "Who follows; the latest first.",
        name="getFollowers",
        description="`state` is what the asker is to them.",
        examples={"one": Example([examples.CAROL], NO_MORE)},
        **A_PAGE,
    )
    def followers(self, request: Request) -> Answer:
        return self.page(TieKind.FOLLOWED_BY)

    @documented(
        "Who asks to follow; the latest first.",
        name="getFollowRequests",
        description="`state` is what the asker is to them.",
        examples={"one": Example([examples.CAROL], NO_MORE)},
        **A_PAGE,
    )
    def requests(self, request: Request) -> Answer:
        return self.page(TieKind.ASKED_BY)

    @documented(
        "Who is blocked; the latest first.",
        name="getBlocks",
        examples={"one": Example([examples.DAVE], NO_MORE)},
        **A_PAGE,
    )
    def blocks(self, request: Request) -> Answer:
        return self.page(TieKind.BLOCKS)


class WatchersViewSet(ApiViewSet):
    @documented(
        "Who of those one follows has a title; the furthest first.",
        name="getFollowingOfAnime",
        description="Entries that the asker may see: of types that are for followers "
        "or everyone, and not private.",
        scope=READ,
        tags=TAGS,
        data=[WatcherAnswer],
        meta={"next_cursor?": nullable(str)},
        parameters=paging(watchers.PER_PAGE),
        errors=["anime_not_found", "ambiguous_id", "invalid_cursor"],
        examples={"one": Example([examples.WATCHER], NO_MORE)},
    )
    def list(self, request: Request, anime_id: str) -> Answer:
        anime = find_anime(parse_anime_id(anime_id))
        people, meta = watchers.watchers(self.account, anime.id, self.wanted)
        return answer(people, meta=meta)


class ByName(IdempotentViewSet):
    throttle_scope = "follow"

    def other_locks(self, **kwargs: object) -> AbstractContextManager[None]:
        person_id = id_of_name(str(kwargs["user_name"]))
        if person_id is None or person_id == self.user_id:
            return nullcontext()
        return services.both_locked(self.user_id, person_id)


class FollowingViewSet(ByName):
    @documented(
        "What the asker and somebody are to each other.",
        name="getFollowingOf",
        description="404 for a name that nobody has; the same for who blocks the "
        "asker, here and below.",
        scope=READ,
        tags=TAGS,
        data=TieBetweenAnswer,
        errors=["not_found"],
        examples={"followed": examples.BETWEEN},
    )
    def retrieve(self, request: Request, user_name: str) -> Answer:
        return answer(reads.between(self.user_id, user_name))

    @documented(
        "Follows somebody, or asks them whether one may.",
        name="follow",
        description="At once where their profile is for everyone; elsewhere they are "
        "asked. Again, it is the same; once their profile is for everyone, a request "
        "becomes following.",
        scope=WRITE,
        tags=TAGS,
        data=FollowStateAnswer,
        errors=["not_found", "person_blocked", "following_full"],
        examples={"followed": examples.FOLLOWED, "asked": examples.ASKED},
    )
    def update(self, request: Request, user_name: str) -> Answer:
        name, kind = services.follow(user_id=self.user_id, user_name=user_name)
        return answer({"user_name": name, "state": STATES[kind]})

    @documented(
        "Follows somebody no more, or takes back the request.",
        name="unfollow",
        description=FOR_EVERY_NAME,
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        examples={"ended": {"message": "Not followed"}},
    )
    def destroy(self, request: Request, user_name: str) -> Answer:
        services.unfollow(user_id=self.user_id, user_name=user_name)
        return answer({"message": "Not followed"})


class FollowersViewSet(ByName):
    @documented(
        "Ends that somebody follows. They are told nothing.",
        name="removeFollower",
        description=FOR_EVERY_NAME,
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        examples={"ended": {"message": "No follower"}},
    )
    def destroy(self, request: Request, user_name: str) -> Answer:
        services.remove_follower(user_id=self.user_id, user_name=user_name)
        return answer({"message": "No follower"})


class RequestsViewSet(ByName):
    @documented(
        "Lets somebody follow who asks.",
        name="acceptFollowRequest",
        description="404 where they do not ask (any more). Who accepts shows things to "
        "somebody, hence the scope `sharing`.",
        scope=[WRITE, "sharing"],
        tags=TAGS,
        data=MESSAGE,
        errors=["not_found"],
        examples={"accepted": {"message": "Follower accepted"}},
    )
    def update(self, request: Request, user_name: str) -> Answer:
        services.accept(user_id=self.user_id, user_name=user_name)
        return answer({"message": "Follower accepted"})

    @documented(
        "Declines a request. They are told nothing, and may ask again.",
        name="declineFollowRequest",
        description=FOR_EVERY_NAME,
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        examples={"declined": {"message": "Request declined"}},
    )
    def destroy(self, request: Request, user_name: str) -> Answer:
        services.decline(user_id=self.user_id, user_name=user_name)
        return answer({"message": "Request declined"})


class BlocksViewSet(ByName):
    @documented(
        "Blocks somebody: neither sees anything of the other by name.",
        name="block",
        description="Ends following and requests, both ways. They are told nothing: "
        "signed in, they get for this user name what they would if nobody had it.",
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        errors=["not_found", "blocks_full"],
        examples={"blocked": {"message": "Blocked"}},
    )
    def update(self, request: Request, user_name: str) -> Answer:
        services.block(user_id=self.user_id, user_name=user_name)
        return answer({"message": "Blocked"})

    @documented(
        "Ends a block. What it ended does not come back.",
        name="unblock",
        description=FOR_EVERY_NAME,
        scope=WRITE,
        tags=TAGS,
        data=MESSAGE,
        examples={"ended": {"message": "Not blocked"}},
    )
    def destroy(self, request: Request, user_name: str) -> Answer:
        services.unblock(user_id=self.user_id, user_name=user_name)
        return answer({"message": "Not blocked"})
