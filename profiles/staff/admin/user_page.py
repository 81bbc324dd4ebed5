"""A user at a glance: what the page of a user shows above the form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django_tasks_db.models import DBTaskResult

from animecollections.admin import link, name_people
from animecollections.identity import today_in
from collections_app import stats
from collections_app.models import EntryType, ImportPlan, WatchListEntry
from collections_app.stats.answers import Statistics
from collections_app.watch_list.operation_reads import (
    OperationJson,
    ever_private,
    operations_of,
)
from history.models import Search, StaffAction
from history.staff_log import services as audit
from history.staff_log.masks import MASK, viewer_of
from profiles import outbox
from profiles.accounts import lockouts
from profiles.accounts.models import Session, TokenFamily, User
from profiles.accounts.people import names_of
from profiles.accounts.services import sign_in_name
from profiles.following.models import Tie
from profiles.images.admin import thumbnail
from profiles.images.models import Image
from profiles.notifications.models import UserNotice
from profiles.oidc.models import Identity
from profiles.personal_data.models import MadeExport
from profiles.personal_tokens.models import DEVICE, PersonalToken
from profiles.profile.admin import chosen_picture
from profiles.staff.admin.actions import address_of, offered
from profiles.staff.admin.outbox import links_of, state_of, title_of

COVERS_OF_TYPE, LATEST_CHANGES = 12, 15
LATEST_SEARCHES, LATEST_IMAGES, LATEST_SIGN_INS, LATEST_ACTS = 15, 12, 20, 15
LATEST_NOTICES = 15
LATEST_TIES = 15
LATEST_IMPORTS, LATEST_EXPORTS, LATEST_MAILS, LATEST_NOTES = 10, 10, 10, 10
ENTRY_COLUMNS = (
    "type",
    "state",
    "progress",
    "score",
    "is_private",
    "updated_at",
    "anime__title",
    "anime__episodes",
    "anime__picture_url",
    "anime__thumbnail_url",
)


def address_of_rows(page: str, user: User) -> str:
    """The list of a model's rows that are this user's."""
    return reverse(f"admin:{page}_changelist") + f"?user__id__exact={user.pk}"


@dataclass(frozen=True, slots=True)
class Cover:
    """A title as the page shows it; a private one has neither name nor picture."""

    title: str
    picture: str
    address: str
    progress: int
    episodes: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Shelf:
    type: str
    number: int
    covers: list[Cover]
    address: str  # of all of them


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    address: str = ""  # of all of them
    note: str = ""


def when(at: datetime | None) -> str:
    """To the minute, on one line."""
    text = f"{at:%Y-%m-%d %H:%M}" if at else ""
    return format_html('<span class="ac-nowrap">{}</span>', text)


@dataclass(slots=True)
class Glance:
    """All of a user that this member of staff may see."""

    actions: list[tuple[str, Any]]
    is_revealed: bool
    avatar: str = ""
    locks: list[str] = field(default_factory=list)
    numbers: list[tuple[str, Any]] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def glance_at(user: User, request: HttpRequest) -> Glance:
    """Some twenty statements, of the user's own rows alone."""
    may = request.user.has_perm
    viewer = viewer_of(request, [user.pk])
    is_revealed = viewer.sees_private_of(user.pk)
    avatar = chosen_picture(user.profile.avatar, width=64)
    glance = Glance(offered(request, user), is_revealed, avatar)
    if may("profiles.view_wrongpasswords"):
        glance.locks = list(lockouts.all_locks(user.email))
    if may("history.view_staffaction"):
        glance.notes = notes_on(user)
    if may("collections_app.view_watchlistentry"):
        today = today_in(user.preferences.timezone)
        told = stats.of_list(user.pk, viewer=viewer, today=today)
        counts = WatchListEntry.objects.of(user.pk).counts()
        glance.numbers = numbers_of(told, total=counts["total"])
        glance.shelves = shelves_of(user, counts["by_type"], is_revealed)
    tables: list[tuple[str, Callable[[User, bool], Table]]] = [
        ("history.view_change", timeline),
        ("profiles.view_session", devices),
        ("profiles.view_identity", identities),
        ("django_tasks_database.view_dbtaskresult", mails),
        ("collections_app.view_importplan", imports),
        ("profiles.view_madeexport", exports),
        ("profiles.view_privacyrequest", privacy_requests),
        ("history.view_search", searches),
        ("profiles.view_usernotice", notices),
        ("profiles.view_tie", ties),
        ("history.view_staffaction", acts_of_staff),
        ("profiles.view_image", images),
    ]
    glance.tables = [
        table(user, is_revealed) for permission, table in tables if may(permission)
    ]
    return glance


