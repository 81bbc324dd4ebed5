"""Batches: what an offline client queued, each operation at most once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from animecollections.api.conditional import ALWAYS, Precondition
from animecollections.api.errors import ApiError
from animecollections.api.language import fields_spoken, spoken
from animecollections.api.rendering import OPTIONS
from animecollections.db.free_json import to_bytes
from animecollections.identity import Origin
from collections_app.own_lists.edit import ListOutcome
from collections_app.watch_list.writes import (
    VIEWING_VERBS,
    AnyOperation,
    AnyOutcome,
    do_all,
)
from history.idempotency.records import find_answers, keep_answers
from history.log.recording import locked

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Queued:
    """One operation as the client queued it; `refused` where it could not be read.

    id:  the client's own, the key of the operation: the result is kept under it.
    raw: what was sent, which a retry must repeat.
    """

    id: str
    raw: Mapping[str, Any]
    operation: AnyOperation | None
    refused: ApiError | None = None

    @property
    def key(self) -> str:
        return f"operation:{self.id}"

    @property
    def fingerprint(self) -> str:
        shape = orjson.dumps(self.raw, option=orjson.OPT_SORT_KEYS)
        return sha256(shape).hexdigest()


def out_of_date(queued: Queued) -> Queued:
    """As if what its condition names had changed meanwhile (the fault drill)."""
    operation = queued.operation
    if operation is None or operation.only_if == ALWAYS:
        return queued
    never = Precondition(revisions=())
    return replace(queued, operation=replace(operation, only_if=never))


def run(
    *,
    user_id: UUID,
    queue: Sequence[Queued],
    today: date,
    through: Origin,
    atomic: bool = False,
) -> list[Result]:
    """A result for each operation, in order; 409 `batch_refused` where `atomic` and
    one is refused.

    One transaction, in which the operations, their log and the results kept for
    retries are one. The number of statements does not grow with the queue.
    """
    with locked(user_id):
        results = kept_results(user_id, queue)
        fresh = [index for index in range(len(queue)) if index not in results]
        outcomes = do_all(
            user_id=user_id,
            operations=[
                operation for index in fresh if (operation := queue[index].operation)
            ],
            today=today,
            through=through,
            atomic=atomic,
        )
        done = tell(queue, fresh, outcomes, results)
        refuse_if_any(queue, results, atomic=atomic)
        keep_answers(
            user_id,
            {
                queue[index].key: (queue[index].fingerprint, results[index])
                for index in done
            },
        )
        return [results[index] for index in range(len(queue))]


def kept_results(user_id: UUID, queue: Sequence[Queued]) -> dict[int, Result]:
    """Those of operations that an earlier batch did."""
    kept = find_answers(user_id, {queued.key for queued in queue if queued.id})
    return {
        index: replayed(queued, answer.fingerprint, answer.answer)
        for index, queued in enumerate(queue)
        if queued.id and (answer := kept.get(queued.key)) is not None
    }


def tell(
    queue: Sequence[Queued],
    fresh: Sequence[int],
    outcomes: Sequence[AnyOutcome | ApiError],
    results: dict[int, Result],
) -> Collection[int]:
    """Adds the result of each fresh operation, in order; answers with the places of
    those whose result is to be kept under their id.
    """
    done: dict[str, int] = {}
    told = iter(outcomes)
    for index in fresh:
        queued = queue[index]
        outcome = queued.refused or next(told)
        if (first := done.get(queued.id)) is not None:
            fingerprint = queue[first].fingerprint
            results[index] = replayed(queued, fingerprint, results[first])
            continue
        results[index] = result_of(queued, outcome)
        if queued.id and results[index]["ok"]:
            done[queued.id] = index
    return done.values()


def refuse_if_any(
    queue: Sequence[Queued], results: Mapping[int, Result], *, atomic: bool
) -> None:
    """Of an atomic batch one refusal refuses all: nothing is done, and this is why."""
    if not atomic or all(result["ok"] for result in results.values()):
        return
    told = [
        results[index]
        if index in results and not results[index]["ok"]
        else refusal(queued, ApiError("batch_refused"))
        for index, queued in enumerate(queue)
    ]
    raise ApiError("batch_refused", details={"results": told})


def result_of(queued: Queued, outcome: AnyOutcome | ApiError) -> Result:
    if isinstance(outcome, ApiError):
        return refusal(queued, outcome)
    done = named(queued) | {"ok": True, "status": 200}
    if isinstance(outcome, ListOutcome):
        return as_kept(done | of_list(queued, outcome))
    result: Result = {
        **done,
        "entry": outcome.entry,
        "changes": outcome.changes,
        "warnings": outcome.warnings,
    }
    if queued.operation and queued.operation.verb in VIEWING_VERBS:
        result["viewing"] = outcome.viewing
    if queued.operation and queued.operation.verb == "remove":
        result["removed"] = outcome.removed
    return as_kept(result)


def of_list(queued: Queued, outcome: ListOutcome) -> Result:
    told: Result = {"list": outcome.list, "warnings": outcome.warnings}
    if outcome.anime_id is not None:
        told["item"] = outcome.item
    if queued.operation and queued.operation.verb in ("list_remove", "list_take_off"):
        told["removed"] = outcome.removed
    return told


def as_kept(result: Result) -> Result:
    """A replay is the same to the letter."""
    portable: Result = orjson.loads(to_bytes(result, OPTIONS))
    return portable


def refusal(queued: Queued, error: ApiError) -> Result:
    result = {
        **named(queued),
        "ok": False,
        "status": error.status_code,
        "error": spoken(error.sentence),
        "code": error.code,
    }
    more = {"fields": fields_spoken(error.fields or {}), "details": error.details}
    return result | {name: value for name, value in more.items() if value}


def named(queued: Queued) -> Result:
    return {"id": queued.id} if queued.id else {}


def replayed(queued: Queued, fingerprint: str, result: Mapping[str, object]) -> Result:
    if fingerprint != queued.fingerprint:
        sentence = "This id belongs to another operation: use a new one."
        return refusal(queued, ApiError("key_reused", sentence=sentence))
    return {**result, "replayed": True}
