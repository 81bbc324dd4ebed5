"""What all rivals share: the sign-in check, the statements, the answer's cursor.

The work is the product's own: a token is read and looked up (a sign-out shows at once),
revisions are told, a write takes a revision and goes into the log.
"""

import os
from functools import lru_cache
from uuid import UUID

import jwt
from django.core.signing import Signer

KEY = os.environ["SECRET_KEY"]
DATABASE_URL = os.environ["DATABASE_URL"]
SIGNER = Signer(key=KEY, salt="animecollections.sync", fallback_keys=[])

OWN = (
    "id", "user_id", "anime_id", "type", "state", "progress", "score", "rewatches",
    "started_on", "finished_on", "notes", "tags", "priority", "is_private", "added_at",
    "updated_at", "revision",
)  # fmt: skip
FACTS = (
    "title", "picture_url", "rating", "episodes", "mal_id", "format", "airing_status",
    "season", "year", "schedule",
)  # fmt: skip
READ = ", ".join([f"e.{name}" for name in OWN] + [f"a.{name}" for name in FACTS])

ACCOUNT = """
SELECT u.id, u.email, u.user_name, p.timezone, s.epoch, s.revision, s.list_revision,
       (SELECT revision FROM collections_app_cataloguestate WHERE id = 1)
FROM profiles_tokenfamily i
JOIN profiles_user u ON u.id = i.user_id AND u.auth_epoch = i.auth_epoch
JOIN profiles_preferences p ON p.user_id = u.id
JOIN history_userstate s ON s.user_id = u.id
WHERE i.id = {0} AND i.user_id = {1} AND i.revoked_at IS NULL AND u.is_active
"""
LIST = f"""
SELECT {READ}
FROM collections_app_watchlistentry e
JOIN collections_app_anime a ON a.id = e.anime_id
WHERE e.user_id = {{0}} ORDER BY e.added_at DESC, e.id DESC
"""
TAKE = """
UPDATE history_userstate SET revision = revision + 1, list_revision = revision + 1
WHERE user_id = {0} RETURNING revision
"""
# The anime, what the user has of it, and its last removal.
FIND = f"""
SELECT a.id, {READ}, (
    SELECT c.before FROM history_change c
    WHERE c.user_id = {{0}} AND c.anime_id = a.id AND c.kind = 'remove' AND c.at > {{2}}
    ORDER BY c.revision DESC LIMIT 1)
FROM collections_app_anime a
LEFT JOIN collections_app_watchlistentry e ON e.anime_id = a.id AND e.user_id = {{0}}
WHERE a.id = {{1}}
"""
PUT = """
INSERT INTO collections_app_watchlistentry
    (id, user_id, anime_id, type, state, progress, rewatches, started_on, finished_on,
     notes, tags, priority, is_private, added_at, updated_at, revision, counted, extra)
VALUES ({0}, {1}, {2}, {3}, 'active', 0, 0, '', '', '', '[]', 0, false, {4}, {4}, {5},
        0, '{{}}')
ON CONFLICT (user_id, anime_id) DO UPDATE
SET type = excluded.type, state = 'active', updated_at = excluded.updated_at,
    revision = excluded.revision
"""
LOG = """
INSERT INTO history_change
    (id, user_id, revision, kind, anime_id, before, after, operation_id, position, size,
     watched, at, through, client_id, request_id)
VALUES ({0}, {1}, {2}, 'update', {3}, {4}::jsonb, {5}::jsonb, {6}, 0, 1, 0, {7},
        'token', '', '')
"""


def airing_of(status: str, episodes: int | None, progress: int) -> dict[str, object]:
    """What has aired: without times, for the benchmark's titles have no schedule."""
    aired = episodes if status == "finished" else 0 if status == "upcoming" else None
    return {
        "episodes_aired": aired,
        "behind_by": None if aired is None else max(0, aired - progress),
        "next_airs_at": None,
        "next_airs_estimated": None,
    }


def claims_of(authorization: str) -> tuple[UUID, UUID] | None:
    """(family, user) of a good Bearer token."""
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer":
        return None
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
        if claims["token_type"] != "access":
            return None
        return UUID(claims["family"]), UUID(claims["user_id"])
    except (jwt.PyJWTError, KeyError, ValueError):
        return None


@lru_cache(10_000)
def cursor_of(epoch: int, list_revision: int, catalogue: int) -> str:
    return SIGNER.sign_object((epoch, list_revision, catalogue))