def numbers_of(told: Statistics, *, total: int) -> list[tuple[str, Any]]:
    """As the person sees them, but without a reason of what is not private: a mean of
    one tells its score. `watched here` is what was watched day by day.
    """
    totals, watched = told["totals"], told["watched"]
    titles = {row["state"]: row["titles"] for row in told["by_state"]}
    since = (date.fromisoformat(told["as_of"]) - timedelta(days=30)).isoformat()
    recent = [day["episodes"] for day in watched["calendar"] if day["day"] >= since]
    score = totals["mean_score"]
    return [
        ("entries", total),
        ("on hold", titles["on_hold"]),
        ("dropped", titles["dropped"]),
        ("mean score", "–" if score is None else score),
        ("episodes", f"{totals['episodes']:,}"),
        ("hours", f"{totals['minutes'] / 60:,.0f}"),
        ("watched here", f"{watched['episodes']:,}"),
        ("in 30 days", sum(recent)),
    ]


def shelves_of(
    user: User, counts: Mapping[object, int], is_revealed: bool
) -> list[Shelf]:
    """The latest of each type, by one statement."""
    place = Window(RowNumber(), partition_by=F("type"), order_by=F("updated_at").desc())
    latest = (
        WatchListEntry.objects.of(user.pk)
        .annotate(place=place)
        .filter(place__lte=COVERS_OF_TYPE)
        .select_related("anime")
        .only(*ENTRY_COLUMNS)
        .order_by("place")
    )
    covers: dict[str, list[Cover]] = {type_: [] for type_ in EntryType.values}
    for entry in latest:
        covers[entry.type].append(cover_of(entry, is_revealed))
    rows = address_of_rows("collections_app_watchlistentry", user)
    return [
        Shelf(type_, counts[type_], of_type, f"{rows}&type__exact={quote(type_)}")
        for type_, of_type in covers.items()
        if counts[type_]
    ]


def cover_of(entry: WatchListEntry, is_revealed: bool) -> Cover:
    if entry.is_private and not is_revealed:
        return Cover(f"{MASK} private", "", "", 0, None, "")
    anime = entry.anime
    page = reverse("admin:collections_app_watchlistentry_change", args=[entry.pk])
    state = "" if entry.state == "active" else entry.get_state_display()
    score = "" if entry.score is None else f"★ {entry.score / 10:g}"
    return Cover(
        anime.title,
        anime.thumbnail_url or anime.picture_url,
        page,
        entry.progress,
        anime.episodes,
        " · ".join(part for part in (state, score) if part),
    )


def timeline(user: User, is_revealed: bool) -> Table:
    told, _ = operations_of(user.pk, {"limit": LATEST_CHANGES})
    changed = {
        int(change["anime_id"])
        for operation in told
        for change in operation["changes"]
        if change["anime_id"]
    }
    hidden = {str(id_) for _, id_ in ever_private([user.pk], changed)}
    return Table(
        "Changes",
        ("When", "What", "Through", ""),
        [
            (
                when(operation["at"]),
                operation["summary"]
                if is_revealed or is_open(operation, hidden)
                else f"{MASK} changed a private entry",
                operation["through"],
                undo_link(user, operation),
            )
            for operation in told
        ],
        address_of_rows("history_change", user),
    )


def is_open(operation: OperationJson, hidden: set[str]) -> bool:
    """Whether none of its entries is private now, or was."""
    return not any(change["anime_id"] in hidden for change in operation["changes"])


