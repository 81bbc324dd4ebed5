"""Every user's rows in one number, to see that two databases hold the same."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from animecollections.db.free_json import to_bytes

USERS_AT_ONCE = 500
# What a restore changes on purpose: the epoch that ends all cursors.
LEFT_OUT = {"history.UserState": {"epoch"}}


def of_users() -> Iterator[tuple[str, int, str]]:
    """(user id, number of rows, checksum) of each, in key order.

    Over all tables with a user. Some 15 µs a row; memory is that of 500 users.
    """
    users = get_user_model()._default_manager.order_by("pk")
    ids = users.values_list("pk", flat=True)
    chunk: list[Any] = []
    for user_id in ids.iterator(USERS_AT_ONCE):
        chunk.append(user_id)
        if len(chunk) == USERS_AT_ONCE:
            yield from of_some(chunk)
            chunk = []
    yield from of_some(chunk)


def of_some(ids: list[UUID]) -> Iterator[tuple[str, int, str]]:
    hashes = {user_id: blake2b(digest_size=16) for user_id in ids}
    numbers = dict.fromkeys(ids, 0)
    for model, owner in owned():
        left_out = LEFT_OUT.get(model._meta.label, set())
        names = [
            f.attname for f in model._meta.concrete_fields if f.name not in left_out
        ]
        rows = model._default_manager.filter(**{f"{owner}__in": ids})
        rows = rows.order_by(owner, "pk")
        for row in rows.values_list(owner, *names).iterator():
            line = to_bytes(row[1:], orjson.OPT_SORT_KEYS, default=str)
            hashes[row[0]].update(line)
            numbers[row[0]] += 1
    for user_id in ids:
        yield str(user_id), numbers[user_id], hashes[user_id].hexdigest()


def owned() -> Iterator[tuple[type[models.Model], str]]:
    """Each table of users' rows, and the name of the column that says whose."""
    people = get_user_model()
    yield people, "pk"
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        for field in model._meta.concrete_fields:
            if field.name == "user" and field.related_model is people:
                yield model, field.attname


def counts() -> dict[str, int]:
    """Of every table, users' or not, by its name in the database."""
    found = {
        model._meta.db_table: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
    }
    return dict(sorted(found.items()))
