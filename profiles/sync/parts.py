"""What devices are sent of each part but the list: one row a part.

In `GET /api/user/sync` a part that changed comes whole, under its key. A live message
has it under its name: whole too, or, of a part with many things, those that changed.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from collections_app.watch_list import viewings
from collections_app.watch_list.serializers import ViewingOutput
from history.models import Search
from history.searches import serializers as searches
from history.searches.serializers import SearchOutput
from profiles.notifications import reads as notices
from profiles.notifications.answers import UserNoticeAnswer
from profiles.profile.answers import (
    PreferencesAnswer,
    ProfileAnswer,
    preferences_answer,
    profile_answer,
)
from profiles.profile.models import Preferences, Profile


@dataclass(frozen=True, slots=True)
class Synced:
    """shape: of the whole, for the schema. scope: who may read it. read: the whole;
    None where the account was erased a moment ago. read_some: what became of the things
    with these ids.
    """

    name: str  # of history.log.parts, and in `?parts=`
    key: str
    scope: str
    shape: Any
    read: Callable[[UUID], Any]
    read_some: Callable[[UUID, Collection[str]], Any] | None = None


def read_profile(user_id: UUID) -> ProfileAnswer | None:
    profile = Profile.objects.filter(user_id=user_id).first()
    return profile_answer(profile) if profile else None


def read_preferences(user_id: UUID) -> PreferencesAnswer | None:
    preferences = Preferences.objects.filter(user_id=user_id).first()
    return preferences_answer(preferences) if preferences else None


def read_searches(user_id: UUID) -> list[dict[str, object]]:
    return searches.whole_history(user_id)


def read_some_searches(user_id: UUID, ids: Collection[str]) -> dict[str, object]:
    """All may be 800 KB."""
    rows = Search.objects.of(user_id).filter(id__in=ids).newest_first()
    saved = [searches.to_json(row) for row in rows]
    found = {str(search["id"]) for search in saved}
    return {"saved": saved, "removed": [id_ for id_ in ids if id_ not in found]}


@extend_schema_serializer(component_name="TitleViewing")
class TitleViewing(ViewingOutput):
    """One time through a title."""

    anime_id = serializers.CharField()


def read_viewings(user_id: UUID) -> list[dict[str, object]]:
    return [viewings.with_anime(row) for row in viewings.all_of(user_id)]


def read_some_viewings(user_id: UUID, ids: Collection[str]) -> dict[str, object]:
    rows = viewings.all_of(user_id).filter(id__in=ids)
    saved = [viewings.with_anime(row) for row in rows]
    found = {str(row["id"]) for row in saved}
    return {"saved": saved, "removed": [id_ for id_ in ids if id_ not in found]}


# The list, which comes as entries and removals; its part in the log is called `list`.
ENTRIES, ENTRIES_SCOPE = "entries", "list:read"
SYNCED = (
    Synced("profile", "profile", "profile:read", ProfileAnswer, read_profile),
    Synced(
        "preferences",
        "preferences",
        "profile:read",
        PreferencesAnswer,
        read_preferences,
    ),
    Synced(
        "searches",
        "searchHistory",
        "history:read",
        SearchOutput(many=True),
        read_searches,
        read_some=read_some_searches,
    ),
    Synced(
        "viewings",
        "viewings",
        "list:read",
        TitleViewing(many=True),
        read_viewings,
        read_some=read_some_viewings,
    ),
    Synced(
        "notices",
        "notices",
        "list:read",
        [UserNoticeAnswer],
        notices.newest,
        read_some=notices.some,
    ),
)
SCOPE_OF = {ENTRIES: ENTRIES_SCOPE} | {part.name: part.scope for part in SYNCED}