def undo_link(user: User, operation: OperationJson) -> str:
    if not operation["undoable"]:
        return ""
    return act_link(user, "undo", "operation", operation["id"], "Undo …")


def devices(user: User, is_revealed: bool) -> Table:
    """Sessions, token families and personal tokens that still hold."""
    now, epoch = timezone.now(), user.auth_epoch
    sessions = user.sessions.filter(auth_epoch=epoch, expire_date__gt=now)
    families = user.token_families.filter(
        auth_epoch=epoch, revoked_at=None, expires_at__gt=now
    )
    rows: list[tuple[Any, ...]] = [
        (
            "browser",
            session.user_agent or "–",
            "",
            when(session.expire_date),
            sign_out_link(user, session),
        )
        for session in sessions.order_by("-expire_date")[:LATEST_SIGN_INS]
    ]
    rows += [
        (
            "app",
            app_of(family) or family.user_agent or "–",
            when(family.used_at),
            when(family.expires_at),
            sign_out_link(user, family),
        )
        for family in families.select_related("app").order_by("-used_at")[
            :LATEST_SIGN_INS
        ]
    ]
    rows += [
        (
            "personal token",
            f"{token.name} ({token.prefix}…): {token.scopes}",
            when(token.used_at),
            when(token.expires_at),
            act_link(
                user, "sign-out-device", "device", f"{DEVICE}:{token.pk}", "Sign out …"
            ),
        )
        for token in PersonalToken.objects.of(user.pk).alive()[:LATEST_SIGN_INS]
    ]
    return Table("Devices and tokens", ("By", "With", "Last used", "Until", ""), rows)


def identities(user: User, is_revealed: bool) -> Table:
    """The providers that sign in, next to the changes of the address."""
    rows = [
        (row.provider, row.email, when(row.created_at), when(row.used_at))
        for row in Identity.objects.of(user.pk).order_by("-pk")
    ]
    return Table(
        "Signs in by",
        ("Provider", "E-mail there", "Since", "Last used"),
        rows,
        address_of_rows("profiles_identity", user),
    )


def app_of(family: TokenFamily) -> str:
    """The registered app that the person let in, and what it may do."""
    return f"{family.app.name}: {family.scopes}" if family.app else ""


def sign_out_link(user: User, row: Session | TokenFamily) -> str:
    return act_link(user, "sign-out-device", "device", sign_in_name(row), "Sign out …")


def act_link(user: User, act: str, name: str, value: object, words: str) -> str:
    """To an act that stands next to what it is about."""
    return format_html(
        '<a class="ac-nowrap" href="{}?{}={}">{}</a>',
        address_of(user.pk, act),
        name,
        value,
        words,
    )


def mails(user: User, is_revealed: bool) -> Table:
    """Those on their way and sent in the last days; of the outbox, which is short."""
    theirs = outbox.mails_to(DBTaskResult.objects.all(), [user.pk], [user.email])
    latest = theirs.order_by("-enqueued_at")
    return Table(
        "Mails",
        ("When", "What", "State", ""),
        [
            (when(row.enqueued_at), title_of(row), state_of(row), links_of(row))
            for row in latest[:LATEST_MAILS]
        ],
        reverse("admin:django_tasks_database_dbtaskresult_changelist")
        + f"?q={user.pk}",
    )


def searches(user: User, is_revealed: bool) -> Table:
    latest = Search.objects.of(user.pk).newest_first()
    return Table(
        "Searches",
        ("Search", "Type", "Results", "When"),
        [
            (
                search.query if is_revealed else MASK,
                search.type,
                search.total_results,
                when(search.searched_at),
            )
            for search in latest[:LATEST_SEARCHES]
        ],
        address_of_rows("history_search", user),
    )


