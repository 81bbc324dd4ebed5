"""Answers kept for retries, written in the transaction of what they answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from animecollections.api.bulk import upsert
from animecollections.api.ids import new_id
from animecollections.api.rendering import OPTIONS
from history.models import KeptAnswer

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    fingerprint: str
    answer: dict[str, Any]


def find_answers(user_id: UUID, keys: Iterable[str]) -> dict[str, Kept]:
    """Those still kept, by key."""
    found = KeptAnswer.objects.filter(
        user_id=user_id, key__in=list(keys), created_at__gt=timezone.now() - KEPT_FOR
    )
    return {row.key: Kept(row.fingerprint, orjson.loads(row.answer)) for row in found}


def keep_answers(
    user_id: UUID, answers: Mapping[str, tuple[str, dict[str, Any]]]
) -> None:
    """{key: (fingerprint, answer)}; one that has outlived its time is replaced."""
    now = timezone.now()
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "key": key,
            "fingerprint": print_,
            "answer": orjson.dumps(answer, option=OPTIONS).decode(),
            "created_at": now,
        }
        for key, (print_, answer) in sorted(answers.items())
    ]
    upsert(KeptAnswer, rows, unique=("user", "key"))
