"""Plans and their rows as JSON."""

from collections.abc import Mapping
from contextlib import nullcontext
from time import monotonic
from typing import Any

from animecollections.api.language import spoken
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.api.permits import long_work
from animecollections.db.json_rows import among
from collections_app.catalogue.models import Anime
from collections_app.imports.judging import record_of
from collections_app.imports.models import ImportPlan, ImportRow, Outcome
from collections_app.imports.own_lists import is_offered
from collections_app.imports.recognition import candidates
from collections_app.imports.sentences import Said, coded
from collections_app.watch_list.operation_reads import as_shown, titles_of

PER_PAGE = 50
MOST_PER_PAGE = 100
# An unmatched row is searched for when it is read, a page's rows no longer than this:
# what was found is kept, so that who asks again gets further.
SECONDS_OF_SEARCH = 2.0


def plan_told(plan: ImportPlan) -> dict[str, object]:
    return {
        "id": plan.id,
        "format": plan.format,
        "file_name": plan.file_name,
        "status": plan.status,
        "policy": plan.policy,
        "exported_at": plan.exported_at,
        "summary": plan.summary,
        "warnings": [spoken(one) for one in plan.warnings],
        "warning_codes": [said for one in plan.warnings for said in codes_of(one)],
        "lists": [list_told(one) for one in plan.lists if is_offered(one)],
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "applied_at": plan.applied_at,
        "operation_id": plan.operation_id,
    }


def codes_of(text: str) -> list[Said]:
    """Its sentences by their codes, in the language of who asks."""
    return [{**one, "sentence": spoken(one["sentence"])} for one in coded(text)]


def list_told(one: Mapping[str, object]) -> dict[str, object]:
    names = ("name", "kind", "titles", "is_taken", "list_id")
    return {name: one[name] for name in names}


def rows_of(
    plan: ImportPlan, wanted: Wanted, revision: int
) -> tuple[list[dict[str, Any]], dict[str, Any], bool]:
    """A page of rows in the order of the file, its meta, and whether all of them were
    searched for; `outcome` narrows them.

    Three statements, and a few for each unmatched row, which is searched for.

    revision: the catalogue's.
    """
    rows = ImportRow.objects.of(plan.user_id).in_plan(plan.id)
    if outcome := wanted.get("outcome"):
        rows = rows.filter(outcome=outcome)
    found, meta = page(
        rows,
        wanted,
        orderings={"row": "row"},
        default="row",
        limit=PER_PAGE,
    )
    searched = [row for row in found if is_to_be_searched(row)]
    with long_work.held(plan.user_id) if searched else nullcontext():
        until = monotonic() + SECONDS_OF_SEARCH
        maybe = {row.row: maybe_of(row, revision, until) for row in found}
        is_complete = not searched or monotonic() <= until
    titles = titles_of(row.anime_id for row in found)
    facts = candidates_told({id_ for ids in maybe.values() for id_ in ids})
    told = [
        row_told(row, titles)
        | {"candidates": [facts[id_] for id_ in maybe[row.row] if id_ in facts]}
        for row in found
    ]
    return told, meta, is_complete


def is_to_be_searched(row: ImportRow) -> bool:
    return row.outcome == Outcome.UNMATCHED and not row.candidates


def maybe_of(row: ImportRow, revision: int, until: float) -> list[int]:
    """The titles that an unmatched row may be, best first; none when time is up."""
    if row.outcome != Outcome.UNMATCHED:
        return []
    if not is_to_be_searched(row) or monotonic() > until:
        return list(row.candidates)
    return candidates(record_of(row), revision)


def candidates_told(anime_ids: set[int]) -> dict[int, dict[str, object]]:
    columns = ("id", "title", "english_title", "format", "year", "picture_url")
    rows = Anime.objects.filter(id__in=among(anime_ids)).values(*columns)
    return {
        row["id"]: {
            "anime_id": str(row["id"]),
            "title": row["title"],
            "english_title": row["english_title"] or None,
            "format": row["format"],
            "year": row["year"],
            "imageUrl": row["picture_url"] or None,
        }
        for row in rows
    }


def row_told(row: ImportRow, titles: Mapping[int, str]) -> dict[str, object]:
    """title: as the file says it; anime_title: what it is in the catalogue."""
    return {
        "row": row.row,
        "outcome": row.outcome,
        "reason": spoken(row.reason),
        "reason_codes": codes_of(row.reason),
        "title": row.title,
        "anime_id": str(row.anime_id) if row.anime_id else None,
        "anime_title": titles.get(row.anime_id) if row.anime_id else None,
        "before": as_shown(row.before),
        "after": as_shown(row.after),
        "decision": row.decision or None,
    }