def notices(user: User, is_revealed: bool) -> Table:
    latest = UserNotice.objects.of(user.pk).newest_first()
    rows = latest.values_list("kind", "anime__title", "happened_at", "read_at")
    return Table(
        "Notices",
        ("What", "Title", "When", "Read"),
        [
            (kind, title if is_revealed else MASK, when(at), when(read_at))
            for kind, title, at, read_at in rows[:LATEST_NOTICES]
        ],
        address_of_rows("profiles_usernotice", user),
    )


def ties(user: User, is_revealed: bool) -> Table:
    latest = Tie.objects.of(user.pk).order_by("-pk")[:LATEST_TIES]
    names = names_of([tie.person_id for tie in latest]) if is_revealed else {}
    return Table(
        "Following and blocks",
        ("What", "Whom", "Since"),
        [
            (
                tie.get_kind_display(),
                names.get(tie.person_id, tie.person_id) if is_revealed else MASK,
                when(tie.since),
            )
            for tie in latest
        ],
        address_of_rows("profiles_tie", user),
    )


def imports(user: User, is_revealed: bool) -> Table:
    latest = ImportPlan.objects.of(user.pk).order_by("-pk")
    return Table(
        "Imports",
        ("When", "From", "State", "Rows"),
        [
            (
                when(plan.created_at),
                plan.format,
                plan.get_status_display(),
                ", ".join(f"{n} {name}" for name, n in plan.summary.items() if n),
            )
            for plan in latest[:LATEST_IMPORTS]
        ],
        address_of_rows("collections_app_importplan", user),
    )


def exports(user: User, is_revealed: bool) -> Table:
    latest = MadeExport.objects.of(user.pk).order_by("-pk")
    return Table(
        "Exports",
        ("When", "Format", "Bytes"),
        [
            (when(made.made_at), made.format, f"{made.size:,}")
            for made in latest[:LATEST_EXPORTS]
        ],
        address_of_rows("profiles_madeexport", user),
    )


def privacy_requests(user: User, is_revealed: bool) -> Table:
    page = "profiles_privacyrequest"
    return Table(
        "Privacy requests",
        ("What", "Came on", "Due on", "State"),
        [
            (
                link(page, one.pk, one),
                one.received_on.isoformat(),
                one.due_on.isoformat(),
                one.status,
            )
            for one in user.privacy_requests.order_by("-pk")[:LATEST_EXPORTS]
        ],
        address_of_rows(page, user),
    )


def notes_on(user: User) -> list[object]:
    """What staff noted on a person, the newest first, with who it was."""
    notes: QuerySet[Any] = StaffAction.objects.filter(
        user_id=user.pk, action=audit.NOTE
    )
    latest = list(notes.order_by("-pk")[:LATEST_NOTES])
    name_people(latest, ["actor_id"])
    for note in latest:
        note.author = note.people.get(note.actor_id)
    return latest


def acts_of_staff(user: User, is_revealed: bool) -> Table:
    acts: QuerySet[Any] = StaffAction.objects.filter(user_id=user.pk).order_by("-pk")
    acts = acts[:LATEST_ACTS]
    names = dict(
        User.objects.filter(pk__in={act.actor_id for act in acts}).values_list(
            "pk", "user_name"
        )
    )
    return Table(
        "What staff did",
        ("When", "What", "Who", "Why"),
        [
            (
                when(act.at),
                link("history_staffaction", act.pk, act.action.replace("_", " ")),
                names.get(act.actor_id, ""),
                act.reason,
            )
            for act in acts
        ],
        reverse("admin:history_staffaction_changelist") + f"?q={user.pk}",
    )


def images(user: User, is_revealed: bool) -> Table:
    latest = Image.objects.of(user.pk).newest_first()[:LATEST_IMAGES]
    return Table(
        "Images",
        ("Image", "Kind", "Bytes", "When", ""),
        [
            (
                format_html(
                    '<a href="{}">{}</a>',
                    default_storage.url(image.path),
                    thumbnail(image),
                ),
                image.kind,
                image.size,
                when(image.created_at),
                act_link(user, "remove-image", "image", image.pk, "Remove …"),
            )
            for image in latest
        ],
        address_of_rows("profiles_image", user),
    )
