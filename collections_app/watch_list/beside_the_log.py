"""Whose list may disagree with the log of its changes: found among all, quickly.

A suspect, not a finding: what is told of one is looked at again, under their lock, by
`repair.disagreements`, whose rule this is. PostgreSQL compares by itself, some 5 µs a
change; Python has to parse each, some 20 µs.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from animecollections.db.replica import current_alias
from collections_app.watch_list.fields import LOGGED_FIELDS, STORED_COLUMNS
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.repair import ENTRY_KINDS, compare
from history.models import Change

PARSED_AT_ONCE = 50  # people whose lists are in Python's memory at once


def suspects(people: Sequence[UUID]) -> list[UUID]:
    """Of these people; in order."""
    if connection.vendor == "postgresql":
        return found_by_postgresql(people)
    return found_by_hand(people)


# --- PostgreSQL --------------------------------------------------------------------

# `known` is the last value of each field, as LastWord puts them together: of several
# that have one key jsonb keeps the last. (A replica takes no aggregate of our own.)
# `{entry}` is what is kept of an entry, as JSON. What else a change names (its id, the
# time it was added) is left out, for nobody changes it.
SUSPECTS = """
    WITH log AS MATERIALIZED (
        SELECT user_id, anime_id, revision, kind, after FROM history_change
        WHERE user_id = ANY(%(people)s)
    ), words AS (
        SELECT user_id, anime_id, max(revision) AS revision,
            (array_agg(kind ORDER BY revision))[count(*)] AS kind
        FROM log WHERE kind = ANY(%(kinds)s) GROUP BY user_id, anime_id
    ), known AS (
        SELECT user_id, anime_id,
            jsonb_object_agg(key, value ORDER BY revision) AS known
        FROM log, jsonb_each(after)
        WHERE kind = ANY(%(kinds)s) AND key <> ALL(%(others)s)
        GROUP BY user_id, anime_id
    ), oldest AS (
        SELECT user_id, min(revision) AS revision FROM log GROUP BY user_id
    ), lists AS (
        SELECT user_id, anime_id, revision, {entry} AS entry
        FROM collections_app_watchlistentry
        WHERE user_id = ANY(%(people)s)
    )
    SELECT DISTINCT user_id
    FROM lists FULL JOIN words USING (user_id, anime_id)
        LEFT JOIN known USING (user_id, anime_id)
        LEFT JOIN oldest USING (user_id)
    WHERE CASE
        WHEN entry IS NULL THEN kind <> 'remove'
        WHEN kind IS NULL THEN lists.revision >= oldest.revision
        ELSE kind = 'remove' OR words.revision <> lists.revision
            OR entry || coalesce(known, '{{}}') <> entry
    END
    ORDER BY user_id
"""


def found_by_postgresql(people: Sequence[UUID]) -> list[UUID]:
    pairs = ", ".join(f"'{name}', {name}" for name in LOGGED_FIELDS)
    statement = SUSPECTS.format(entry=f"jsonb_build_object({pairs})")
    others = [name for name in STORED_COLUMNS if name not in LOGGED_FIELDS]
    said = {"others": others, "kinds": [str(kind) for kind in ENTRY_KINDS]}
    alias = current_alias()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(statement, said | {"people": list(people)})
        return [user_id for (user_id,) in cursor.fetchall()]


# --- SQLite ------------------------------------------------------------------------


def found_by_hand(people: Sequence[UUID]) -> list[UUID]:
    ids = sorted(people)
    parts = (ids[n : n + PARSED_AT_ONCE] for n in range(0, len(ids), PARSED_AT_ONCE))
    return [user_id for part in parts for user_id in suspects_of(part)]


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
