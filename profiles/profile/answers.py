"""Profile and preferences as JSON, the same wherever they are answered: their own
addresses, sync, the live feed, and the refusal of a write that came too late.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Annotated, TypedDict, cast
from uuid import UUID

from django.conf import settings

from animecollections.api.shapes import SecondSpelling, Words
from animecollections.viewer import THINGS, Audience, SeenBy, Viewer, visible_fields
from collections_app.models import Anime, WatchListEntry
from profiles.accounts.models import User
from profiles.profile.image_urls import picture_identity
from profiles.profile.models import (
    DigestTime,
    Gender,
    NoticeKind,
    Preferences,
    Profile,
    ScoreFormat,
    Theme,
    TitleLanguage,
)


class ProfileAnswer(TypedDict):
    user_id: UUID
    name: str | None
    last_name: str | None
    birthday: date | None
    gender: Annotated[str, Gender] | None
    avatar: str | None
    banner_image: str | None
    favorite_animes: list[str]
    favorite_genres: list[str]
    favorite_studios: list[str]
    frequency: str | None
    fanatic_level: str | None
    preferred_format: str | None
    watched_animes: list[str]
    updated_at: datetime


def profile_answer(profile: Profile) -> ProfileAnswer:
    """The whole profile, as every address of it and sync answer it."""
    return {
        "user_id": profile.user_id,
        "name": profile.name or None,
        "last_name": profile.last_name or None,
        "birthday": profile.birthday,
        "gender": profile.gender or None,
        "avatar": profile.avatar or None,
        "banner_image": profile.banner_image or None,
        "favorite_animes": [str(id_) for id_ in profile.favorite_animes],
        "favorite_genres": profile.favorite_genres,
        "favorite_studios": profile.favorite_studios,
        "frequency": profile.frequency or None,
        "fanatic_level": profile.fanatic_level or None,
        "preferred_format": profile.preferred_format or None,
        "watched_animes": [str(id_) for id_ in profile.watched_animes],
        "updated_at": profile.updated_at,
    }


# What names a person is shown only where a share names it: others know them by their
# user name and pictures.
PROFILE_SEEN_BY = {
    "user_id": SeenBy.OWNER,
    "name": SeenBy.WHERE_NAMED,
    "last_name": SeenBy.WHERE_NAMED,
    "birthday": SeenBy.WHERE_NAMED,
    "gender": SeenBy.WHERE_NAMED,
    "avatar": SeenBy.OTHERS,
    "banner_image": SeenBy.OTHERS,
    "favorite_animes": SeenBy.OTHERS,
    "favorite_genres": SeenBy.OTHERS,
    "favorite_studios": SeenBy.OTHERS,
    "frequency": SeenBy.OTHERS,
    "fanatic_level": SeenBy.OTHERS,
    "preferred_format": SeenBy.OTHERS,
    "watched_animes": SeenBy.WHERE_NAMED,
    "updated_at": SeenBy.OWNER,
}
NAMING_TITLES = {"favorite_animes", "watched_animes"}
PICTURES = ("avatar", "banner_image")
LISTS_OF_WORDS = ("favorite_genres", "favorite_studios")
# What a person can write there in words of their own.
TEXTS = (
    "name", "last_name", *LISTS_OF_WORDS, "frequency", "fanatic_level",
    "preferred_format",
)  # fmt: skip


def profile_shown_to(
    viewer: Viewer, user_id: UUID, named: Collection[str] = ()
) -> dict[str, object] | None:
    """A user's profile as far as a viewer may see it; None is what is not there."""
    seen = Profile.objects.filter(user_id=user_id).visible_to(viewer)
    if (profile := seen.first()) is None:
        return None
    answer = dict(profile_answer(profile))
    if user_id != viewer.user_id:
        titles = {*profile.favorite_animes, *profile.watched_animes}
        visible = visible_titles(viewer, user_id, titles)
        for name in NAMING_TITLES:
            answer[name] = [str(i) for i in getattr(profile, name) if i in visible]
        answer |= dict.fromkeys(withheld_fields(viewer, profile))
        answer |= {name: [] for name in LISTS_OF_WORDS if answer[name] is None}
    return {
        name: answer[name]
        for name in visible_fields(PROFILE_SEEN_BY, viewer, user_id, named)
    }


