"""Scrobbling over HTTP: the address of players, and what a person decides on."""

from typing import Any

from rest_framework.request import Request

from animecollections.api.ids import parse_id
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, documented, paging, query
from animecollections.api.shapes import nullable
from collections_app.scrobbling import examples, players, services, sources
from collections_app.scrobbling.models import (
    ScrobbleRule,
    ScrobbleSource,
    ScrobbleState,
)
from collections_app.scrobbling.parsing import (
    LARGEST,
    PlayerFormParser,
    PlayerJSONParser,
)
from collections_app.scrobbling.players.own import ScrobbleInput
from collections_app.scrobbling.reads import (
    MOST_PER_PAGE,
    PER_PAGE,
    rules_to_json,
    scrobbles_of,
    scrobbles_to_json,
    source_to_json,
)
from collections_app.scrobbling.sentences import sentence_of
from collections_app.scrobbling.serializers import (
    ScrobbleMatchInput,
    ScrobbleOutput,
    ScrobbleRuleOutput,
    ScrobbleSourceInput,
    ScrobbleSourceOutput,
    ScrobbleTakenOutput,
)
from collections_app.watch_list.operation_views import ConflictOutput
from history.idempotency.views import IdempotentViewSet

TAGS = ["Players"]
DECIDED = {"conflicts?": ConflictOutput(many=True), "others?": int}


class ScrobbleViewSet(IdempotentViewSet):
    parser_classes = [PlayerJSONParser, PlayerFormParser]
    max_body = LARGEST
    throttle_scope = "scrobble"

    @documented(
        "Tells what a player plays; an episode that was watched moves the list.",
        name="scrobble",
        description="Plex, Jellyfin, Emby, Kodi and Tautulli send what they send, as "
        "JSON or a form, and are told apart by its shape; the schema is that of our "
        "own JSON, for every other program. A player that can hold nothing but an "
        "address has the token in it: `POST /api/scrobble/{token}`, where the token "
        "has this scope alone.\n\n"
        "Progress is never lowered. The same event again changes nothing, and is "
        "answered the same. What is not clear waits for its owner "
        "(`GET /api/user/scrobbles?state=waiting`). `playing` goes to the devices that "
        "are connected, and is not kept. Other events are `ignored`, with the reason.",
        scope="scrobble",
        tags=TAGS,
        body=ScrobbleInput,
        data=ScrobbleTakenOutput,
        errors=["player_unknown", "token_too_wide"],
        examples={"moved": examples.TAKEN, "left out": examples.IGNORED},
        body_examples={"an episode": examples.EPISODE, "a film": examples.FILM},
    )
    def create(self, request: Request) -> Answer:
        heard, key = players.read(request.data)
        taken = services.take(
            account=self.account, heard=heard, key=key, through=self.through
        )
        return answer(taken_to_json(self, taken))


def taken_to_json(view: ScrobbleViewSet, taken: services.Taken) -> dict[str, Any]:
    rows = [taken.scrobble] if taken.scrobble else []
    shown = scrobbles_to_json(view.account, rows)
    reason = taken.reason
    return {
        "state": taken.state,
        "reason": reason or None,
        "why": sentence_of(reason) or None,
        "scrobble": shown[0] if shown else None,
    }


