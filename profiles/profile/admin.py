"""Admin pages of profiles and preferences: of their own, and on the user's page."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.files.storage import default_storage

from animecollections.admin import Owned, ReadOnly, cover, once
from collections_app.models import Anime
from profiles.profile.image_urls import is_of_image_host, path_of_ours
from profiles.profile.models import Preferences, Profile

if TYPE_CHECKING:
    StackedInline = admin.StackedInline[Any, Any]
else:
    from unfold.admin import StackedInline


class ProfileFields(ReadOnly):
    fields: ClassVar[Any] = (
        ("name", "last_name"),
        ("birthday", "gender"),
        ("avatar_image", "banner"),
        "favorites",
        "watched",
        ("favorite_genres", "favorite_studios"),
        ("frequency", "fanatic_level", "preferred_format"),
        "updated_at",
    )
    readonly_fields: ClassVar[Any] = (
        "avatar_image",
        "banner",
        "favorites",
        "watched",
        "updated_at",
    )

    @admin.display(description="avatar")
    def avatar_image(self, profile: Profile) -> str:
        return chosen_picture(profile.avatar, width=64) or profile.avatar

    @admin.display
    def banner(self, profile: Profile) -> str:
        url = profile.banner_image
        return chosen_picture(url, width=230) or url

    @admin.display
    @once
    def favorites(self, profile: Profile) -> str:
        return titles(profile.favorite_animes)

    @admin.display
    @once
    def watched(self, profile: Profile) -> str:
        return titles(profile.watched_animes)


def chosen_picture(url: str, *, width: int) -> str:
    """A picture that a user chose, if it is ours or of IMAGE_HOSTS. Of any other site
    nothing is loaded: its site would learn who looks, and when.
    """
    if path := path_of_ours(url):
        return cover(default_storage.url(path), width=width, height=64)
    return cover(url, width=width, height=64) if is_of_image_host(url) else ""


def titles(ids: list[int]) -> str:
    """In the user's order; what the catalogue has no more is its id."""
    names = dict(Anime.objects.filter(pk__in=ids).values_list("pk", "title"))
    return ", ".join(names.get(id_, str(id_)) for id_ in ids)


class PreferencesFields(ReadOnly):
    fields: ClassVar[Any] = (
        ("accent_color", "theme"),
        ("language", "timezone"),
        ("parental_control", "track_search_history"),
        ("score_format", "title_language"),
        ("muted_notices", "notice_digest"),
        ("web_push", "add_sequels"),
        ("help_recommend",),
        ("audience_profile", "audience_history"),
        ("audience_stats", "audience_year"),
        ("audience_collection", "audience_completed"),
        ("audience_to_watch", "audience_watching"),
    )


class ProfileInline(ProfileFields, StackedInline):
    model = Profile
    hide_title = True  # there is one, and it tells an id


class PreferencesInline(PreferencesFields, StackedInline):
    model = Preferences
    hide_title = True


@admin.register(Profile)
class ProfileAdmin(ProfileFields, Owned):
    list_display = ("user", "name", "last_name", "updated_at")


@admin.register(Preferences)
class PreferencesAdmin(PreferencesFields, Owned):
    list_display = ("user", "language", "timezone", "parental_control", "updated_at")
