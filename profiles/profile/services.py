"""Writes to the profile and the preferences."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Replace

from animecollections.api.conditional import ALWAYS, Precondition, mismatch
from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.catalogue.folding import fold
from collections_app.models import Genre, Studio
from history.log.recording import recording
from history.models import ChangeKind
from profiles.accounts.identifiers import fold_user_name
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.services import refuse_reserved
from profiles.moderation.reads import is_withheld_name
from profiles.profile import offered_words as words
from profiles.profile.answers import identity_answer, preferences_answer, profile_answer
from profiles.profile.models import Preferences, Profile
from profiles.profile.titles import TitleWarning, resolve
from profiles.profile.undoing import change_preferences

STUDIO = re.compile(r"\bstudios?\b")
ANIME_LISTS = ("favorite_animes", "watched_animes")


@dataclass(frozen=True)
class Saved:
    """A profile as it now is, at which revision, and what of the sent could not be
    taken.
    """

    profile: Profile
    revision: int
    warnings: list[TitleWarning] = field(default_factory=list)


@dataclass(frozen=True)
class SavedPreferences:
    """All of them as they now are, at which revision, and by which operation, if any
    changed.
    """

    preferences: Preferences
    revision: int
    operation_id: UUID | None = None


def update_profile(
    *,
    user_id: UUID,
    values: Mapping[str, object],
    through: Origin,
    only_if: Precondition = ALWAYS,
) -> Saved:
    """Sets what is sent; None clears.

    Anime as AnimeRef or title, words as they were sent. 400 `unknown_anime_ids` or
    `ambiguous_id`, and nothing is saved. The catalogue is read before the lock.
    """
    values, warnings = matched(values)
    with recording(user_id=user_id, through=through) as write:
        profile = Profile.objects.get(user_id=user_id)
        revision = write.state.profile_revision
        if not only_if.allows(revision):
            raise mismatch(profile=profile_answer(profile), revision=revision)
        if set_changed(profile, values):
            revision = write.change(ChangeKind.PROFILE)
    return Saved(profile, revision, warnings)


def matched(values: Mapping[str, Any]) -> tuple[dict[str, object], list[TitleWarning]]:
    """Titles and words as the catalogue and the forms know them; None as empty."""
    known, nothing = dict(values), Profile()
    for name, value in values.items():
        if value is None:
            known[name] = getattr(nothing, name)
        elif name in words.KNOWN_WORDS:
            known[name] = words.match(value, words.KNOWN_WORDS[name])
    if genres := known.get("favorite_genres"):
        known["favorite_genres"] = words.match_all(
            genres, words.GENRE_NAMES | spellings(Genre, genres)
        )
    if studios := known.get("favorite_studios"):
        known["favorite_studios"] = words.match_all(studios, spellings(Studio, studios))
    lists = {name: known[name] for name in ANIME_LISTS if known.get(name)}
    ids, warnings = resolve(lists)
    return known | ids, warnings


def spellings(model: type[Genre | Studio], names: Sequence[str]) -> dict[str, str]:
    """The catalogue's own spelling of the names it knows, by their key; one statement.

    Spaces do not count (`production_ig` is "Production I.G"), nor whether a studio's
    name says that it is one (`studio_bones` is "Bones").
    """
    forms = {key: forms_of(key) for key in map(fold, names)}
    rows = model._default_manager.annotate(
        joined=Replace("key", Value(" "), output_field=CharField())
    ).filter(joined__in=set().union(*forms.values()))
    known = dict(rows.values_list("joined", "name"))
    return {
        key: next(known[form] for form in wanted if form in known)
        for key, wanted in forms.items()
        if known.keys() & set(wanted)
    }


def forms_of(key: str) -> list[str]:
    """The key without spaces; with and without the word "studio", likeliest first."""
    joined, bare = key.replace(" ", ""), STUDIO.sub("", key).replace(" ", "")
    return list(dict.fromkeys(filter(None, (joined, bare, f"studio{bare}"))))


def update_identity(
    *,
    user_id: UUID,
    values: Mapping[str, Any],
    through: Origin,
    only_if: Precondition = ALWAYS,
) -> tuple[User, Saved]:
    """Sets user name (`name`), `avatar` and `banner_image`, what is sent of them.

    409 `user_name_taken`, `user_name_withheld`, and nothing is saved.
    """
    pictures = dict(values)
    name = pictures.pop("name", None)
    with recording(user_id=user_id, through=through) as write:
        user = User.objects.get(pk=user_id)
        profile = Profile.objects.get(user_id=user_id)
        revision = write.state.profile_revision
        if not only_if.allows(revision):
            raise mismatch(
                profile=profile_answer(profile),
                identity=identity_answer(user, profile),
                revision=revision,
            )
        is_renamed = name is not None and rename(user, name)
        if set_changed(profile, pictures) or is_renamed:
            revision = write.change(ChangeKind.PROFILE)
    return user, Saved(profile, revision)


def rename(user: User, name: str) -> bool:
    """Whether the name is another; its claim decides between two who want it."""
    if name == user.user_name:
        return False
    if user.sandbox_of:  # else everybody could hold a second name
        raise ApiError("forbidden")
    key = fold_user_name(name)
    if key != fold_user_name(user.user_name):  # anyone who has a reserved one keeps it
        refuse_reserved(name, field="name")
        if is_withheld_name(user.pk, name):
            raise ApiError("user_name_withheld")
    before = claims_of(user)
    user.user_name, user.user_name_key = name, key
    try:
        with transaction.atomic():
            LoginClaim.objects.move(user.pk, before, claims_of(user))
            user.save(update_fields=["user_name", "user_name_key"])
    except IntegrityError:
        raise ApiError("user_name_taken") from None
    return True


def update_preferences(
    *,
    user_id: UUID,
    values: Mapping[str, object],
    through: Origin,
    only_if: Precondition = ALWAYS,
) -> SavedPreferences:
    """Sets what is sent; answers with all."""
    with recording(user_id=user_id, through=through) as write:
        preferences = Preferences.objects.get(user_id=user_id)
        revision = write.state.preferences_revision
        if not only_if.allows(revision):
            raise mismatch(
                preferences=preferences_answer(preferences), revision=revision
            )
        changed_at = change_preferences(write, preferences, values)
        if changed_at is None:
            return SavedPreferences(preferences, revision)
        return SavedPreferences(preferences, changed_at, write.operation_id)


def set_changed(row: Profile, values: Mapping[str, object]) -> bool:
    """Saves the fields that differ; whether any did."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
    return bool(changed)
