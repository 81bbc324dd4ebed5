"""What changed in words, for services that show a text to people. Those may be others
than the owner: private entries, titles for adults and quiet changes are left out. The
web client says the same sentences, so locale/ has each once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as t
from django.utils.translation import override

from animecollections.db.ids import first_id_at
from collections_app.models import Anime, WatchListEntry
from collections_app.watch_list.fields import as_tenths
from history.models import Change, ChangeKind
from profiles.notifications.answers import rows_of, to_json
from profiles.notifications.models import UserNotice
from profiles.notifications.sentences import sentence
from profiles.profile.models import Preferences
from profiles.sync.parts import ENTRIES

OF_ENTRIES = (ChangeKind.ADD, ChangeKind.UPDATE, ChangeKind.REMOVE)
NOTICES = "notices"
PARTS = (ENTRIES, NOTICES)
MOST_CHANGES = 500
MOST_SENTENCES = 10
COLUMNS = (
    "anime_id", "type", "state", "progress", "score", "is_private", "anime__title",
    "anime__mature",
)  # fmt: skip
OF_A_CHANGE = ("kind", "anime_id", "before", "after", "is_quiet")
Values = Mapping[str, Any]


def text_of(user_id: UUID, since: int, until: int, parts: Sequence[str]) -> str:
    """The revisions (since, until] in the person's language; "" for nothing to say.
    Four statements at most, and two for notices.
    """
    wanted = Preferences.objects.filter(user_id=user_id).first()
    if wanted is None or until <= since:
        return ""
    log = Change.objects.between(user_id, since, until)
    with override(wanted.language):
        said = []
        if ENTRIES in parts:
            said += of_entries(user_id, log.filter(kind__in=OF_ENTRIES))
        if NOTICES in parts:
            said += of_notices(user_id, log.filter(kind=ChangeKind.NOTICES), wanted)
        text, rest = "\n".join(said[:MOST_SENTENCES]), len(said) - MOST_SENTENCES
        return t("{what} And {n} more.").format(what=text, n=rest) if rest > 0 else text


# --- Entries --------------------------------------------------------------------------


def of_entries(user_id: UUID, log: Any) -> list[str]:
    changes: dict[int, list[Values]] = {}
    for row in log.values(*OF_A_CHANGE)[:MOST_CHANGES]:
        changes.setdefault(row["anime_id"], []).append(row)
    rows = WatchListEntry.objects.of(user_id).filter(anime_id__in=[*changes])
    entries = {row["anime_id"]: row for row in rows.values(*COLUMNS)}
    gone = [id_ for id_ in changes if id_ not in entries]
    titles = dict(
        Anime.objects.filter(pk__in=gone, mature=False).values_list("pk", "title")
    )
    said = []
    for anime_id, theirs in changes.items():
        entry = entries.get(anime_id)
        if is_hidden(entry, theirs):
            continue
        if entry is not None:
            said += of_entry(entry, theirs)
        elif anime_id in titles and theirs[0]["kind"] != ChangeKind.ADD:
            said.append(t("Removed {title}.").format(title=titles[anime_id]))
    return said


def is_hidden(entry: Values | None, changes: Iterable[Values]) -> bool:
    """Now, or at any time that the sentence would be about."""
    if entry is not None and (entry["is_private"] or entry["anime__mature"]):
        return True
    if any(change["is_quiet"] for change in changes):
        return True
    sides = [change[side] for change in changes for side in ("before", "after")]
    return any(side.get("is_private") for side in sides)


def of_entry(entry: Values, changes: Sequence[Values]) -> list[str]:
    """From before the first change to now, whatever was in between."""
    title, before = entry["anime__title"], first_values(changes)
    is_new = changes[0]["kind"] == ChangeKind.ADD
    moved = {name for name in before if before[name] != entry.get(name, before[name])}
    said = []
    if is_new or moved & {"type", "state"}:
        text = (
            t("Added {title} to {type}.") if is_new else t("Moved {title} to {type}.")
        )
        said.append(text.format(title=title, type=status_name(entry)))
    elif "progress" in moved:
        is_on = entry["progress"] > before["progress"]
        text = t("{title}: episode {n} watched.")
        text = text if is_on else t("{title}: back to episode {n}.")
        said.append(text.format(title=title, n=entry["progress"]))
    if "score" in moved and entry["score"] is not None:
        rated = t("Rated {title}.").format(title=title)
        said.append(f"{rated} ★ {as_tenths(entry['score']):g}")
    return said


def first_values(changes: Sequence[Values]) -> dict[str, Any]:
    """What each changed field was before; of a new entry nothing but its score."""
    if changes[0]["kind"] == ChangeKind.ADD:
        return {"score": None}
    before: dict[str, Any] = {}
    for change in changes:
        before = change["before"] | before
    return before


def status_name(entry: Values) -> str:
    """As the web client calls it (static/js/ui/words.js)."""
    states: dict[str, str] = {
        "on_hold": t("On hold"),
        "rewatching": t("Rewatching"),
        "dropped": t("Dropped"),
    }
    types: dict[str, str] = {
        "Watching": t("Watching"),
        "Completed": t("Completed"),
        "To Watch": t("To watch"),
        "Collection": t("Collection"),
    }
    return states.get(entry["state"]) or types[entry["type"]]


# --- Notices --------------------------------------------------------------------------


def of_notices(user_id: UUID, log: Any, wanted: Preferences) -> list[str]:
    """Those that came since the first of these changes, and were not read yet."""
    since = log.values_list("at", flat=True).first()
    if since is None:
        return []
    rows = UserNotice.objects.of(user_id).unread().filter(pk__gte=first_id_at(since))
    notices = [to_json(row) for row in rows_of(rows.order_by("pk"))[:MOST_CHANGES]]
    named = {notice["anime_id"] for notice in notices}
    named |= {notice["related_id"] for notice in notices}
    ids = [int(id_) for id_ in named if id_]
    private = WatchListEntry.objects.of(user_id).filter(is_private=True)
    mature = Anime.objects.filter(pk__in=ids, mature=True).values_list("pk", flat=True)
    hidden = {*private.filter(anime_id__in=ids).values_list("anime_id", flat=True)}
    hidden |= {*mature}
    hidden_ids = {str(id_) for id_ in hidden}
    said = []
    for notice in notices:
        if not {notice["anime_id"], notice["related_id"]} & hidden_ids:
            told = sentence(notice, language=wanted.language, zone=wanted.timezone)
            said.append(f"{told.title}: {told.text}" if told.title else told.text)
    return said
