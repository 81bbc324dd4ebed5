"""What is counted of one user for one viewer, as tables for the raw statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from animecollections.viewer import Viewer
from collections_app.watch_list.models import EntryQuerySet, WatchListEntry
from history.models import EpisodesWatched

COLUMNS_OF_ENTRIES = (
    "anime_id", "type", "state", "score", "tags", "finished_on", "progress",
    "rewatches", "episode_ranges",
)  # fmt: skip
COLUMNS_OF_DAYS = ("anime_id", "watched_on", "episodes")


@dataclass(frozen=True)
class Sources:
    """The entries and days that a viewer may see of a user's in the statistics,
    or in a year in review."""

    user_id: UUID
    viewer: Viewer
    thing: Literal["stats", "year"]

    @property
    def is_own(self) -> bool:
        return self.user_id == self.viewer.user_id

    @property
    def entries(self) -> EntryQuerySet:
        theirs = WatchListEntry.objects.of(self.user_id)
        # The same without the rule, which lets all of one's own through: its statement
        # needs no titles joined for that.
        return theirs if self.is_own else theirs.visible_to(self.viewer, self.thing)

    @property
    def days(self) -> QuerySet[EpisodesWatched]:
        """Of others those of entries that are seen: whether what is on the list no
        more was private, or is mature, no row of it tells.
        """
        theirs = EpisodesWatched.objects.of(self.user_id).with_watched_on()
        sees_private = self.viewer.sees_private_of(self.user_id)
        if self.is_own or (sees_private and not self.viewer.hides_mature):
            return theirs
        return theirs.filter(anime_id__in=self.entries.order_by().values("anime_id"))

    @cached_property
    def statements(self) -> tuple[Mapping[str, str], Mapping[str, object]]:
        """{entries} and {days} for a statement, and the parameters that they name."""
        tables: dict[str, str] = {}
        parameters: dict[str, Any] = {}
        for name, rows, columns in (
            ("entries", self.entries, COLUMNS_OF_ENTRIES),
            ("days", self.days, COLUMNS_OF_DAYS),
        ):
            query = rows.order_by().values(*columns).query
            # Nothing that is seen is a table without rows.
            compiler = query.get_compiler(DEFAULT_DB_ALIAS, elide_empty=False)
            sql, values = compiler.as_sql()
            named = {f"{name}_{place}": value for place, value in enumerate(values)}
            tables[name] = f"({sql % tuple(f'%({key})s' for key in named)})"
            parameters |= named
        return tables, parameters

    def parameters(self, **others: object) -> dict[str, Any]:
        return {**self.statements[1], **others}

    def filled(self, statement: str, **others: str) -> str:
        return statement.format(**self.statements[0], **others)