def withheld_fields(viewer: Viewer, profile: Profile) -> list[str]:
    """Of the profile those that staff withhold from others."""
    withheld = [
        name
        for name in PICTURES
        if viewer.withholds(name, content=picture_identity(getattr(profile, name)))
    ]
    return withheld + [*TEXTS] * viewer.withholds("profile_texts")


def visible_titles(viewer: Viewer, user_id: UUID, ids: Iterable[int]) -> set[int]:
    """Those that a profile may name: a favorite that is private on the list is not."""
    hidden = WatchListEntry.objects.of(user_id).titles_hidden_from(viewer)
    titles = Anime.objects.shown(hides_mature=viewer.hides_mature).filter(id__in=ids)
    titles = titles.exclude(id__in=hidden.values("anime_id"))
    return set(titles.values_list("id", flat=True))


class IdentityAnswer(TypedDict):
    id: UUID
    name: str
    avatar: str | None
    banner_image: str | None


def identity_answer(user: User, profile: Profile) -> IdentityAnswer:
    return {
        "id": user.id,
        "name": user.user_name,
        "avatar": profile.avatar or None,
        "banner_image": profile.banner_image or None,
    }


class AudiencesAnswer(TypedDict):
    """Who sees what: `nobody`, `link`, `followers` or `everyone`."""

    profile: Annotated[str, Audience]
    stats: Annotated[str, Audience]
    year: Annotated[str, Audience]
    history: Annotated[str, Audience]
    collection: Annotated[str, Audience]
    completed: Annotated[str, Audience]
    to_watch: Annotated[str, Audience]
    watching: Annotated[str, Audience]


def audiences_answer(preferences: Preferences) -> AudiencesAnswer:
    told = {thing: getattr(preferences, f"audience_{thing}") for thing in THINGS}
    return cast("AudiencesAnswer", told)


Language = Words(tuple(dict(settings.LANGUAGES)))


class PreferencesAnswer(TypedDict):
    user_id: UUID
    enfasiscolor: str
    enfasis_color: Annotated[str, SecondSpelling("enfasiscolor")]
    parentalControl: bool
    parental_control: Annotated[bool, SecondSpelling("parentalControl")]
    trackSearchHistory: bool
    scoreFormat: Annotated[str, ScoreFormat]
    titleLanguage: Annotated[str, TitleLanguage]
    timezone: str
    language: Annotated[str, Language]
    theme: Annotated[str, Theme]
    mutedNotices: list[Annotated[str, NoticeKind]]
    noticeDigest: Annotated[str, DigestTime]
    webPush: bool
    addSequels: bool
    helpRecommend: bool
    audience: AudiencesAnswer
    updated_at: datetime


def preferences_answer(preferences: Preferences) -> PreferencesAnswer:
    """All of them, as every address of them and sync answer them."""
    return {
        "user_id": preferences.user_id,
        "enfasiscolor": preferences.accent_color,
        "enfasis_color": preferences.accent_color,
        "parentalControl": preferences.parental_control,
        "parental_control": preferences.parental_control,
        "trackSearchHistory": preferences.track_search_history,
        "scoreFormat": preferences.score_format,
        "titleLanguage": preferences.title_language,
        "timezone": preferences.timezone,
        "language": preferences.language,
        "theme": preferences.theme,
        "mutedNotices": preferences.muted_notices.split(),
        "noticeDigest": preferences.notice_digest,
        "webPush": preferences.web_push,
        "addSequels": preferences.add_sequels,
        "helpRecommend": preferences.help_recommend,
        "audience": audiences_answer(preferences),
        "updated_at": preferences.updated_at,
    }
