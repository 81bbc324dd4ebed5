"""Whose list may disagree with the log of its changes: found among all, quickly.

A suspect, not a finding: what is told of one is looked at again, under their lock, by
`repair.disagreements`, whose rule this is. PostgreSQL compares by itself, some 5 µs a
change and a twentieth of the people at a time; Python has to parse each, some 20 µs.
"""

from collections.abc import Iterator
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from collections_app.watch_list.fields import LOGGED_FIELDS, STORED_COLUMNS
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.repair import ENTRY_KINDS, compare
from history.models import Change, UserState

PARTS = 20  # of all people: so often it is told that it goes on
LEAST_OF_A_PART = 500
USERS_AT_ONCE = 50  # whose lists are in Python's memory at once


def steps() -> int:
    """How many None `suspects` yields."""
    users = UserState.objects.count()
    at_once = part_of(users) if connection.vendor == "postgresql" else USERS_AT_ONCE
    return -(-users // at_once)


def part_of(users: int) -> int:
    return max(LEAST_OF_A_PART, -(-users // PARTS))


def suspects() -> Iterator[UUID | None]:
    if connection.vendor == "postgresql":
        return found_by_postgresql()
    return found_by_hand()


# --- PostgreSQL --------------------------------------------------------------------

# The last value of each field, as LastWord puts them together.
MERGED = """
    CREATE OR REPLACE AGGREGATE pg_temp.merged (jsonb) (
        SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}'
    )
"""
BEGINNINGS = """
    SELECT user_id FROM (
        SELECT user_id, row_number() OVER (ORDER BY user_id) - 1 AS nth
        FROM history_userstate
    ) AS people WHERE nth %% %s = 0 ORDER BY user_id
"""
# `{entry}` is what is kept of an entry, as JSON. What else a change names (its id, the
# time it was added) is left out, for nobody changes it.
SUSPECTS = """
    WITH log AS MATERIALIZED (
        SELECT user_id, anime_id, revision, kind, after FROM history_change
        WHERE user_id >= %(first)s AND (%(next)s::uuid IS NULL OR user_id < %(next)s)
    ), words AS (
        SELECT user_id, anime_id, max(revision) AS revision,
            (array_agg(kind ORDER BY revision))[count(*)] AS kind,
            pg_temp.merged(after ORDER BY revision) - %(others)s::text[] AS known
        FROM log WHERE kind = ANY(%(kinds)s) GROUP BY user_id, anime_id
    ), oldest AS (
        SELECT user_id, min(revision) AS revision FROM log GROUP BY user_id
    ), lists AS (
        SELECT user_id, anime_id, revision, {entry} AS entry
        FROM collections_app_watchlistentry
        WHERE user_id >= %(first)s AND (%(next)s::uuid IS NULL OR user_id < %(next)s)
    )
    SELECT DISTINCT user_id
    FROM lists FULL JOIN words USING (user_id, anime_id)
        LEFT JOIN oldest USING (user_id)
    WHERE CASE
        WHEN entry IS NULL THEN kind <> 'remove'
        WHEN kind IS NULL THEN lists.revision >= oldest.revision
        ELSE kind = 'remove' OR words.revision <> lists.revision
            OR entry || known <> entry
    END
    ORDER BY user_id
"""


def found_by_postgresql() -> Iterator[UUID | None]:
    pairs = ", ".join(f"'{name}', {name}" for name in LOGGED_FIELDS)
    statement = SUSPECTS.format(entry=f"jsonb_build_object({pairs})")
    others = [name for name in STORED_COLUMNS if name not in LOGGED_FIELDS]
    said = {"others": others, "kinds": [str(kind) for kind in ENTRY_KINDS]}
    for first, following in parts():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(statement, said | {"first": first, "next": following})
            found = cursor.fetchall()
        yield from (user_id for (user_id,) in found)
        yield None


def parts() -> Iterator[tuple[UUID, UUID | None]]:
    """Ranges of people, by their ids: the first, and the first of the next."""
    step = part_of(UserState.objects.count())
    with connection.cursor() as cursor:
        cursor.execute(MERGED)  # for this session
        cursor.execute(BEGINNINGS, [step])
        firsts = [user_id for (user_id,) in cursor.fetchall()]
    yield from zip_longest(firsts, firsts[1:])


# --- SQLite ------------------------------------------------------------------------


def found_by_hand() -> Iterator[UUID | None]:
    ids = UserState.objects.order_by("pk").values_list("pk", flat=True)
    chunk: list[UUID] = []
    for user_id in ids.iterator():
        chunk.append(user_id)
        if len(chunk) == USERS_AT_ONCE:
            yield from suspects_of(chunk)
            yield None
            chunk = []
    if chunk:
        yield from suspects_of(chunk)
        yield None


def suspects_of(ids: list[UUID]) -> list[UUID]:
    lists: dict[UUID, dict[int, Any]] = {user_id: {} for user_id in ids}
    for entry in (
        WatchListEntry.objects.across_users()
        .filter(user_id__in=ids)
        .values(*STORED_COLUMNS)
    ):
        lists[entry["user_id"]][entry["anime_id"]] = entry
    changes = (
        Change.objects.across_users()
        .filter(user_id__in=ids)
        .order_by("user_id", "revision")
    )
    columns = ("user_id", "revision", "kind", "anime_id", "after")
    rows = changes.values_list(*columns).iterator()
    return [
        user_id
        for user_id, theirs in groupby(rows, itemgetter(0))
        if any(compare(lists[user_id], (row[1:] for row in theirs)))
    ]
