"""Everything that is held on a person, as one ZIP.

A table that names users is a line of SECTIONS here, or stands with its reason among the
exceptions of profiles/tests/test_export_account.py, which looks at every table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db.models import F, Model, QuerySet
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from animecollections.api.rendering import OPTIONS
from animecollections.db.free_json import to_bytes
from animecollections.db.replica import there
from animecollections.db.snapshot import one_moment
from animecollections.db.spread import is_spread
from collections_app import transfer
from collections_app.exports import entries_of, owner_of
from collections_app.models import (
    HiddenTitle,
    ImportPlan,
    ImportRow,
    ListItem,
    OwnList,
    Scrobble,
    ScrobbleRule,
    ScrobbleSource,
    Viewing,
    WatchListEntry,
)
from history.log.replicated import has_all_of
from history.models import (
    Change,
    EpisodesWatched,
    KeptAnswer,
    Search,
    StaffAction,
    UserState,
)
from profiles.accounts import lockouts
from profiles.accounts.models import (
    KnownPlace,
    Session,
    TokenFamily,
    User,
    WrongPasswords,
)
from profiles.accounts.people import names_of
from profiles.accounts.sandboxes import is_sandbox, sandbox_id_of, with_sandbox
from profiles.email_changes.models import EmailChange
from profiles.feeds.models import Feed
from profiles.following.models import Tie, TieKind, WatchedTogether
from profiles.images.models import Image
from profiles.images.storage import storage_failures_told
from profiles.moderation.models import Moderation
from profiles.notifications.models import (
    Digest,
    MutedTitle,
    PushSubscription,
    UserNotice,
)
from profiles.oauth.models import App
from profiles.oidc.models import Identity
from profiles.personal_data.models import MadeExport, PrivacyRequest
from profiles.personal_tokens.models import PersonalToken
from profiles.profile.models import Preferences, Profile
from profiles.reports.models import Report
from profiles.second_factor.models import FactorRemoval, Passkey
from profiles.sharing.models import Share
from profiles.webhooks.models import Delivery, Webhook

ROWS_AT_ONCE = 2_000
BYTES_AT_ONCE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Section:
    """One file of the archive.

    file: `.jsonl` has a row a line, `.json` is the one row there is.
    rows: those of a user, in an order that an index of theirs has.
    left_out: columns that are secrets, or say nothing. All others are in, so that one
        added later is not forgotten. `more` are named paths next to the columns.
    """

    file: str
    says: str
    rows: Callable[[UUID], QuerySet[Any]]
    left_out: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    def of(self, user_id: UUID) -> Iterator[dict[str, Any]]:
        rows = self.rows(user_id)
        owner = {"user_id"} if rows.model is not User else set()
        names = [
            field.attname
            for field in rows.model._meta.concrete_fields
            if field.attname not in {*self.left_out, *owner}
        ]
        named = {name: F(path) for name, path in self.more}
        return rows.values(*names, **named).iterator(ROWS_AT_ONCE)


class SectionOfPeople(Section):
    """Rows that name others by `person_id`: no more of them is told than their name."""

    def of(self, user_id: UUID) -> Iterator[dict[str, Any]]:
        rows = super().of(user_id)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            names = names_of({row["person_id"] for row in some})
            for row in some:
                yield {"user_name": names.get(row.pop("person_id")), **row}


def of(model: type[Model], *order: str) -> Callable[[UUID], QuerySet[Any]]:
    """The rows of a model that has a `user`."""
    return lambda user_id: model._default_manager.filter(user_id=user_id).order_by(
        *order
    )


def account(user_id: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=user_id)


def wrong_passwords(user_id: UUID) -> QuerySet[WrongPasswords]:
    """They are counted by e-mail: in a spread database perhaps on another machine."""
    emails = account(user_id).values_list("email", flat=True)
    whose = list(emails) if is_spread() else emails
    return WrongPasswords.objects.filter(email__in=whose)


def wrong_codes(user_id: UUID) -> QuerySet[WrongPasswords]:
    return WrongPasswords.objects.filter(email=lockouts.codes_of(user_id))


def ties(user_id: UUID) -> QuerySet[Tie]:
    """Not that somebody blocks them: it is the other's, and kept from them."""
    return Tie.objects.of(user_id).exclude(kind=TieKind.BLOCKED_BY).order_by("id")