class ScrobblesViewSet(IdempotentViewSet):
    @documented(
        "What came from players, newest first: what it was taken for, and by which "
        "rule.",
        name="getScrobbles",
        description="Kept for 90 days; what waits is kept until it is decided, for a "
        "year at most, the newest 2,000. Names are searched for `candidates` of the "
        "first 20 of a page that wait.",
        scope="list:read",
        tags=TAGS,
        data=ScrobbleOutput(many=True),
        meta={"next_cursor": nullable(str)},
        parameters=[
            query(
                "state",
                str,
                "Only those in this state: `waiting` is what was not recognised.",
                enum=ScrobbleState.values,
            ),
            *paging(PER_PAGE, MOST_PER_PAGE),
        ],
        errors=["invalid_cursor"],
        examples={
            "one": Example([examples.SCROBBLE], {"next_cursor": None}),
            "one that waits": Example([examples.WAITING], {"next_cursor": None}),
        },
    )
    def list(self, request: Request) -> Answer:
        rows, meta = scrobbles_of(self.account, self.wanted)
        return answer(rows, meta=meta)

    @documented(
        "Says which title it is; what it was taken for before is taken back.",
        name="matchScrobble",
        description="`animeId: null`: no title of the catalogue. The episode is the "
        "player's number plus `offset`. With `remember` it counts for this series and "
        "season from now on, before every other rule, and for those of them that wait "
        "(`others` of them, 50 at most). `conflicts` are values that changed since and "
        "stay.",
        scope="list:write",
        tags=TAGS,
        body=ScrobbleMatchInput,
        data=ScrobbleOutput,
        meta=DECIDED,
        errors=[
            "scrobble_not_found",
            "anime_not_found",
            "ambiguous_id",
            "scrobble_rules_full",
        ],
        examples={"corrected": examples.BY_HAND},
        body_examples={
            "remembered": {"animeId": 38524, "offset": -12, "remember": True},
            "no title": {"animeId": None, "remember": True},
        },
    )
    def match(self, request: Request, scrobble_id: str) -> Answer:
        body = self.read_body(ScrobbleMatchInput)
        decided = services.match(
            account=self.account,
            scrobble_id=parse_id(scrobble_id),
            anime=body["animeId"],
            offset=body["offset"],
            remember=body["remember"],
            through=self.through,
        )
        return self.decided(decided)

    @documented(
        "Takes back what it wrote to the list.",
        name="undoScrobble",
        scope="list:write",
        tags=TAGS,
        data=ScrobbleOutput,
        meta=DECIDED,
        errors=["scrobble_not_found"],
        examples={
            "undone": examples.SCROBBLE | {"state": "undone", "operation_id": None}
        },
    )
    def undo(self, request: Request, scrobble_id: str) -> Answer:
        decided = services.undo(
            account=self.account,
            scrobble_id=parse_id(scrobble_id),
            through=self.through,
        )
        return self.decided(decided)

    @documented(
        "Takes it out of what came; the list stays as it is.",
        name="removeScrobble",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        errors=["scrobble_not_found"],
        examples={"removed": {"message": "Scrobble removed"}},
    )
    def destroy(self, request: Request, scrobble_id: str) -> Answer:
        services.remove(user_id=self.user_id, scrobble_id=parse_id(scrobble_id))
        return answer({"message": "Scrobble removed"})

    def decided(self, decided: services.Decided) -> Answer:
        [shown] = scrobbles_to_json(self.account, [decided.scrobble])
        meta = {"conflicts": decided.conflicts, "others": decided.others}
        return answer(
            shown, meta={name: value for name, value in meta.items() if value}
        )


class RulesViewSet(IdempotentViewSet):
    @documented(
        "The rules that were remembered, newest first.",
        name="getScrobbleRules",
        scope="list:read",
        tags=TAGS,
        data=ScrobbleRuleOutput(many=True),
        examples={"one": [examples.RULE]},
    )
    def list(self, request: Request) -> Answer:
        rules = ScrobbleRule.objects.of(self.user_id).order_by("-id")
        return answer(rules_to_json(rules))

    @documented(
        "Forgets a rule; what it wrote stays.",
        name="removeScrobbleRule",
        scope="list:write",
        tags=TAGS,
        data={"message": str},
        errors=["scrobble_rule_not_found"],
        examples={"removed": {"message": "Rule removed"}},
    )
    def destroy(self, request: Request, rule_id: str) -> Answer:
        services.forget_rule(user_id=self.user_id, rule_id=parse_id(rule_id))
        return answer({"message": "Rule removed"})


class SourcesViewSet(IdempotentViewSet):
    @documented(
        "What is taken of each token or app that sent something, and what became of "
        "its last event.",
        name="getScrobbleSources",
        scope="list:read",
        tags=TAGS,
        data=ScrobbleSourceOutput(many=True),
        examples={"one": [examples.SOURCE]},
    )
    def list(self, request: Request) -> Answer:
        rows = ScrobbleSource.objects.of(self.user_id).order_by("id")
        return answer([source_to_json(source) for source in rows])

    @documented(
        "Changes what is taken of a token or app; what is not sent stays.",
        name="changeScrobbleSource",
        scope="list:write",
        tags=TAGS,
        body=ScrobbleSourceInput,
        data=ScrobbleSourceOutput,
        examples={"changed": examples.SOURCE},
        body_examples={"one person": {"accounts": ["alice"]}},
    )
    def partial_update(self, request: Request, token_id: str) -> Answer:
        source = sources.change(
            user_id=self.user_id,
            token_id=parse_id(token_id),
            values=self.read_body(ScrobbleSourceInput),
        )
        return answer(source_to_json(source))
