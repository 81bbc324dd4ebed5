"""The preferences as the log has them, so that their changes can be undone.

Under the names of the API, each audience by itself. An undo needs the scopes that the
change itself needs.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from animecollections.viewer import THINGS
from history.log.recording import Recording
from history.log.undoable_rows import UndoableRow, Values
from history.models import ChangeKind
from profiles.profile.models import Preferences

AUDIENCE = "audience."
# By the name in the log; a test compares them with what is answered.
COLUMNS = {
    "enfasiscolor": "accent_color",
    "parentalControl": "parental_control",
    "trackSearchHistory": "track_search_history",
    "scoreFormat": "score_format",
    "titleLanguage": "title_language",
    "timezone": "timezone",
    "language": "language",
    "theme": "theme",
    "mutedNotices": "muted_notices",
    "noticeDigest": "notice_digest",
    "webPush": "web_push",
    "addSequels": "add_sequels",
    **{f"{AUDIENCE}{thing}": f"audience_{thing}" for thing in THINGS},
}


def values_of(preferences: Preferences) -> Values:
    values = {name: getattr(preferences, column) for name, column in COLUMNS.items()}
    return values | {"mutedNotices": values["mutedNotices"].split()}


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        COLUMNS[name]: " ".join(value) if name == "mutedNotices" else value
        for name, value in values.items()
    }


def read(user_id: UUID) -> Values:
    return values_of(Preferences.objects.get(user_id=user_id))


def change_preferences(
    record: Recording, preferences: Preferences, values: Mapping[str, object]
) -> int | None:
    """Sets columns, and notes what differs; None where nothing does."""
    before = values_of(preferences)
    for column, value in values.items():
        setattr(preferences, column, value)
    after = values_of(preferences)
    names = [name for name in COLUMNS if before[name] != after[name]]
    if not names:
        return None
    preferences.save(update_fields=[*(COLUMNS[n] for n in names), "updated_at"])
    return record.change(
        ChangeKind.PREFERENCES,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
    )


def write(record: Recording, values: Mapping[str, Any]) -> None:
    preferences = Preferences.objects.get(user_id=record.state.user_id)
    change_preferences(record, preferences, columns_of(values))


def scope_of(name: str) -> str:
    return "sharing" if name.startswith(AUDIENCE) else "profile:write"


UNDOABLE = UndoableRow(ChangeKind.PREFERENCES, read, write, scope_of)