def acts_of_staff(user_id: UUID) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(object_id=str(user_id)).order_by("pk")


SECTIONS = [
    Section(
        "account.json",
        "Your account: e-mail address, user name, when it was created and last used.",
        account,
        left_out=("password", "auth_epoch", "reset_key", "sandbox_of"),
    ),
    Section("profile.json", "Your profile.", of(Profile)),
    Section("preferences.json", "Your preferences.", of(Preferences)),
    Section(
        "watch_list.jsonl",
        "Your list, one anime per line. Scores are 0-100.",
        of(WatchListEntry, "anime_id"),
        more=(("title", "anime__title"),),
    ),
    Section(
        "viewings.jsonl",
        "Each time you watched a title that you watched more than once, one per line. "
        "place is where. Scores are 0-100.",
        of(Viewing, "anime_id", "number"),
    ),
    Section(
        "lists.jsonl",
        "The lists that you made yourself.",
        of(OwnList, "id"),
    ),
    Section(
        "list_items.jsonl",
        "What is on them, one title per line, in the order of each list.",
        of(ListItem, "list_id", "rank", "id"),
        more=(("title", "anime__title"),),
    ),
    Section(
        "episodes_watched.jsonl",
        "How many episodes of which anime you watched on which day. Where the day is "
        "not known, period has the month or year that is.",
        of(EpisodesWatched, "day", "period", "anime_id"),
    ),
    Section(
        "changes.jsonl",
        "Every change to your list, your own lists, profile, preferences and "
        "searches, as far back as you can undo: when, how, before and after. Changes "
        "of one operation share its operation_id.",
        of(Change, "revision"),
    ),
    Section(
        "imports.jsonl",
        "Lists of other trackers that you uploaded in the last 7 days.",
        of(ImportPlan, "created_at"),
    ),
    Section(
        "import_rows.jsonl",
        "What happened to each row of these lists.",
        of(ImportRow, "plan_id", "row"),
    ),
    Section(
        "scrobbles.jsonl",
        "What your players told of in the last 90 days, and what it was taken for.",
        of(Scrobble, "id"),
        left_out=("id", "key", "rule_key"),
    ),
    Section(
        "scrobble_rules.jsonl",
        "Which titles you said that series of your players are.",
        of(ScrobbleRule, "id"),
        left_out=("id", "key"),
    ),
    Section(
        "scrobble_sources.jsonl",
        "What you take of each player, and when it was last heard.",
        of(ScrobbleSource, "id"),
        left_out=("id",),
    ),
    Section("searches.jsonl", "Your searches.", of(Search, "searched_at")),
    Section(
        "browsers.jsonl",
        "The browsers in which you are signed in, and until when.",
        of(Session, "expire_date"),
        left_out=("session_key", "session_data", "auth_epoch"),
    ),
    Section(
        "apps.jsonl",
        "The apps in which you signed in, and those that you let in: what they may do, "
        "and when and from where they were last used.",
        of(TokenFamily, "created_at"),
        left_out=("refresh_id", "auth_epoch"),
        more=(("app_name", "app__name"),),
    ),
    Section(
        "registered_apps.jsonl",
        "The apps that you registered. Never their secrets.",
        of(App, "id"),
        left_out=("secret_digest",),
    ),
    Section(
        "personal_tokens.jsonl",
        "The personal tokens that you made: what they may do, and when and from where "
        "they were last used. Never their text.",
        of(PersonalToken, "id"),
        left_out=("digest", "auth_epoch"),
    ),
    Section(
        "email_changes.jsonl",
        "Other e-mail addresses that you asked for in the last days.",
        of(EmailChange, "id"),
        left_out=("id", "auth_epoch"),
    ),
    Section(
        "identities.jsonl",
        "The providers, such as Google, that sign in to your account.",
        of(Identity, "id"),
        left_out=("id", "key"),
    ),
    Section(
        "passkeys.jsonl",
        "Your passkeys: what you call them, and when they were last used. Not what "
        "they are recognised by.",
        of(Passkey, "id"),
        left_out=("id", "digest", "credential_id", "public_key", "sign_count"),
    ),
    Section(
        "authenticators.jsonl",
        "Your authenticator, and when it was last used. Never its secret.",
        of(TOTPDevice, "id"),
        left_out=("id", "key", "last_t", "drift", "t0", "step", "digits", "tolerance"),
    ),
    Section(
        "recovery_codes.jsonl",
        "That you have recovery codes, and when one was last used. Never the codes.",
        of(StaticDevice, "id"),
        left_out=("id",),
    ),
    Section(
        "factor_removals.jsonl",
        "That the removal of your second factors was asked for, and when.",
        of(FactorRemoval, "id"),
        left_out=("id", "auth_epoch"),
    ),
    Section(
        "wrong_passwords.jsonl",
        "Recent wrong passwords for your e-mail address, and from where.",
        wrong_passwords,
        left_out=("id",),
    ),
    Section(
        "wrong_codes.jsonl",
        "Recent wrong codes of your second factor, and from where.",
        wrong_codes,
        left_out=("id", "email"),
    ),
    Section(
        "places.jsonl",
        "The networks and browsers from which you signed in during the last "
        "half year, and the last time. They are stored in a form that nobody "
        "can read.",
        of(KnownPlace, "last_at"),
        left_out=("id", "key"),
    ),
    Section(
        "answers.jsonl",
        "Answers stored for 30 days, in case your device repeats a request.",
        of(KeptAnswer, "key"),
        left_out=("fingerprint",),
    ),
    Section(
        "staff.jsonl",
        "What our staff did to your account, why, and what it changed. `reveal` "
        "means that one of them looked at your private data.",
        of(StaffAction, "id"),
        left_out=("id", "request_id"),
    ),
    Section(
        "privacy_requests.jsonl",
        "What you requested by letter or mail, and the outcome.",
        of(PrivacyRequest, "id"),
        left_out=("id",),
    ),
    Section(
        "staff_admin.jsonl",
        "What our staff edited by hand, as recorded by the admin.",
        acts_of_staff,
        left_out=("id", "content_type_id", "action_flag"),
    ),
    Section(
        "state.json",
        "The current revisions of your list, profile, preferences and searches.",
        of(UserState),
    ),
    Section(
        "exports.jsonl",
        "Earlier exports like this one in the last 90 days; this one is not included.",
        of(MadeExport, "id"),
        left_out=("id",),
    ),
    Section(
        "feeds.jsonl",
        "The feeds you made for calendar programs and feed readers. Their addresses "
        "are not included.",
        of(Feed, "id"),
        left_out=("id", "key"),
    ),
    Section(
        "shares.jsonl",
        "The links that you made to your lists, profile and statistics, and how often "
        "each was used. Their addresses are not included.",
        of(Share, "id"),
        left_out=("key",),
    ),
    SectionOfPeople(
        "ties.jsonl",
        "Whom you follow, asked to follow and block; who follows you or asks to.",
        ties,
        left_out=("id",),
    ),
    SectionOfPeople(
        "watched_together.jsonl",
        "What you and others say that you watched together, and what you made of it.",
        of(WatchedTogether, "id"),
        left_out=("id",),
    ),
    Section(
        "moderation.jsonl",
        "What our staff withheld from others of yours, when and why, and what you "
        "answered.",
        lambda user_id: Moderation.objects.of(user_id).for_owner(),
        # Nor when it was reported, which an id tells too, and by which view.
        left_out=(
            "id",
            "created_at",
            "snapshot",
            "content",
            "reports",
            "sentence",
            "waiting_since",
        ),
    ),
    Section(
        "reports.jsonl",
        "What you reported of others, and what our staff said about it.",
        lambda user_id: Report.objects.by(user_id),
        left_out=(
            "moderation_id",
            "about_user_id",
            "reporter_user_id",
            "reporter_key",
        ),
    ),
    Section(
        "notices.jsonl",
        "What you were told about titles on your list, and when you read it.",
        of(UserNotice, "id"),
        left_out=("id", "key"),
        more=(("title", "anime__title"),),
    ),
    Section(
        "muted_titles.jsonl",
        "Titles that you want no notices of.",
        of(MutedTitle, "anime_id"),
        left_out=("id",),
    ),
    Section(
        "hidden_titles.jsonl",
        "Titles that you do not want recommended, alone or with their franchise.",
        of(HiddenTitle, "anime_id"),
        left_out=("id",),
    ),
    Section(
        "digests.jsonl",
        "Mails with notices that you did not read: when they were sent.",
        of(Digest, "id"),
        left_out=("id",),
    ),
    Section(
        "push.jsonl",
        "The browsers that are sent notices. Their addresses are not included.",
        of(PushSubscription, "id"),
        left_out=("id", "key", "endpoint", "p256dh", "auth", "auth_epoch"),
    ),
    Section(
        "webhooks.jsonl",
        "The addresses that are sent what changes, and whether they take it. Never "
        "their secrets.",
        of(Webhook, "id"),
        left_out=("seed", "previous_seed"),
    ),
    Section(
        "webhook_deliveries.jsonl",
        "What was sent to them in the last 7 days, and what they answered.",
        of(Delivery, "webhook_id", "id"),
    ),
    Section("images.jsonl", "The pictures you uploaded.", of(Image, "path")),
]


