"""What can be wrong with lists."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from animecollections.ops.findings import Check, Finding, Look
from collections_app.catalogue.models import Anime, ExternalId, SearchName
from collections_app.catalogue.refs import OWN
from collections_app.catalogue.trigrams import trigrams_of
from collections_app.catalogue.writes import changing_catalogue
from collections_app.own_lists.repair import count_again, found_again
from collections_app.source_facts.series_links import link_again, unlinked
from collections_app.watch_list import beside_the_log
from collections_app.watch_list.days_repair import make_unknown, miscounted
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.repair import (
    disagreements,
    follow_alias,
    record_as_it_is,
)
from history.log.recording import locked
from history.log.repair import mend_log

MOST_TOLD = 20


class Log(Look):
    """Every list against the log of its changes."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        for user_id in beside_the_log.suspects(people):
            with locked(user_id):
                found = disagreements(user_id)
            if found:
                titles = ", ".join(str(item.anime_id) for item in found[:5])
                yield Finding(
                    f"Log and list of user {user_id} disagree on {len(found)} anime "
                    f"({titles}): something did not use the one write path",
                    "writes the missing changes into the log, as an operation",
                    partial(record_as_it_is, user_id),
                )
        yield from ahead_of_state(people)


def ahead_of_state(people: Sequence[UUID]) -> Iterator[Finding]:
    rows = entries_of(people).filter(revision__gt=F("user__state__revision"))
    for user_id, revision in rows.values_list("user_id", "revision"):
        yield Finding(
            f"An entry of user {user_id} has revision {revision}, beyond their state",
            "raises the state; their devices load everything again",
            partial(mend_log, user_id, at_least=revision),
        )


def entries_of(people: Sequence[UUID]) -> Any:
    entries = WatchListEntry.objects.across_users()
    return entries.filter(user_id__in=people).order_by()


class Sizes(Look):
    """Lists of one's own that say another number of titles than they have."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        for user_id, name, size, there in found_again(people):
            yield Finding(
                f"The list “{name}” of user {user_id} says that it has {size:,} "
                f"titles, and has {there:,}",
                "counts them again; their devices load the list again",
                partial(count_again, user_id),
            )


class Progress(Look):
    """By title, for it is mostly the catalogue that is wrong."""

    def __init__(self) -> None:
        self.beyond: Counter[tuple[int, str, int]] = Counter()

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        beyond = entries_of(people).filter(progress__gt=F("anime__episodes"))
        titles = beyond.values_list("anime_id", "anime__title", "anime__episodes")
        for *title, number in titles.annotate(number=Count("pk")):
            self.beyond[tuple(title)] += number
        return iter(())

    def at_end(self) -> Iterator[Finding]:
        for (anime_id, title, episodes), number in self.beyond.most_common(MOST_TOLD):
            yield Finding(
                f"{number:,} entries of {title} ({anime_id}) are beyond its "
                f"{episodes:,} episodes: look at the title",
                is_odd=True,
            )


class Dates(Look):
    """What a user said is theirs to correct; undo and their client can."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        inverted = entries_of(people).exclude(finished_on="")
        inverted = inverted.filter(finished_on__lt=F("started_on"))
        rows = inverted.values_list("user_id", "anime_id", "started_on", "finished_on")
        for user_id, anime_id, started, finished in rows:
            if finished < started[: len(finished)]:  # 2017 does not end before 2017-10
                yield Finding(
                    f"Anime {anime_id} of user {user_id} ended on {finished}, before "
                    f"it began on {started}",
                    is_odd=True,
                )


class Days(Look):
    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        today = timezone.now().date()
        for found in miscounted(people):
            yield Finding(
                f"{found.episodes:,} episodes of anime {found.anime_id} of user "
                f"{found.user_id} count on {found.day}, the day it was moved to "
                "Completed",
                "makes their day unknown, as an operation",
                partial(make_unknown, found, today),
            )


def aliases() -> Iterator[Finding | None]:
    """Numbers of merged titles that still have entries."""
    claims = ExternalId.objects.filter(site=OWN).values_list("external_id", "anime_id")
    titles = {int(key): anime_id for key, anime_id in claims if key.isdigit()}
    numbers = Anime.objects.filter(pk__in=list(titles)).values_list("pk", flat=True)
    strays = [pk for pk in numbers if titles[pk] != pk]
    entries = (
        WatchListEntry.objects.across_users().filter(anime_id__in=strays).order_by()
    )
    today = timezone.now().date()
    for user_id, alias in entries.values_list("user_id", "anime_id").iterator():
        title = titles[alias]
        says = f"User {user_id} lists anime {alias}, which is {title} by now"
        if WatchListEntry.objects.of(user_id).filter(anime_id=title).exists():
            yield Finding(f"{says}, and that as well: merge the titles again")
        else:
            move = partial(
                follow_alias, user_id=user_id, alias=alias, title=title, today=today
            )
            yield Finding(says, "moves the entry, as an operation", move)
    yield None


def names() -> Iterator[Finding | None]:
    """SQLite's index of search names, which triggers keep and a lost one would not."""
    if connection.vendor == "sqlite":
        try:
            with transaction.atomic():
                tell_index("('integrity-check', 1)")
        except DatabaseError:
            yield Finding(
                "The search index and the names of titles disagree",
                "rebuilds the index",
                partial(tell_index, "('rebuild', NULL)"),
            )
    yield None


def tell_index(values: str) -> None:
    index = trigrams_of(SearchName)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {index} ({index}, rank) VALUES {values}")  # noqa: S608


def links() -> Iterator[Finding | None]:
    """Those of titles whose maps were imported by a release that knew no links."""
    if wrong := unlinked():
        yield Finding(
            f"{len(wrong):,} titles are linked to other series than their maps say",
            "links them again",
            partial(link_titles, wrong),
        )
    yield None


def link_titles(anime_ids: set[int]) -> None:
    with changing_catalogue():
        link_again(anime_ids)


CHECKS = (
    Check("log", "lists compared with the log of their changes", look=Log),
    Check("sizes", "lists of one's own that count their titles wrongly", look=Sizes),
    Check("aliases", "entries of titles that were merged", aliases),
    Check("progress", "beyond the episodes of a title", look=Progress),
    Check("dates", "ended before they began", look=Dates),
    Check("days", "episodes counted on the day of a completion", look=Days),
    Check("links", "titles and the series of their maps of seasons", links),
    Check("names", "SQLite's search index compared with the names", names),
)
