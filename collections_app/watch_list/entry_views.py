"""One entry, and many at once, over HTTP."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import orjson
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from animecollections.api.conditional import (
    ALWAYS,
    Precondition,
    precondition,
    revision_tag,
    unless_held,
)
from animecollections.api.errors import ApiError, invalid, missing, refuse
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, Refusal, documented
from animecollections.api.simulating import CONDITION
from animecollections.identity import SignIn
from collections_app.catalogue.lookup import matching, pick
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.own_lists.edit import LIST_VERBS, ListOperation
from collections_app.own_lists.values import Row
from collections_app.watch_list import batches
from collections_app.watch_list import writes as watch_list
from collections_app.watch_list.batch_serializers import reader_of
from collections_app.watch_list.entries import to_json
from collections_app.watch_list.examples import BATCH, BATCH_ANSWER, ENTRY
from collections_app.watch_list.list_serializers import columns_of as list_columns
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.serializers import (
    BatchInput,
    EntryOutput,
    IncrementInput,
    MoveInput,
    OperationInput,
    RemovedOutput,
    ResultOutput,
    UpdateInput,
)
from collections_app.watch_list.viewings import columns_of
from collections_app.watch_list.views import (
    ENTRY_CHANGED,
    IF_MATCH,
    LARGEST_ENTRY,
    TAGS,
    TOLD,
)
from collections_app.watch_list.writes import VIEWING_VERBS, Operation
from history.idempotency.views import IdempotentViewSet

BATCH_REFUSED = Refusal(
    "batch_refused",
    "BatchRefused",
    {"results": ResultOutput(many=True)},
    {"results": BATCH_ANSWER["results"][1:]},
)
ANIME_ERRORS = ["anime_not_found", "ambiguous_id", "entry_not_found"]
MAX_OPERATIONS = 500
DIARY_SCOPE = "watched:write"
LISTS_SCOPE = "lists:write"
OWN_ID = OperationInput().fields["id"]


class EntryViewSet(IdempotentViewSet):
    max_body = LARGEST_ENTRY

    @documented(
        "One entry. Send its ETag as If-Match.",
        name="getEntry",
        scope="list:read",
        tags=TAGS,
        data=EntryOutput,
        errors=ANIME_ERRORS,
        examples={"an entry": ENTRY},
        etag=True,
    )
    def retrieve(self, request: Request, anime_id: str) -> Answer:
        ref = parse_anime_id(anime_id)
        row = find_entry(self.user_id, ref)
        entry = to_json(row)
        # Of what it shows of its title, not of the catalogue.
        epoch, shown = self.account.revisions.epoch, orjson.dumps(entry)
        etag = unless_held(
            request, revision_tag(request, entry["revision"], epoch, shown)
        )
        return answer(entry, headers={"ETag": etag})

    @documented(
        "Changes the fields that are sent, and keeps the others; null clears.",
        name="changeEntry",
        scope="list:write",
        tags=TAGS,
        body=UpdateInput,
        data=EntryOutput,
        meta=TOLD,
        parameters=[IF_MATCH],
        errors=[*ANIME_ERRORS, ENTRY_CHANGED],
        examples={"changed": Example(ENTRY, {})},
        body_examples={"a score": {"score": 9.5, "notes": None}},
    )
    def partial_update(self, request: Request, anime_id: str) -> Answer:
        values = self.read_body(UpdateInput)
        watched_on = values.pop("watched_on", None)
        quiet = values.pop("quiet", False)
        return self.write_entry(
            "update", anime_id, values=values, watched_on=watched_on, quiet=quiet
        )

    @documented(
        "Removes the entry; `removed` is 0 when it was not listed.",
        name="removeEntry",
        scope="list:write",
        tags=TAGS,
        data=RemovedOutput,
        meta={"operation_id?": UUID},
        parameters=[IF_MATCH],
        errors=["anime_not_found", "ambiguous_id", ENTRY_CHANGED],
        examples={
            "removed": {"message": "Anime removed from watch list", "removed": 1}
        },
    )
    def destroy(self, request: Request, anime_id: str) -> Answer:
        outcome = self.run("remove", anime_id)
        return answer(
            {"message": "Anime removed from watch list", "removed": outcome.removed},
            meta=outcome.meta,
        )

    @documented(
        "Adds watched episodes; safe from several devices at once.",
        name="incrementEntry",
        scope="list:write",
        tags=TAGS,
        body=IncrementInput,
        data=EntryOutput,
        meta=TOLD,
        parameters=[IF_MATCH],
        errors=[*ANIME_ERRORS, "already_completed", ENTRY_CHANGED],
        examples={"one more": Example(ENTRY, {})},
        body_examples={"one more": {"by": 1}},
    )
    def increment(self, request: Request, anime_id: str) -> Answer:
        body = self.read_body(IncrementInput)
        return self.write_entry(
            "increment",
            anime_id,
            by=body["by"],
            watched_on=body.get("watched_on"),
            quiet=body.get("quiet", False),
        )

    def write_entry(
        self, verb: watch_list.Verb, anime_id: str, **more: object
    ) -> Answer:
        outcome = self.run(verb, anime_id, **more)
        return answer(outcome.entry, meta=outcome.meta)

    def run(
        self, verb: watch_list.Verb, anime_id: str, **more: Any
    ) -> watch_list.Outcome:
        only_if = precondition(self.request)
        ref = parse_anime_id(anime_id)
        return watch_list.do(
            user_id=self.user_id,
            operation=Operation(verb, ref, only_if=only_if, **more),
            today=self.account.today,
            through=self.through,
        )


def find_entry(user_id: UUID, ref: AnimeRef) -> Any:
    """The row of one entry. A number is almost always our own: one statement then."""
    entries = WatchListEntry.objects.of(user_id)
    row = entries.filter(anime_id=ref.number).rows().first()
    if row is None:
        columns = ("id", "title", "gone_since")
        named = list(Anime.objects.filter(matching(ref)).values(*columns))
        row = entries.filter(anime_id=pick(ref, named)["id"]).rows().first()
    if row is None:
        raise ApiError("entry_not_found", id=ref)
    return row


class MoveViewSet(IdempotentViewSet):
    @documented(
        "Moves one anime or many to a type; all of them, or none.",
        name="moveEntries",
        description="`dry_run` returns what would happen, and does nothing.",
        scope="list:write",
        tags=TAGS,
        body=MoveInput,
        data={"entries": EntryOutput(many=True), "dry_run": bool},
        meta=TOLD,
        parameters=[IF_MATCH],
        errors=[*ANIME_ERRORS, "unknown_anime_ids", ENTRY_CHANGED],
        examples={"moved": {"entries": [ENTRY], "dry_run": False}},
        body_examples={"two": {"animeIds": [1535, 21], "type": "Completed"}},
    )
    def create(self, request: Request) -> Answer:
        body = self.read_body(MoveInput)
        dry_run = body["dry_run"]
        only_if = precondition_of_one(request, body["animeIds"])
        results = watch_list.do_all(
            user_id=self.user_id,
            operations=moves(body, only_if),
            today=self.account.today,
            through=self.through,
            atomic=True,
            dry_run=dry_run,
        )
        outcomes = all_done(body, results)
        # By anime: two ids may mean one.
        entries = {done.anime_id: done.entry for done in outcomes}
        return answer(
            {"entries": [*entries.values()], "dry_run": dry_run},
            meta=told_together(outcomes),
        )


def moves(body: Mapping[str, Any], only_if: Precondition) -> list[Operation]:
    values, watched_on = {"type": body["type"]}, body.get("watched_on")
    quiet = body.get("quiet", False)
    return [
        Operation(
            "move", ref, values, only_if=only_if, watched_on=watched_on, quiet=quiet
        )
        for ref in body["animeIds"]
    ]


def precondition_of_one(request: Request, refs: Sequence[AnimeRef]) -> Precondition:
    """No revision is that of several anime."""
    only_if = precondition(request)
    if only_if != ALWAYS and len(refs) > 1:
        raise refuse(
            **{
                "If-Match": "This header works for one anime only: move them one by "
                "one."
            }
        )
    return only_if


def all_done(
    body: Mapping[str, Any], results: Sequence[watch_list.AnyOutcome | ApiError]
) -> list[watch_list.Outcome]:
    """The outcomes; or the refusal of all: every unknown id of a list, else the first
    refusal.
    """
    refused = [result for result in results if isinstance(result, ApiError)]
    unknown = [
        str(ref)
        for ref, result in zip(body["animeIds"], results, strict=True)
        if isinstance(result, ApiError) and result.code == "anime_not_found"
    ]
    if unknown and body["is_list"]:
        unknown = list(dict.fromkeys(unknown))
        ids = {"ids": unknown}
        raise ApiError("unknown_anime_ids", ids=", ".join(unknown), details=ids)
    if refused:
        raise refused[0]
    return [result for result in results if isinstance(result, watch_list.Outcome)]


def told_together(outcomes: Sequence[watch_list.Outcome]) -> dict[str, object]:
    """The meta of several outcomes, each change with its anime."""
    together = watch_list.Outcome(
        0,
        changes=[
            {"anime_id": str(outcome.anime_id), **change}
            for outcome in outcomes
            for change in outcome.changes
        ],
        warnings=[
            {"anime_id": str(outcome.anime_id), **warning}
            for outcome in outcomes
            for warning in outcome.warnings
        ],
        operation_id=outcomes[0].operation_id,
    )
    return together.meta


class BatchViewSet(IdempotentViewSet):
    """Up to 500 operations of at most 10,000 characters of notes each."""

    max_body = 4 * 1024 * 1024
    simulates = (CONDITION,)

    @documented(
        "Runs queued operations in order, with a result for each.",
        name="runBatch",
        description="One bad operation never blocks the next; with `atomic`, one "
        "refusal "
        "refuses all (409, results in `details`). An operation's `id` is its "
        "own idempotency key. Those of the diary need the scope `watched:write`, those "
        "of lists `lists:write`. Each `entry` is as it is after the whole batch.",
        scope="list:write",
        tags=TAGS,
        body=BatchInput,
        data={"results": ResultOutput(many=True)},
        errors=[BATCH_REFUSED],
        examples={"two of three": BATCH_ANSWER},
        body_examples={"two": BATCH},
    )
    def create(self, request: Request) -> Answer:
        queue = read_queue(request.data, cast("SignIn", request.auth).scopes)
        if self.simulated == CONDITION:
            queue = [batches.out_of_date(one) for one in queue]
        results = batches.run(
            user_id=self.user_id,
            queue=queue,
            atomic=read_atomic(request.data),
            today=self.account.today,
            through=self.through,
        )
        return answer({"results": results})


def read_atomic(body: Mapping[str, object]) -> bool:
    atomic = body.get("atomic", False)
    if not isinstance(atomic, bool):
        raise refuse(atomic="Send true or false.")
    return atomic


def read_queue(
    body: Mapping[str, object], scopes: Collection[str]
) -> list[batches.Queued]:
    """Every operation, the unreadable ones with their refusal."""
    sent = body.get("operations")
    if not isinstance(sent, list):
        raise refuse(operations="Send a list of operations.")
    if len(sent) > MAX_OPERATIONS:
        raise refuse(operations=f"At most {MAX_OPERATIONS} operations a batch.")
    return [read_operation(raw, scopes) for raw in sent]


def read_operation(raw: object, scopes: Collection[str]) -> batches.Queued:
    if not isinstance(raw, dict):
        refusal = refuse(operations="An operation is an object.")
        return batches.Queued("", {}, None, refusal)
    own_id, op = read_own_id(raw), raw.get("op")
    for scope in needed_besides(str(op)):
        if scope not in scopes:
            return batches.Queued(own_id, raw, None, missing(scope))
    body = reader_of(op)(data=raw)
    if not body.is_valid():
        return batches.Queued(own_id, raw, None, invalid(body.errors))
    values = {name: v for name, v in body.validated_data.items() if name != "id"}
    if op in LIST_VERBS:
        operation = to_list_operation(values, own_id)
        return batches.Queued(own_id, raw, operation)
    verb, by = values.pop("op"), values.pop("by", 0)
    is_of_viewing = verb in VIEWING_VERBS
    of_entry = Operation(
        verb,
        values.pop("animeId"),
        fresh=values.pop("fresh", False),
        watched_on=values.pop("watched_on", None),
        only_if=precondition_of(values.pop("if_revision", None)),
        by=by if verb == "increment" else 0,
        number=values.pop("number", 0),
        row_id=values.pop("watchedId", None),
        quiet=values.pop("quiet", False),
        values=columns_of(values)
        if is_of_viewing
        else {}
        if verb == "remove"
        else values,
        key=own_id,
    )
    return batches.Queued(own_id, raw, of_entry)


def needed_besides(op: str) -> list[str]:
    """The scopes of an operation that is not one of entries."""
    if op.startswith("watched_"):
        return [DIARY_SCOPE]
    return [LISTS_SCOPE] if op.startswith("list_") else []


def to_list_operation(values: Row, key: str) -> ListOperation:
    places = "after" in values
    return ListOperation(
        values.pop("op"),
        values.pop("listId", ""),
        anime=values.pop("animeId", None),
        after=values.pop("after", None),
        places=places,
        only_if=precondition_of(values.pop("if_revision", None)),
        values=list_columns(values),
        key=key,
    )


def read_own_id(raw: Mapping[str, object]) -> str:
    """The client's id of an operation, though all else of it cannot be read."""
    try:
        return str(OWN_ID.run_validation(raw.get("id")))
    except ValidationError:
        return ""


def precondition_of(if_revision: int | None) -> Precondition:
    """0 is the revision of what is not on the list."""
    if if_revision is None:
        return ALWAYS
    return Precondition([if_revision]) if if_revision else Precondition(is_there=False)