def write(user_id: UUID, *, name: str) -> IO[bytes]:
    """The archive, as an open temporary file that has no name: it ends with its reader.

    Memory holds some rows, or a megabyte of a picture, whatever there is. All rows are
    of one moment, whatever changes meanwhile; a picture removed since is told as lost.
    """
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115  (its reader closes it)
    try:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            now = timezone.now()
            with there(partial(has_all_of, user_id)), one_moment():
                told = [add_rows(archive, part, user_id, now) for part in SECTIONS]
                told += add_sandbox(archive, user_id, now)
                told.append(add_list(archive, user_id, name, now))
                paths = [
                    path
                    for one in with_sandbox(user_id)
                    for path in Image.objects.of(one)
                    .newest_first()
                    .values_list("path", flat=True)
                ]
            told.append(add_images(archive, paths, now))
            with new_file(archive, "README.txt", now) as readme:
                readme.write(readme_of(told, now).encode())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def new_file(archive: ZipFile, name: str, at: datetime) -> IO[bytes]:
    info = ZipInfo(name, at.timetuple()[:6])
    # WebP does not get smaller.
    info.compress_type = ZIP_STORED if name.endswith(".webp") else ZIP_DEFLATED
    return archive.open(info, "w", force_zip64=True)


def add_sandbox(archive: ZipFile, owner_id: UUID, at: datetime) -> list[str]:
    """The same of their sandbox, where they have one, in a folder of its own."""
    user_id = sandbox_id_of(owner_id)
    if not is_sandbox(user_id):
        return []
    for part in SECTIONS:
        add_rows(archive, replace(part, file=f"sandbox/{part.file}"), user_id, at)
    return ["sandbox/\n    The same of the account in which you try programs out."]


