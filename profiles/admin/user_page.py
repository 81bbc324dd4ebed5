"""What the page of a user shows below the form: collection, searches, images …"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from animecollections.admin import link
from collections_app.admin.catalogue import cover_of
from collections_app.admin.watch_list import progress_of, score_of
from collections_app.models import WatchListEntry
from history.models import Search
from profiles.admin.images import thumbnail
from profiles.models import Image, User

ENTRY_COLUMNS = (
    "type",
    "state",
    "progress",
    "score",
    "updated_at",
    "anime__title",
    "anime__episodes",
    "anime__picture_url",
    "anime__thumbnail_url",
)
LATEST_ENTRIES, LATEST_SEARCHES, LATEST_IMAGES, LATEST_SIGN_INS = 50, 20, 20, 20


def address_of_rows(page: str, user: User) -> str:
    """The list of a model's rows that are this user's."""
    return reverse(f"admin:{page}_changelist") + f"?user__id__exact={user.pk}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that the page of a user shows below the form."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    note: str = ""
    address: str = ""  # of all of them


def tables_of(user: User, request: HttpRequest) -> list[Table]:
    """Those that this member of staff may see; each of one or two statements."""
    tables: dict[str, Callable[[User], Table]] = {
        "collections_app.view_watchlistentry": collection,
        "history.view_search": latest_searches,
        "profiles.view_image": images,
        "profiles.view_session": sign_ins,
    }
    return [
        table(user)
        for permission, table in tables.items()
        if request.user.has_perm(permission)
    ]


def collection(user: User) -> Table:
    entries = WatchListEntry.objects.of(user.pk)
    counts = entries.counts()["by_type"]
    latest = entries.select_related("anime").only(*ENTRY_COLUMNS)
    return Table(
        "Collection",
        ("Cover", "Title", "Type", "State", "Progress", "Score", "Updated"),
        [
            (
                cover_of(entry.anime),
                link("collections_app_watchlistentry", entry.pk, entry.anime.title),
                entry.type,
                entry.get_state_display(),
                progress_of(entry),
                score_of(entry),
                entry.updated_at,
            )
            for entry in latest.order_by("-updated_at")[:LATEST_ENTRIES]
        ],
        note=", ".join(f"{number} {type_}" for type_, number in counts.items()) + ".",
        address=address_of_rows("collections_app_watchlistentry", user),
    )


def latest_searches(user: User) -> Table:
    searches = Search.objects.of(user.pk).order_by("-searched_at")
    return Table(
        "Searches",
        ("Search", "Type", "Results", "At"),
        [
            (search.query, search.type, search.total_results, search.searched_at)
            for search in searches[:LATEST_SEARCHES]
        ],
        address=address_of_rows("history_search", user),
    )


def images(user: User) -> Table:
    return Table(
        "Images",
        ("Image", "Kind", "Bytes", "At"),
        [
            (thumbnail(image), image.kind, image.size, image.created_at)
            for image in Image.objects.of(user.pk)[:LATEST_IMAGES]
        ],
        address=address_of_rows("profiles_image", user),
    )


def sign_ins(user: User) -> Table:
    """Sessions and token families that still hold."""
    now, epoch = timezone.now(), user.auth_epoch
    sessions = user.sessions.filter(auth_epoch=epoch, expire_date__gt=now)
    families = user.token_families.filter(
        auth_epoch=epoch, revoked_at=None, expires_at__gt=now
    )
    return Table(
        "Signed in",
        ("By", "With", "Until"),
        [
            *(
                ("session", session.user_agent, session.expire_date)
                for session in sessions.order_by("-expire_date")[:LATEST_SIGN_INS]
            ),
            *(
                ("tokens", family.user_agent, family.expires_at)
                for family in families.order_by("-used_at")[:LATEST_SIGN_INS]
            ),
        ],
    )
