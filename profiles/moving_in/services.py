"""One person of another site moves in: account, list, searches and profile.

Each is written by what writes it for everybody, and again changes nothing. The id of
the account is that of the other site, so that a second run knows whom it brought. An
account with the same e-mail that somebody else made here is left alone: whoever made it
may not be the person.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.imports import services as imports
from collections_app.imports.models import Outcome
from collections_app.transfer import ListFile, Record, Refused, reading
from collections_app.transfer.records import RowError
from history.searches import services as searches
from history.searches.serializers import SearchInput
from history.searches.services import NewSearch
from profiles.accounts.hashers import MOVED_IN
from profiles.accounts.identifiers import (
    MAX_NAME,
    MIN_NAME,
    check_email,
    check_user_name,
    fold_user_name,
    is_reserved,
)
from profiles.accounts.models import User
from profiles.moving_in.site import (
    ANIME_ID,
    Person,
    first,
    json_of,
    text_of,
    words_of,
)
from profiles.profile.models import Preferences, Profile
from profiles.profile.preference_serializers import PreferencesInput
from profiles.profile.serializers import ProfileInput
from profiles.profile.services import update_preferences, update_profile

# Of bcrypt, at a cost that a sign-in can bear. The salt is 128 bits in 22 letters, so
# that its last is one of four; bcrypt refuses another.
BCRYPT = re.compile(
    r"\$2[aby]\$(?:0[4-9]|1[0-2])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII
)
ORIGIN = Origin("command")
IN_NAMES = re.compile(r"[^\w .-]+")
WORD_LISTS = {
    "favorite_animes",
    "favorite_genres",
    "favorite_studios",
    "watched_animes",
}
PREFERENCES = ("enfasis_color", "parental_control")
TRUE = {"t", "true", "1", "yes"}
FILE_NAME = "moved in"


@dataclass(slots=True)
class MovedIn:
    """What became of somebody. `problems` are sentences; `status` is `new`, `known`
    (moved in before) or `left` (not touched).
    """

    old_id: str
    email: str
    status: str = "left"
    user_name: str = ""
    added: int = 0
    entries: int = 0
    searches: int = 0
    problems: list[str] = field(default_factory=list)


def move_in(
    person: Person,
    *,
    made_at: datetime,
    is_dry: bool = False,
    makes_accounts: bool = True,
) -> MovedIn:
    """All of a person or nothing, in one transaction.

    made_at: when the files were made; what changed here since then stays.
    makes_accounts: else only those who moved in before are looked at. Nothing says who
        erased their account here: they would come again.
    """
    done = MovedIn(person.old_id, text_of(person.about.get("email")))
    with transaction.atomic():
        user = account_of(person, done, makes_accounts)
        if user is not None:
            move_list(user, person, made_at, done)
            move_searches(user, person, done)
            move_profile(user, person, done)
        if is_dry:
            transaction.set_rollback(True)
    return done


# --- the account ------------------------------------------------------------------


def account_of(person: Person, done: MovedIn, makes_accounts: bool) -> User | None:
    """Theirs, made if it is not there; None where it is somebody else's."""
    user_id = id_of(person.old_id)
    if (user := User.objects.filter(pk=user_id).first()) is not None:
        done.status, done.user_name = "known", user.user_name
        return user
    if not makes_accounts:
        return None
    if person.contested:
        named = " and ".join(sorted(person.contested))
        done.problems.append(f"The tables tell several of one {named}: none is taken.")
    if "email" in person.contested:
        return None
    try:
        email = check_email(done.email)
    except ValidationError as wrong:
        done.problems.append(wrong.messages[0])
        return None
    if User.objects.known_by("email", email) is not None:
        done.problems.append("There is an account with this e-mail. It is left alone.")
        return None
    user = User(pk=user_id, email=email, user_name=free_name(person, done))
    user.password = password_of(person)
    User.objects.add(user)
    done.status, done.user_name = "new", user.user_name
    return user


def id_of(old_id: str) -> UUID:
    """A UUID stays what it is."""
    try:
        return UUID(old_id)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{settings.PUBLIC_URL}/moved-in/{old_id}")


def password_of(person: Person) -> str:
    """bcrypt's is kept until the next sign-in makes a new one of it. Without one the
    person asks for a link to choose one, as if it were forgotten.
    """
    hash_ = text_of(person.about.get("password"))
    if BCRYPT.fullmatch(hash_):
        return f"{MOVED_IN}${hash_}"
    unusable = User()
    unusable.set_unusable_password()
    return unusable.password


def free_name(person: Person, done: MovedIn) -> str:
    """The name there, as near as it can be had here."""
    wanted = text_of(person.about.get("user_name") or person.about.get("name"))
    wanted = wanted or done.email.partition("@")[0]
    for name in names_like(wanted):
        try:
            name = check_user_name(name)
        except ValidationError:
            continue
        if is_reserved(name) or is_taken(name):
            continue
        if name != wanted:
            done.problems.append(
                f"The user name is {name}; it was {wanted[:MAX_NAME]}."
            )
        return name
    raise AssertionError("there is always a name with a number")


def is_taken(name: str) -> bool:
    return User.objects.known_by("name", fold_user_name(name)) is not None


