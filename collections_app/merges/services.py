"""Two titles that are one: merged, and parted again where that was wrong.

Each user's list is its own short transaction, by the one write path, users in order;
all of them share the operation's id. Who adds the title that goes meanwhile is found by
another round, for it can only go when no entry points at it: the foreign key says so.
An interrupted merge goes on when it is asked for again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from animecollections.api.errors import ApiError
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app.airing.services import refresh_airings
from collections_app.catalogue import abbreviation_writes as abbreviations
from collections_app.catalogue.facts import STORED, UNKNOWN, Facts, sort_title
from collections_app.catalogue.held_facts import (
    IDS,
    LISTS,
    HeldFacts,
    hold,
    without_empty,
)
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.merges import Merge, MergedList, MergeStatus
from collections_app.catalogue.missing_titles.models import MissingTitle
from collections_app.catalogue.models import Anime, ExternalId, Listing
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.catalogue.writes import changing_catalogue, store
from collections_app.source_facts import moving as source_facts
from collections_app.title_events import services as events
from collections_app.title_events.services import NewEvent
from collections_app.watch_list import undo as operations
from collections_app.watch_list import viewings
from collections_app.watch_list.joining import merged
from collections_app.watch_list.models import Viewing, WatchListEntry
from collections_app.watch_list.writes import ListEdit
from history.log.recording import locked, recording
from history.staff_log import services as audit
from history.watched import services as watched

Progress = Callable[[int], object]  # told of each list that is done
ROUNDS = 50  # each finds what was added during the one before


class MergeRefusedError(Exception):
    """What was asked for cannot be; the message is for a person."""


def merge(
    *,
    kept: AnimeRef,
    gone: AnimeRef,
    reason: str,
    through: Origin,
    progress: Progress = lambda lists: None,
) -> Merge:
    """Merges `gone` into `kept`: entries move by the rule of merging.py, ids and names
    are united, and the old id goes on meaning what it is now.

    Asked for again, it goes on where it was interrupted; done already, it is done.
    """
    job = begin(kept, gone, reason)
    finish(job, through=through, progress=progress)
    return job


def finish(
    job: Merge, *, through: Origin, progress: Progress = lambda lists: None
) -> None:
    """All lists, then the titles; done already, it is done."""
    note_move(job)
    for _ in range(ROUNDS):
        if job.status != MergeStatus.MERGING:
            refresh_airings([job.kept_id])  # the other's facts may say when it airs
            return
        for user_id in people_with(job.gone_id):
            move_list(job, user_id, through)
            note_move(job)
            progress(1)
        join_titles(job, through)
    raise MergeRefusedError("Many people are adding this title right now; try again.")


def merged_event(job: Merge) -> NewEvent:
    return NewEvent(
        "merged",
        job.kept_id,
        str(job.id),
        timezone.now(),
        {
            "merge_id": str(job.id),
            "gone_id": job.gone_id,
            "gone_title": job.gone["title"],
        },
    )


def note_move(job: Merge) -> None:
    """What stands still for long is told to staff and monitors."""
    Merge.objects.filter(pk=job.pk).update(moved_at=timezone.now())


def begin(kept: AnimeRef, gone: AnimeRef, reason: str) -> Merge:
    """The merge that runs already, or a new one."""
    with changing_catalogue():
        standing = Merge.objects.exclude(status=MergeStatus.UNMERGED)
        earlier = standing.filter(gone_id=gone.number).first()
        kept_id = find_anime(kept).id
        if earlier and earlier.kept_id == kept_id:
            if earlier.status == MergeStatus.UNMERGING:
                raise MergeRefusedError("It is being parted; wait until that is done.")
            return earlier
        gone_id = find_anime(gone).id
        if kept_id == gone_id:
            raise MergeRefusedError("Both are the same title.")
        at_work = standing.exclude(status=MergeStatus.MERGED)
        busy = {kept_id, gone_id}
        if any(busy & {job.kept_id, job.gone_id} for job in at_work):
            raise MergeRefusedError("Another merge of one of them is running.")
        return Merge.objects.create(kept_id=kept_id, gone_id=gone_id, reason=reason)


def people_with(anime_id: int) -> list[UUID]:
    """Anyone who has or had something of a title: entry, viewings, diary; in order."""
    entries = WatchListEntry.objects.across_users().filter(anime_id=anime_id).order_by()
    users = set(entries.values_list("user_id", flat=True))
    again = Viewing.objects.across_users().filter(anime_id=anime_id).order_by()
    users |= set(again.values_list("user_id", flat=True))
    return sorted(users | watched.watchers(anime_id))


def move_list(job: Merge, user_id: UUID, through: Origin) -> None:
    """One user's entry and what they watched, in one transaction; who was erased
    a moment ago has neither.
    """
    gone_ref, kept_ref = ref(job.gone_id), ref(job.kept_id)
    through = replace(through, kind="merge")  # its user cannot undo half of it
    try:
        with recording(user_id=user_id, through=through, operation_id=job.id) as record:
            edit = ListEdit(record, user_id, today())
            edit.read([gone_ref, kept_ref])
            gone, kept = edit.slots[gone_ref], edit.slots[kept_ref]
            if gone.anime_id != job.gone_id:
                return  # another run of this merge was quicker, and it is gone
            if gone.after is not None:
                kept.after = (
                    merged(kept.after, gone.after)
                    if kept.after
                    else gone.after | {"id": new_id()}
                )
                gone.after = None
                edit.save()
            is_over = kept.after is not None and viewings.is_over(kept.after)
            viewings.move(
                record,
                user_id,
                from_id=job.gone_id,
                to_id=job.kept_id,
                is_over=is_over,
            )
            days = watched.move(user_id, from_id=job.gone_id, to_id=job.kept_id)
            remember(job, user_id, days)
    except ApiError as error:
        if error.code != "session_ended":
            raise


def remember(job: Merge, user_id: UUID, days: watched.Days) -> None:
    """Who adds the title again during the merge is moved again: both count."""
    row, _ = MergedList.objects.get_or_create(user_id=user_id, merge=job)
    row.watched += [[day, number] for day, number in days]
    MergedList.objects.of(user_id).filter(merge=job).update(watched=row.watched)


def join_titles(job: Merge, through: Origin) -> None:
    """The row that goes, goes; unless an entry of it came meanwhile."""
    try:
        with changing_catalogue() as state:
            job.refresh_from_db()
            if job.status != MergeStatus.MERGING:
                return  # another run of this merge was quicker
            gone, kept = facts_of(job.gone_id), facts_of(job.kept_id)
            job.gone = gone | {
                "aliases": aliases_of(job.gone_id),
                "listings": sources_of(job.gone_id),
                "facts": source_facts.of_title(job.gone_id),
            }
            gained = gains(kept, gone)
            job.gained = {
                name: {"before": as_json(kept.get(name)), "after": value}
                for name, value in gained.items()
            } | {
                "aliases": minus(aliases_of(job.gone_id), aliases_of(job.kept_id)),
                "listings": minus(sources_of(job.gone_id), sources_of(job.kept_id)),
                "facts": source_facts.lacking(job.kept_id, job.gone["facts"]),
            }
            state.revision += 1
            lay(kept | gained, set(gained), revision=state.revision)
            hand_over(job)
            source_facts.add(job.kept_id, job.gained["facts"], state)
            Anime.objects.filter(id=job.gone_id).delete()
            add_aliases(job.kept_id, [(OWN, str(job.gone_id))])
            job.status = MergeStatus.MERGED
            job.save()
            events.note([merged_event(job)])
            audit.note(
                action="merge",
                through=through,
                reason=job.reason,
                anime_id=job.kept_id,
                before={"gone": job.gone_id, "title": gone["title"]},
                after={"lists": job.lists.count()},
                operation_id=job.id,
            )
    except (ProtectedError, IntegrityError):
        job.status = MergeStatus.MERGING  # somebody added it: another round


def facts_of(anime_id: int) -> Facts:
    return cast("Facts", Anime.objects.values(*STORED).get(id=anime_id))


def gains(kept: Facts, gone: Facts) -> Facts:
    """What the kept title learns: names it is searched by, ids, and facts it lacks."""
    names = titles_of(gone)
    known = titles_of(kept)
    new = [name for name in [*names, *gone["synonyms"]] if name and name not in known]
    united: Facts = {
        "synonyms": list(dict.fromkeys([*kept["synonyms"], *new])),
        "external_ids": gone["external_ids"] | kept["external_ids"],
        "related": list(dict.fromkeys([*kept["related"], *gone["related"]])),
    }
    united["held_facts"] = held_after(kept, gone, united["synonyms"])
    held = kept["held_facts"]
    lacking = {
        name: gone.get(name)
        for name, unknown in UNKNOWN.items()
        if name not in united
        and kept.get(name) == unknown
        and gone.get(name) != unknown
        # What follows from dates comes with them.
        and not (name == "airing_status" and gone["status_by_dates"])
        # Parental control only gets stronger.
        and (name not in held or name == "mature")
    }
    told: dict[str, object] = {**united, **lacking}
    if kept["gone_since"] and not gone["gone_since"]:
        told["gone_since"] = None  # its sources become the kept one's
    return changed_facts(kept, told)


def titles_of(facts: Facts) -> list[str]:
    return [facts["title"], facts["english_title"], facts["native_title"]]


def changed_facts(kept: Facts, told: Mapping[str, object]) -> Facts:
    """What is told of a title and is not known of it yet."""
    changed = {name: value for name, value in told.items() if kept.get(name) != value}
    return cast("Facts", changed)


def held_after(kept: Facts, gone: Facts, synonyms: list[str]) -> HeldFacts:
    """What staff set of either, where it becomes the kept one's; and the names that it
    gains, which the next import would take away.
    """
    inherited = {
        name: gone["held_facts"][name]
        for name, unknown in UNKNOWN.items()
        if name in gone["held_facts"] and name != IDS and kept.get(name) == unknown
    }
    held: HeldFacts = inherited | kept["held_facts"]
    if synonyms == kept["synonyms"]:
        return held
    return hold(held, kept, {"synonyms": synonyms})


def as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def hand_over(job: Merge) -> None:
    """Ids and sources that only the other had; what both had goes with its row.

    Abbreviations, and wordings that editors linked, stay with the title that was kept,
    whatever comes.
    """
    abbreviations.move(job.gone_id, job.kept_id)
    MissingTitle.objects.filter(anime_id=job.gone_id).update(anime_id=job.kept_id)
    for site, key in job.gained["aliases"]:
        ExternalId.objects.filter(
            anime_id=job.gone_id, site=site, external_id=key
        ).update(anime_id=job.kept_id)
    Listing.objects.filter(
        anime_id=job.gone_id, source__in=job.gained["listings"]
    ).update(anime_id=job.kept_id)


def unmerge(
    *,
    job: Merge,
    reason: str,
    through: Origin,
    progress: Progress = lambda lists: None,
) -> int:
    """Parts the two again; how many values stay, for they changed since.

    The row comes back first, then each list; interrupted, it goes on when asked again.
    """
    job.refresh_from_db()
    if job.status == MergeStatus.MERGED:
        part_titles(job, reason, through)
    if job.status != MergeStatus.UNMERGING:
        raise MergeRefusedError(f"It is {job.get_status_display().lower()}.")
    refresh_airings([job.kept_id, job.gone_id])
    conflicts = 0
    note_move(job)
    for row in job.lists.order_by("user_id"):
        conflicts += part_list(job, row, through)
        note_move(job)
        progress(1)
    job.status = MergeStatus.UNMERGED
    job.save(update_fields=["status"])
    return conflicts


def part_titles(job: Merge, reason: str, through: Origin) -> None:
    with changing_catalogue() as state:
        job.refresh_from_db()
        if job.status != MergeStatus.MERGED:
            return  # another run of this parting was quicker
        if Merge.objects.filter(gone_id=job.kept_id).exclude(
            status=MergeStatus.UNMERGED
        ):
            raise MergeRefusedError(
                "The title that it was merged into has itself been merged: part "
                "that merge first."
            )
        state.revision += 1
        row: Any = {"held_facts": {}} | {  # one merged before facts were held has none
            name: value
            for name, value in job.gone.items()
            if name not in ("aliases", "listings", "facts")
        }
        for name in ("gone_since", "created_at"):
            row[name] = row[name] and parse_datetime(row[name])
        lay(row, set(UNKNOWN), revision=state.revision)
        kept = facts_of(job.kept_id)
        back = facts_back(kept, job.gained)
        lay(kept | back, set(back), revision=state.revision)
        take_over(job)
        # One that was merged before there were facts has none.
        source_facts.take_back(job.kept_id, job.gained.get("facts", []), state)
        source_facts.add(job.gone_id, job.gone.get("facts", []), state)
        job.status = MergeStatus.UNMERGING
        job.save(update_fields=["status"])
        audit.note(
            action="unmerge",
            through=through,
            reason=reason,
            anime_id=job.kept_id,
            after={"back": job.gone_id},
            operation_id=job.undo_id,
        )


def facts_back(kept: Facts, gained: Mapping[str, Any]) -> Facts:
    """What the kept title gives back. What staff set since stays, item by item, and is
    held; what the merge brought is held no more.
    """
    gains = {
        name: gain
        for name, gain in gained.items()
        if name in (*UNKNOWN, "gone_since", "held_facts")
    }
    back = {
        name: taken_back(kept.get(name), gain["before"], gain["after"])
        for name, gain in gains.items()
    }
    if "held_facts" in back:
        set_since = {
            name: True
            for name in kept["held_facts"].keys() & gains.keys() - {*LISTS, IDS}
            if kept.get(name) != gains[name]["after"]
        }
        back["held_facts"] = without_empty(back["held_facts"]) | set_since
    changed: Any = changed_facts(kept, back)
    if "gone_since" in changed:
        changed["gone_since"] = parse_datetime(changed["gone_since"])
    return cast("Facts", changed)


def taken_back(now: Any, before: Any, after: Any) -> Any:
    """`now`, without what made `before` into `after`."""
    if now == after:
        return before
    if isinstance(now, list) and isinstance(before, list):
        return minus(now, minus(after, before)) + minus(minus(before, after), now)
    if not (isinstance(now, dict) and isinstance(before, dict)):
        return now
    stays = {name: value for name, value in before.items() if name not in after}
    for name, value in now.items():
        if name not in after:
            stays[name] = value
        elif name in before or value != after[name]:
            nothing = type(value)()
            stays[name] = taken_back(value, before.get(name, nothing), after[name])
    return stays


def take_over(job: Merge) -> None:
    """Its ids and sources, and its own number."""
    aliases = ExternalId.objects.filter(anime_id=job.kept_id)
    aliases.filter(site=OWN, external_id=str(job.gone_id)).delete()
    for site, key in job.gained["aliases"]:
        aliases.filter(site=site, external_id=key).delete()
    add_aliases(job.gone_id, job.gone["aliases"])
    Listing.objects.filter(
        anime_id=job.kept_id, source__in=job.gained["listings"]
    ).delete()
    Listing.objects.bulk_create(
        Listing(anime_id=job.gone_id, source=source) for source in job.gone["listings"]
    )


def part_list(job: Merge, row: MergedList, through: Origin) -> int:
    """One user's part of the merge undone; what changed since stays, and is counted."""
    days = [(day, number) for day, number in row.watched]
    with locked(row.user_id):
        conflicts = 0
        if not job.lists.filter(pk=row.pk).exists():
            return conflicts  # another run of this parting was quicker
        try:
            undone = operations.undo(
                user_id=row.user_id,
                operation_id=job.id,
                today=today(),
                through=replace(through, kind="merge"),  # nobody added or removed
                own_id=job.undo_id,
            )
            conflicts = len(undone.conflicts)
        except ApiError as error:  # watched, and not listed; or the log was pruned
            if error.code != "operation_not_found":
                raise
        watched.take_back(row.user_id, days, from_id=job.kept_id, to_id=job.gone_id)
        row.delete()
    return conflicts


def lay(row: Facts, changed: set[str], *, revision: int) -> None:
    """A title as it is now, with all that is derived of it."""
    row = row | {"sort_title": sort_title(row["title"])}
    store({row["id"]: row}, {row["id"]: changed}, revision=revision)


def aliases_of(anime_id: int) -> list[list[str]]:
    rows = ExternalId.objects.filter(anime_id=anime_id).order_by("site", "external_id")
    return [list(row) for row in rows.values_list("site", "external_id")]


def sources_of(anime_id: int) -> list[str]:
    rows = Listing.objects.filter(anime_id=anime_id).order_by("source")
    return list(rows.values_list("source", flat=True))


def minus(all_: Sequence[object], without: Sequence[object]) -> list[object]:
    return [one for one in all_ if one not in without]


def add_aliases(anime_id: int, keys: Any) -> None:
    ExternalId.objects.bulk_create(
        [
            ExternalId(anime_id=anime_id, site=site, external_id=key)
            for site, key in keys
        ],
        ignore_conflicts=True,
    )


def ref(anime_id: int) -> AnimeRef:
    return AnimeRef(OWN, str(anime_id))


def today() -> date:
    return timezone.now().date()
