"""Admin pages of what users did. The log of changes has its page in collections_app."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from animecollections.admin import (
    Owned,
    Page,
    ReadOnly,
    as_uuid,
    csv_files,
    link,
    name_in,
    people,
    through,
)
from animecollections.admin.confirmation import StaffReasonForm, ask, posted
from animecollections.admin.dates import between
from animecollections.admin.site import page
from history.idempotency.models import KeptAnswer
from history.jobs.models import Job
from history.jobs.services import LEAST_GRACE, run_soon
from history.log.models import UserState
from history.log.parts import COUNTERS
from history.searches.models import Search
from history.staff_log import services as audit
from history.staff_log.masks import MASK, Masked, is_revealed
from history.staff_log.models import StaffAction
from history.watched.days import day_of_date
from history.watched.models import EpisodesWatched

MOST_DIGITS = 9  # of a title's number
RUN = "history.run_job"
# What the list of jobs says of each, and in which colour.
STATES = {
    "done": "success",
    "failed": "danger",
    "late": "warning",
    "running": "info",
    "new": "",
}


@admin.register(Search)
class SearchAdmin(ReadOnly, Masked):
    """Whose they are is found, never what was searched for: a search for a text would
    tell who had searched it.
    """

    list_display = ("what", "user", "type", "total_results", "searched_at")
    list_display_links = None
    list_filter = ()
    fields = ("what", "user", "type", "told_filters", "total_results", "searched_at")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Search | None:
        """The page's title is its text."""
        search: Search | None = super().get_object(request, object_id, from_field)
        if search is not None and not is_revealed(search):
            search.query = MASK
        return search

    @admin.display(description="search")
    def what(self, search: Search) -> str:
        return search.query if is_revealed(search) else MASK

    @admin.display(description="filters")
    def told_filters(self, search: Search) -> str:
        return json.dumps(search.filters) if is_revealed(search) else MASK


@admin.register(UserState)
class UserStateAdmin(ReadOnly, Owned):
    list_display = ("user", "revision", *COUNTERS, "epoch")


@admin.register(EpisodesWatched)
class EpisodesWatchedAdmin(ReadOnly, Masked):
    """Of which title, anyone who gave a reason sees: its entry may be private."""

    list_display = ("watched_on", "user", "anime", "episodes", "through")
    list_display_links = ("watched_on",)
    fields = ("watched_on", "user", "anime", "episodes", "through", "revision")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> EpisodesWatched | None:
        """The page's title has the number of the anime."""
        row: EpisodesWatched | None = super().get_object(request, object_id, from_field)
        if row is not None and not is_revealed(row):
            row.anime_id = MASK  # to be shown, never saved
        return row

    @admin.display
    def anime(self, row: EpisodesWatched) -> str:
        return str(row.anime_id) if is_revealed(row) else MASK

    @admin.display(description="watched on")
    def watched_on(self, row: EpisodesWatched) -> str:
        return day_of_date(row.day, row.period) or "unknown"


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ReadOnly, Owned):
    """Answers hold what a user may see of themselves; here only that they are kept."""

    list_display = ("key", "user", "created_at")
    exclude = ("answer", "fingerprint")


@admin.register(Job)
class JobAdmin(ReadOnly, Page):
    list_display = ("name", "state", "due_at", "began_at", "seconds", "outcome", "run")
    fields = ("name", "state", "due_at", "due_since", "began_at", "seconds", "outcome")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        if request.user.has_perm(RUN):
            return self.list_display
        return tuple(name for name in self.list_display if name != "run")

    @display(label=STATES)  # type: ignore[untyped-decorator]  # unfold has no types
    def state(self, job: Job) -> str:
        return state_of(job, timezone.now())

    @admin.display(description="")
    def run(self, job: Job) -> str:
        page = reverse("admin:run_job", args=[job.pk])
        return format_html('<a href="{}">Run now …</a>', page)


def state_of(job: Job, now: datetime) -> str:
    """One of STATES. A run that failed and is due again is failed still."""
    if job.held_until and job.held_until > now:
        return "running"
    if job.has_failed:
        return "failed"
    if job.is_late(now, LEAST_GRACE):
        return "late"
    return "done" if job.outcome else "new"


@page("jobs/<str:name>/run/", "run_job")
def run_job(request: HttpRequest, name: str) -> HttpResponse:
    if not request.user.has_perm(RUN):
        raise PermissionDenied
    job = get_object_or_404(Job, pk=name)
    rows = reverse("admin:history_job_changelist")
    form = StaffReasonForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if run_soon(name, reason=reason, through=through(request)):
            messages.success(request, f"{name}: the worker starts it within a minute.")
        else:
            messages.error(request, f"{name}: it is running already.")
        return HttpResponseRedirect(rows)
    return ask(
        request,
        form,
        title=f"Run {job} now",
        says="Every job can run at any time; its schedule does not change.",
        button="Run now",
        back=rows,
    )


def note_list_taken(
    request: HttpRequest,
    name: str,
    rows: int,
    reason: str,
    narrowed: Mapping[str, object],
    user: str,
) -> None:
    """A list was taken as a file; of one person where it was narrowed to one."""
    audit.note(
        action="take_csv",
        through=through(request),
        reason=reason,
        user_id=as_uuid(user),
        after={"list": name, "rows": rows, "narrowed": narrowed},
    )


csv_files.noters.append(note_list_taken)


@admin.register(StaffAction)
class StaffActionAdmin(ReadOnly, Page):
    """Who did what to whom, why, and what it changed. Nothing here can be undone."""

    list_display = ("at", "actor", "action", "of", "reason")
    people_in = ("actor_id", "user_id")
    list_filter = (between(),)
    fields = (
        "at",
        "actor",
        "action",
        "of",
        "reason",
        "before",
        "after",
        "operation_id",
        "request_id",
    )
    ordering = ("-pk",)
    search_fields = ("reason",)  # shows the box; get_search_results searches
    search_help_text = "E-mail, name or id of a user, or the number of a title"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAction]:
        rows: QuerySet[StaffAction] = super().get_queryset(request)
        if not request.user.has_perm("profiles.view_user"):  # of titles alone
            rows = rows.filter(user_id=None, anime_id__isnull=False)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StaffAction], search_term: str
    ) -> tuple[QuerySet[StaffAction], bool]:
        text = search_term.strip()
        if text.isdecimal() and len(text) <= MOST_DIGITS:
            return queryset.filter(anime_id=int(text)), False
        if text and request.user.has_perm("profiles.view_user"):
            found = people(request, text)
            queryset = queryset.filter(Q(user_id__in=found) | Q(actor_id__in=found))
        return queryset, False

    @admin.display(description="by")
    def actor(self, act: StaffAction) -> str:
        if act.actor_id is None:
            return "a command"
        return name_in(act, act.actor_id) or str(act.actor_id)

    @admin.display
    def of(self, act: StaffAction) -> str:
        if name := name_in(act, act.user_id):
            return link("profiles_user", act.user_id, name)
        if act.anime_id:
            return link("collections_app_anime", act.anime_id, act.anime_id)
        return str(act.after.get("job", ""))
