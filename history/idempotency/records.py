"""Answers kept for retries, written in the transaction of what they answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from animecollections.api.rendering import OPTIONS
from animecollections.db.bulk import upsert
from animecollections.db.compiled import Compiled
from animecollections.db.free_json import to_bytes
from animecollections.db.hot import Statement, fetch
from animecollections.db.ids import new_id
from history.idempotency.models import KeptAnswer

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    fingerprint: str
    answer: dict[str, Any]


# One key, which is what most retries ask for.
BY_KEY = Compiled(
    lambda user_id, since, key: (
        KeptAnswer.objects.of(user_id)
        .filter(key=key, created_at__gt=since)
        .values_list("key", "fingerprint", "answer")
    ),
    *(UUID, datetime, str),
    is_hot=True,
)


def find_answers(user_id: UUID, keys: Collection[str]) -> dict[str, Kept]:
    """Those still kept, by key."""
    if len(keys) == 1:
        return as_kept(fetch(*finding(user_id, *keys)))
    found = KeptAnswer.objects.of(user_id).filter(
        key__in=list(keys), created_at__gt=timezone.now() - KEPT_FOR
    )
    return as_kept(found.values_list("key", "fingerprint", "answer"))


def finding(user_id: UUID, key: str) -> Statement:
    """To be read together with the lock; `as_kept` takes its rows."""
    return BY_KEY.statement(user_id, timezone.now() - KEPT_FOR, key)


def as_kept(rows: Iterable[Sequence[Any]]) -> dict[str, Kept]:
    return {key: Kept(print_, orjson.loads(answer)) for key, print_, answer in rows}


def keep_answers(
    user_id: UUID,
    answers: Mapping[str, tuple[str, dict[str, object]]],
    *,
    is_last: bool = False,
) -> None:
    """{key: (fingerprint, answer)}; one that has outlived its time is replaced."""
    now = timezone.now()
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "key": key,
            "fingerprint": print_,
            "answer": to_bytes(answer, OPTIONS).decode(),
            "created_at": now,
        }
        for key, (print_, answer) in sorted(answers.items())
    ]
    upsert(KeptAnswer, rows, unique=("user", "key"), is_last=is_last)
