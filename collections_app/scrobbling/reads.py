"""What came from players, as it is answered."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.db.json_rows import among
from animecollections.identity import Account
from collections_app.catalogue.models import Anime
from collections_app.imports.recognition import MOST_CANDIDATES, candidates_named
from collections_app.scrobbling.models import (
    Scrobble,
    ScrobbleRule,
    ScrobbleSource,
    ScrobbleState,
)
from collections_app.scrobbling.sentences import sentence_of

PER_PAGE, MOST_PER_PAGE = 50, 100
MOST_SEARCHED = 20  # of a page: each search is dear, and a person decides on a few
Json = dict[str, Any]
Titles = Mapping[int, Json]


def scrobbles_of(account: Account, wanted: Wanted) -> tuple[list[Json], Json]:
    """A page of them, newest first: two statements. For what waits up to two more, and
    a search for each of the first names that was not searched before.
    """
    rows = Scrobble.objects.of(account.id)
    if state := wanted.get("state"):
        rows = rows.filter(state=state)
    found, meta = page(
        rows, wanted, orderings={"came_at": "id"}, default="-came_at", limit=PER_PAGE
    )
    return scrobbles_to_json(account, found), meta


def scrobbles_to_json(account: Account, rows: Collection[Scrobble]) -> list[Json]:
    waiting = [row.pk for row in rows if row.state == ScrobbleState.WAITING]
    sought = {*waiting[:MOST_SEARCHED]}
    candidates = {
        row.pk: candidates_of(account, row, is_sought=row.pk in sought) for row in rows
    }
    ids = {row.anime_id for row in rows if row.anime_id}
    ids |= {id_ for some in candidates.values() for id_ in some}
    titles = titles_of(ids)
    shown = {id_: one for id_, one in titles.items() if may_see(account, one)}
    return [
        to_json(row, titles)
        | {
            "candidates": [
                candidate_to_json(shown[i]) for i in candidates[row.pk] if i in shown
            ]
        }
        for row in rows
    ]


def candidates_of(account: Account, row: Scrobble, *, is_sought: bool) -> list[int]:
    """Who what waits may be, the likeliest first. is_sought: also by its name."""
    if row.state != ScrobbleState.WAITING:
        return []
    found = list(row.candidate_ids)
    if is_sought and row.series and len(found) < MOST_CANDIDATES:
        revision = account.revisions.catalogue
        found += candidates_named((row.series[:200],), revision)
    return list(dict.fromkeys(found))[:MOST_CANDIDATES]


def titles_of(anime_ids: Collection[int]) -> dict[int, Json]:
    if not anime_ids:
        return {}
    columns = ("title", "picture_url", "format", "year", "episodes", "mature")
    rows = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    return {row["id"]: row for row in rows.values("id", *columns)}


def may_see(account: Account, title: Json) -> bool:
    return not (title["mature"] and account.hides_mature)


def candidate_to_json(title: Json) -> Json:
    return {
        "anime_id": str(title["id"]),
        "title": title["title"],
        "imageUrl": title["picture_url"] or None,
        "format": title["format"],
        "year": title["year"],
        "episodes": title["episodes"],
    }


def to_json(row: Scrobble, titles: Titles) -> Json:
    title = titles.get(row.anime_id or 0, {})
    return {
        "id": row.pk,
        "state": row.state,
        "reason": row.reason or None,
        "why": sentence_of(row.reason) or None,
        "player": row.player,
        "account": row.account,
        "library": row.library,
        "type": "film" if row.is_film else "episode",
        "series": row.series,
        "title": row.title,
        "season": row.season,
        "episode": row.episode,
        "episode_end": row.episode_end,
        "year": row.year,
        "ids": row.ids,
        "watched_at": row.watched_at,
        "came_at": row.created_at,
        "matched_by": row.matched_by or None,
        "anime_id": str(row.anime_id) if row.anime_id else None,
        "anime_title": title.get("title"),
        "imageUrl": title.get("picture_url") or None,
        "anime_episode": row.anime_episode,
        "operation_id": row.operation_id,
        "token_id": row.token_id,
        "token_name": row.token_name,
    }


def rules_to_json(rules: Iterable[ScrobbleRule]) -> list[Json]:
    """One statement for the titles."""
    rows = list(rules)
    titles = titles_of({rule.anime_id for rule in rows if rule.anime_id})
    return [
        {
            "id": rule.pk,
            "type": "film" if rule.is_film else "episode",
            "series": rule.series,
            "season": rule.season,
            "anime_id": str(rule.anime_id) if rule.anime_id else None,
            "anime_title": titles.get(rule.anime_id or 0, {}).get("title"),
            "offset": rule.offset,
            "created_at": rule.created_at,
        }
        for rule in rows
    ]


def source_to_json(source: ScrobbleSource) -> Json:
    return {
        "token_id": source.token_id,
        "accounts": source.accounts,
        "libraries": source.libraries,
        "least_percent": source.least_percent,
        "fills_gaps": source.fills_gaps,
        "heard_at": source.heard_at,
        "heard": source.heard or None,
        "why": sentence_of(source.heard) or None,
    }
