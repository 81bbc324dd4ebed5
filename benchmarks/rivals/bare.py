"""The limit: a WSGI function, psycopg rows, orjson. No framework, no error handling.

Served as `benchmarks.rivals.bare:application` by gunicorn's threads.
"""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import psycopg
from psycopg.rows import tuple_row

from benchmarks.rivals import shared

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def of_psycopg(statement):
    return statement.format(*["%s"] * 8)


ACCOUNT, LIST, TAKE, PUT, LOG = map(
    of_psycopg, (shared.ACCOUNT, shared.LIST, shared.TAKE, "", shared.LOG)
)
FIND = shared.FIND.format("%(user)s", "%(anime)s", "%(since)s")
PUT = shared.PUT.format(
    *("%(id)s", "%(user)s", "%(anime)s", "%(type)s", "%(at)s", "%(revision)s")
)
_local = threading.local()


def connection():
    """One for each thread, for good; statements are prepared from their second use."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            shared.DATABASE_URL,
            autocommit=True,
            prepare_threshold=1,
            row_factory=tuple_row,
        )
    return _local.connection


def application(environ, start_response):
    claims = shared.claims_of(environ.get("HTTP_AUTHORIZATION", ""))
    account = claims and connection().execute(ACCOUNT, claims).fetchone()
    if not account:
        return send(start_response, "401 Unauthorized", b'{"success":false}')
    if environ["REQUEST_METHOD"] == "POST":
        return send(start_response, "200 OK", add(environ, account))
    epoch, _, revision, catalogue = account[4:]
    etag = f'"{account[0]}-{epoch}-{revision}-{catalogue}"'
    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        return send(start_response, "304 Not Modified", b"", etag)
    rows = connection().execute(LIST, (account[0],)).fetchall()
    body = {
        "success": True,
        "data": [entry(row) for row in rows],
        "meta": {"cursor": shared.cursor_of(epoch, revision, catalogue)},
    }
    return send(start_response, "200 OK", orjson.dumps(body, option=OPTIONS), etag)


def add(environ, account):
    """The statements of the product's write, one after the other, and a commit."""
    user_id = account[0]
    sent = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    now, operation_id = datetime.now(UTC), uuid4()
    db = connection()
    with db.transaction():
        (revision,) = db.execute(TAKE, (user_id,)).fetchone()
        found = db.execute(
            FIND,
            {
                "user": user_id,
                "anime": sent["animeId"],
                "since": now - timedelta(hours=24),
            },
        ).fetchone()
        row = list(found[1:-1])
        before = row[3]
        row[3], row[4], row[15], row[16] = sent["type"], "active", now, revision
        db.execute(
            PUT,
            {
                "id": row[0],
                "user": user_id,
                "anime": sent["animeId"],
                "type": sent["type"],
                "at": now,
                "revision": revision,
            },
        )
        changes = [orjson.dumps({"type": type_}).decode() for type_ in (before, row[3])]
        log = (uuid4(), user_id, revision, found[0], *changes, operation_id, now)
        db.execute(LOG, log)
    body = {
        "success": True,
        "data": {"message": "Anime added to watch list", "entry": entry(row)},
        "meta": {"operation_id": operation_id},
    }
    return orjson.dumps(body, option=OPTIONS)


def entry(row):
    (
        id_, user_id, anime_id, type_, state, progress, score, rewatches, started_on,
        finished_on, notes, tags, priority, is_private, added_at, updated_at, revision,
        title, picture, rating, episodes, mal_id, format_, airing_status, season, year,
        _schedule,
    ) = row  # fmt: skip
    return {
        "id": id_,
        "user_id": user_id,
        "anime_id": str(anime_id),
        "type": type_,
        "title": title,
        "imageUrl": picture or None,
        "rating": rating,
        "episodes": episodes,
        "mal_id": mal_id,
        "format": format_,
        "airing_status": airing_status,
        "season": season or None,
        "year": year,
        "progress": progress,
        "score": None if score is None else score / 10,
        "state": state,
        "rewatches": rewatches,
        "started_on": started_on or None,
        "finished_on": finished_on or None,
        "notes": notes,
        "tags": tags,
        "priority": priority,
        "is_private": is_private,
        "added_at": added_at,
        "updated_at": updated_at,
        "revision": revision,
        **shared.airing_of(airing_status, episodes, progress),
    }


def send(start_response, status, body, etag=None):
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if etag:
        headers.append(("ETag", etag))
    start_response(status, headers)
    return [body]
