"""Admin pages of what users did. The log of changes has its page in collections_app."""

from django.contrib import admin
from django.db.models import Q

from animecollections.admin import Owned, Page, ReadOnly, as_uuid, people
from history.models import EpisodesWatched, Job, KeptAnswer, Search, UserState


@admin.register(Search)
class SearchAdmin(ReadOnly, Owned):
    list_display = ("query", "user", "type", "total_results", "searched_at")
    list_filter = ()
    search_help_text = "E-mail, name or id of the user, or a part of the search"
    exclude = ("key",)

    def matching(self, text: str) -> Q:
        users = people(text)
        return (
            Q(user_id__in=users)
            if as_uuid(text)
            else Q(query__icontains=text) | Q(user_id__in=users)
        )


@admin.register(UserState)
class UserStateAdmin(ReadOnly, Owned):
    list_display = (
        "user",
        "revision",
        "list_revision",
        "searches_revision",
        "profile_revision",
        "preferences_revision",
        "epoch",
    )


@admin.register(EpisodesWatched)
class EpisodesWatchedAdmin(ReadOnly, Owned):
    list_display = ("day", "user", "anime_id", "episodes")


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ReadOnly, Owned):
    """Answers hold what a user may see of themselves; here only that they are kept."""

    list_display = ("key", "user", "created_at")
    exclude = ("answer", "fingerprint")


@admin.register(Job)
class JobAdmin(ReadOnly, Page):
    list_display = ("name", "due_at", "began_at", "seconds", "has_failed", "outcome")
