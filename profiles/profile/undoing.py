"""The preferences as the log has them, so that their changes can be undone.

Under the names of the API, each audience by itself; and the titles that are not to be
recommended, which are another table. An undo needs the scopes that the
change itself needs.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from animecollections.viewer import THINGS
from collections_app.recommendations import hidden
from collections_app.watch_list.sentences import HIDDEN
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
    "helpRecommend": "help_recommend",
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
    row = values_of(Preferences.objects.get(user_id=user_id))
    return row | hidden.fields_of(user_id)


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
    titles = {name: value for name, value in values.items() if is_of_title(name)}
    hidden.set_fields(record, titles)
    preferences = Preferences.objects.get(user_id=record.state.user_id)
    rest = {name: values[name] for name in values.keys() - titles.keys()}
    change_preferences(record, preferences, columns_of(rest))


def is_of_title(name: str) -> bool:
    """One that is not to be recommended: a field while it is so."""
    return name.startswith(HIDDEN)


def scope_of(name: str) -> str:
    if is_of_title(name):
        return "list:write"
    return "sharing" if name.startswith(AUDIENCE) else "profile:write"


UNDOABLE = UndoableRow(ChangeKind.PREFERENCES, read, write, scope_of, is_of_title)