def add_rows(archive: ZipFile, section: Section, user_id: UUID, at: datetime) -> str:
    number = 0
    option = OPTIONS | orjson.OPT_APPEND_NEWLINE
    if section.file.endswith(".json"):
        option |= orjson.OPT_INDENT_2
    with new_file(archive, section.file, at) as file:
        for number, row in enumerate(section.of(user_id), 1):  # noqa: B007
            file.write(to_bytes(row, option))
    return f"{section.file} ({number})\n    {section.says}"


def add_list(archive: ZipFile, user_id: UUID, name: str, at: datetime) -> str:
    owner = owner_of(user_id, name=name, score_format="")
    with new_file(archive, "list.json", at) as file:
        file.writelines(transfer.write("json", entries_of(user_id), owner=owner))
    return "list.json\n    Your list again, in the format that can be imported."


def add_images(archive: ZipFile, paths: list[str], at: datetime) -> str:
    """The files. One that the storage has lost is told, and is no reason to fail."""
    lost = []
    with storage_failures_told():
        for path in paths:
            name = f"images/{path.rpartition('/')[2]}"
            try:
                picture = default_storage.open(path)
            except FileNotFoundError:
                lost.append(name)
                continue
            with picture, new_file(archive, name, at) as file:
                for chunk in picture.chunks(BYTES_AT_ONCE):
                    file.write(chunk)
    missing = f" Lost, and not included: {', '.join(lost)}." if lost else ""
    return f"images/ ({len(paths) - len(lost)})\n    The pictures themselves.{missing}"


def readme_of(told: list[str], at: datetime) -> str:
    files = "\n".join(told)
    return (
        f"All data that animecollections had about you at {at:%Y-%m-%d %H:%M} "
        "UTC.\n\nFiles ending in .jsonl have one JSON object per line; the "
        "number says how many.\nNot included: passwords and keys, which are "
        f"stored in a form that nobody can read.\n\n{files}\n"
    )