def names_like(wanted: str) -> Iterable[str]:
    yield wanted
    plain = IN_NAMES.sub("", wanted).strip()[: MAX_NAME - 8]
    plain = plain if len(plain) >= MIN_NAME else f"member {plain}".strip()
    yield plain
    yield from (f"{plain} {number}" for number in range(2, 10_000_000))


# --- the list ---------------------------------------------------------------------


def move_list(user: User, person: Person, made_at: datetime, done: MovedIn) -> None:
    """By an import of its own, the newest value counting: undone like any other."""
    if not person.entries:
        return
    rows = [row_of(number, said) for number, said in enumerate(person.entries, 1)]
    for row in rows:
        if isinstance(row, Refused):
            done.problems.append(f"List, row {row.row}: {row.reason}")
    file = ListFile("csv", list(rows), shape="csv")
    plan = imports.plan(
        user_id=user.pk, file=file, exported_at=made_at, file_name=FILE_NAME
    )
    plan, _ = imports.apply(
        user_id=user.pk,
        plan_id=plan.id,
        today=timezone.now().date(),
        through=ORIGIN,
        accepts_stale=True,
    )
    summary = plan.summary
    done.entries, done.added = len(rows), summary[Outcome.ADD]
    for outcome in (Outcome.UNMATCHED, Outcome.CONFLICT):
        if count := summary[outcome]:
            done.problems.append(f"List: {count} {outcome.value}.")


def row_of(number: int, said: Mapping[str, Any]) -> Record | Refused:
    """An entry of the hosted backend: MyAnimeList's id, a type, when it was added."""
    title = reading.shown_title(said.get("title"))
    try:
        ids = reading.ids([("mal", first(dict(said), ANIME_ID))])
        if not ids and not title:
            raise RowError("The row has neither a title nor an id.")
        values: dict[str, object] = {}
        if found := reading.status(said.get("type") or said.get("status")):
            values["type"], values["state"] = found
        added_at = reading.time_of(said.get("created_at") or said.get("added_at"))
    except RowError as flaw:
        return Refused(number, title, str(flaw))
    return Record(number, title, ids, values, added_at=added_at)


# --- searches ---------------------------------------------------------------------


def move_searches(user: User, person: Person, done: MovedIn) -> None:
    """The newest 200; the same search again stays where its time has it."""
    found = [search for row in person.searches if (search := search_of(row, done))]
    if found:
        searches.save(user_id=user.pk, searches=found, through=ORIGIN)
    done.searches = len(found)


def search_of(row: Mapping[str, Any], done: MovedIn) -> NewSearch | None:
    said = {
        "query": row.get("query"),
        "type": row.get("type"),
        "filters": json_of(row.get("applied_filters") or row.get("filters")) or {},
        "totalResults": number_of(row.get("total_results")),
        "timestamp": iso_of(row.get("timestamp") or row.get("created_at")),
    }
    serializer = SearchInput(data=said)
    if not serializer.is_valid():
        done.problems.append(f"A search is left out: {sentence_of(serializer.errors)}")
        return None
    search: NewSearch = serializer.validated_data["search"]
    return search


def number_of(value: object) -> int | None:
    text = text_of(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def iso_of(value: object) -> str | None:
    time = reading.time_of(text_of(value))
    return time.isoformat() if time else None


# --- the profile ------------------------------------------------------------------


def move_profile(user: User, person: Person, done: MovedIn) -> None:
    """What is empty here is filled; what the person has set here stays."""
    here, nothing = Profile.objects.get(user_id=user.pk), Profile()
    context = {"today": timezone.now().date(), "site": settings.PUBLIC_URL}
    values: dict[str, Any] = {}
    for name in ProfileInput().get_fields():
        said = person.about.get(name)
        if said in (None, "") or getattr(here, name) != getattr(nothing, name):
            continue
        said = words_of(said) if name in WORD_LISTS else text_of(said)
        checked = ProfileInput(data={name: said}, context=context)
        if checked.is_valid():
            values |= checked.validated_data
        else:
            done.problems.append(f"{name} is left out: {sentence_of(checked.errors)}")
    if values:
        try:
            saved = update_profile(user_id=user.pk, values=values, through=ORIGIN)
            done.problems += [one["message"] for one in saved.warnings]
        except ApiError as error:
            done.problems.append(f"The profile is left out: {error.sentence}")
    move_preferences(user, person, done)


def move_preferences(user: User, person: Person, done: MovedIn) -> None:
    here, usual = Preferences.objects.get(user_id=user.pk), Preferences()
    said: dict[str, Any] = {
        name: person.about[name] for name in PREFERENCES if name in person.about
    }
    if isinstance(control := said.get("parental_control"), str):
        said["parental_control"] = control.strip().lower() in TRUE
    checked = PreferencesInput(data=said)
    if not checked.is_valid():
        done.problems.append(f"Preferences: {sentence_of(checked.errors)}")
        return
    values = {
        name: value
        for name, value in checked.validated_data.items()
        if getattr(here, name) == getattr(usual, name) != value
    }
    if values:
        update_preferences(user_id=user.pk, values=values, through=ORIGIN)


def sentence_of(errors: Any) -> str:
    """The first sentence of a serializer's errors, however deep."""
    while isinstance(errors, dict | list):
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return str(errors)
