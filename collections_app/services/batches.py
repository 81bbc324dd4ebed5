"""Batches: what an offline client queued, each operation at most once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from animecollections.api.account import Through
from animecollections.api.errors import ApiError
from animecollections.api.free_json import to_bytes
from animecollections.api.rendering import OPTIONS
from collections_app.services.watch_list import Operation, Outcome, do_all
from history.services.answers import find_answers, keep_answers
from history.services.recording import locked

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Queued:
    """One operation as the client queued it; `refused` where it could not be read.

    id:  the client's own, under which the result is kept for a retry.
    raw: what was sent, which a retry must repeat.
    """

    id: str
    raw: Mapping[str, Any]
    operation: Operation | None
    refused: ApiError | None = None

    @property
    def key(self) -> str:
        return f"operation:{self.id}"

    @property
    def fingerprint(self) -> str:
        shape = orjson.dumps(self.raw, option=orjson.OPT_SORT_KEYS)
        return sha256(shape).hexdigest()


def run(
    *,
    user_id: UUID,
    queue: Sequence[Queued],
    today: date,
    through: Through,
    atomic: bool = False,
) -> list[Result]:
    """A result for each operation, in order; 409 `batch_refused` where `atomic` and
    one is refused.

    One transaction, in which the operations, their log and the results kept for
    retries are one. The number of statements does not grow with the queue.
    """
    with locked(user_id):
        results = told_already(user_id, queue)
        fresh = [index for index in range(len(queue)) if index not in results]
        twice = again_in(queue, fresh)
        fresh = [index for index in fresh if index not in twice]
        refuse_if_any(queue, results, atomic=atomic)
        done = do_all(
            user_id=user_id,
            operations=list(operations(queue, fresh)),
            today=today,
            through=through,
            atomic=atomic,
        )
        for index, outcome in zip(fresh, done, strict=True):
            results[index] = result_of(queue[index], outcome)
        refuse_if_any(queue, results, atomic=atomic)
        for index, first in twice.items():
            results[index] = repeated(queue[index], queue[first], results[first])
        keep_answers(
            user_id,
            {
                queue[index].key: (queue[index].fingerprint, results[index])
                for index in fresh
                if queue[index].id and results[index]["ok"]
            },
        )
        return [results[index] for index in range(len(queue))]


def told_already(user_id: UUID, queue: Sequence[Queued]) -> dict[int, Result]:
    """Results known before anything is done: kept ones, and what cannot be read."""
    kept = find_answers(user_id, {queued.key for queued in queue if queued.id})
    results: dict[int, Result] = {}
    for index, queued in enumerate(queue):
        if queued.id and (answer := kept.get(queued.key)) is not None:
            results[index] = replayed(queued, answer.fingerprint, answer.answer)
        elif queued.refused:
            results[index] = refusal(queued, queued.refused)
    return results


def again_in(queue: Sequence[Queued], fresh: Sequence[int]) -> dict[int, int]:
    """Those whose id came before in the queue: {place: place of the first}."""
    first: dict[str, int] = {}
    return {
        index: first[queue[index].id]
        for index in fresh
        if queue[index].id and first.setdefault(queue[index].id, index) != index
    }


def repeated(queued: Queued, first: Queued, result: Result) -> Result:
    if not result["ok"] and queued.fingerprint == first.fingerprint:
        return result
    return replayed(queued, first.fingerprint, result)


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


def operations(queue: Sequence[Queued], chosen: Sequence[int]) -> Iterator[Operation]:
    for index in chosen:
        operation = queue[index].operation
        if operation is not None:
            yield operation


def result_of(queued: Queued, outcome: Outcome | ApiError) -> Result:
    if isinstance(outcome, ApiError):
        return refusal(queued, outcome)
    result: Result = {
        **named(queued),
        "ok": True,
        "status": 200,
        "entry": outcome.entry,
        "changes": outcome.changes,
        "warnings": outcome.warnings,
    }
    if queued.operation and queued.operation.verb == "remove":
        result["removed"] = outcome.removed
    # As it will be kept: a replay is the same to the letter.
    portable: Result = orjson.loads(to_bytes(result, OPTIONS))
    return portable


def refusal(queued: Queued, error: ApiError) -> Result:
    result = {
        **named(queued),
        "ok": False,
        "status": error.status_code,
        "error": error.sentence,
        "code": error.code,
    }
    told = {"fields": error.fields, "details": error.details}
    return result | {name: value for name, value in told.items() if value}


def named(queued: Queued) -> Result:
    return {"id": queued.id} if queued.id else {}


def replayed(queued: Queued, fingerprint: str, result: Mapping[str, Any]) -> Result:
    if fingerprint != queued.fingerprint:
        return refusal(queued, ApiError("key_reused"))
    return {**result, "replayed": True}
