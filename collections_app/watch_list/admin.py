"""Admin pages of users' lists."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.admin import (
    OF_ONE_USER,
    WHY,
    LinesField,
    Reasoned,
    ThroughServices,
    link,
    may_act_on,
    people,
    say_bound,
    through,
)
from animecollections.admin.confirmation import ReasonForm, ask, posted
from animecollections.admin.dates import between
from animecollections.api.conditional import ALWAYS, Precondition
from animecollections.api.errors import invalid, refuse
from animecollections.identity import Origin, today_in
from animecollections.viewer import is_not_hidden
from collections_app.catalogue.admin.titles import cover_of, named
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.watch_list import writes as watch_list
from collections_app.watch_list.entries import beyond_limits
from collections_app.watch_list.episode_ranges import from_text, text_for_people
from collections_app.watch_list.fields import FIELD_NAMES
from collections_app.watch_list.log_admin import NOTES
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.serializers import EntryFields
from collections_app.watch_list.writes import Operation, Outcome
from history.models import Change
from history.staff_log import services as audit
from history.staff_log.masks import MASK, Masked, is_revealed, viewer_of

MOST_TITLES = 200


def progress_of(entry: WatchListEntry) -> str:
    return f"{entry.progress} / {entry.anime.episodes or '?'}"


def score_of(entry: WatchListEntry) -> float | None:
    """As the API answers it."""
    return None if entry.score is None else entry.score / 10


# The lines of the form; a field that is in none of them gets its own.
LAYOUT = [
    ("type", "state"),
    ("progress", "score", "rewatches"),
    ("episode_ranges",),
    ("started_on", "finished_on"),
    ("notes",),
    ("tags",),
    ("priority", "is_private"),
]
LAYOUT += [(name,) for name in FIELD_NAMES if name not in chain(*LAYOUT)]


class EntryForm(Reasoned):
    """An entry as the API takes it, by the API's own rules; only what was changed is
    sent, for what was sent no implied change touches.
    """

    score = forms.DecimalField(
        required=False, min_value=0, max_value=10, max_digits=3, decimal_places=1
    )
    tags = LinesField(required=False, help_text="One per line.")
    episode_ranges = forms.CharField(
        required=False,
        help_text="Such as: watched 1-12,14; skipped 13. Blank: progress says it all.",
    )
    # A form shown before the user's own change would put the older values back.
    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = WatchListEntry
        fields = ("user", "anime", *FIELD_NAMES)
        widgets = {"notes": UnfoldAdminTextareaWidget(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.score is not None:
            self.initial["score"] = Decimal(self.instance.score) / 10
        if self.instance.episode_ranges:
            self.initial["episode_ranges"] = text_for_people(vars(self.instance))
        self.initial["seen_revision"] = self.instance.revision
        self.values: Mapping[str, Any] = {}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        sent = {name: cleaned[name] for name in self.changed_facts if name in cleaned}
        if isinstance(sent.get("score"), Decimal):
            sent["score"] = float(sent["score"])
        if "episode_ranges" in sent:
            try:
                sent["episode_ranges"] = from_text(sent["episode_ranges"])
            except ValueError as error:
                self.add_error("episode_ranges", str(error))
                return cleaned
        read = EntryFields(data=sent)
        if not read.is_valid():
            self.show(invalid(read.errors).fields)
        elif wrong := beyond_limits(read.validated_data, {}):
            self.show(refuse(**wrong).fields)
        else:
            self.values = read.validated_data
        if self.is_listed(cleaned):
            self.add_error("anime", "The title is already on this user's list.")
        return cleaned

    def is_listed(self, cleaned: dict[str, Any]) -> bool:
        user, anime = cleaned.get("user"), cleaned.get("anime")
        if user is None or anime is None:
            return False
        return WatchListEntry.objects.of(user.pk).filter(anime=anime).exists()

    def _post_clean(self) -> None:
        """The instance stays as it was read: the service writes, from `values`."""


def without_notes(fieldsets: Any) -> Any:
    return [
        (
            name,
            options | {"fields": [f for f in options["fields"] if f != ("notes",)]},
        )
        for name, options in fieldsets
    ]


@admin.register(WatchListEntry)
class WatchListEntryAdmin(Masked, ThroughServices):
    form = EntryForm
    list_display = (
        "picture",
        "title",
        "owner",
        "type",
        "state",
        "watched",
        "own_score",
        "updated_at",
    )
    list_display_links = ("picture", "title")
    list_select_related = ("user", "anime")
    list_only = (
        "type",
        "state",
        "progress",
        "score",
        "updated_at",
        "is_private",
        "user__user_name",
        "anime__title",
        "anime__episodes",
        "anime__picture_url",
        "anime__thumbnail_url",
    )
    masked_columns = ("watched", "own_score")
    list_filter = ("type", "state", between(title="day it was added"))
    search_help_text = "Title, or e-mail, name or id of the user"
    autocomplete_fields = ("user", "anime")
    actions = None  # of many entries: a list is put back, or an operation undone
    fieldsets = (
        (None, {"fields": ("picture", "user", "anime")}),
        (
            "On the list",
            {"fields": (*LAYOUT,)},
        ),
        (
            "Log",
            {"fields": (("added_at", "updated_at", "revision"), "seen_revision")},
        ),
        WHY,
    )

    @admin.display(description="cover")
    def picture(self, entry: WatchListEntry) -> str:
        return "" if is_masked(entry) else cover_of(entry.anime)

    @admin.display
    def title(self, entry: WatchListEntry) -> str:
        return f"{MASK} (private)" if is_masked(entry) else entry.anime.title

    @admin.display(description="user")
    def owner(self, entry: WatchListEntry) -> str:
        return link("profiles_user", entry.user_id, entry.user)

    @admin.display(description="progress", ordering="progress")
    def watched(self, entry: WatchListEntry) -> str:
        return "" if is_masked(entry) else progress_of(entry)

    @admin.display(description="score", ordering="score")
    def own_score(self, entry: WatchListEntry) -> float | None:
        return None if is_masked(entry) else score_of(entry)

    def get_fieldsets(
        self, request: HttpRequest, obj: WatchListEntry | None = None
    ) -> Any:
        if obj is None:  # nothing to show yet of picture and log
            (_, who), listed, _, why = self.fieldsets
            return ((None, {"fields": who["fields"][1:]}), listed, why)
        if obj.notes and not is_revealed(obj):  # what is not sent stays
            return without_notes(self.fieldsets)
        return self.fieldsets

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.ask_first(request, object_id) or super().change_view(
            request, object_id, form_url, extra_context
        )

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.ask_first(request, object_id) or self.told(
            request, self.ask_to_remove, object_id
        )

    def ask_to_remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        if not self.has_delete_permission(request, entry):
            raise PermissionDenied
        form = ReasonForm(posted(request))
        if form.is_valid():
            self.do(request, entry, "remove", reason=form.cleaned_data["reason"])
            messages.success(
                request, f"{entry.anime} was removed from the list of {entry.user}."
            )
            rows = reverse("admin:collections_app_watchlistentry_changelist")
            return HttpResponseRedirect(f"{rows}?{OF_ONE_USER}={entry.user_id}")
        return ask(
            request,
            form,
            title=f"Remove {entry.anime} from the list of {entry.user}",
            says=(
                "This removes score, notes and tags too. You can undo it on the "
                "user's page."
            ),
            button="Remove it",
            back=reverse(
                "admin:collections_app_watchlistentry_change", args=[entry.pk]
            ),
            is_dangerous=True,
        )

    def ask_first(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """A private entry is shown to anyone who has given a reason to see it."""
        entry = self.get_object(request, object_id)
        if entry is None or not is_masked(entry):
            return None
        page = reverse("admin:act_on_user", args=[entry.user_id, "reveal"])
        return HttpResponseRedirect(f"{page}?next={request.path}")

    def has_change_permission(
        self, request: HttpRequest, obj: WatchListEntry | None = None
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_act_on(request, obj.user))

    def has_delete_permission(
        self, request: HttpRequest, obj: WatchListEntry | None = None
    ) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or may_act_on(request, obj.user))

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.ask_first(request, object_id) or super().history_view(
            request, object_id, extra_context
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: object = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("picture", "user", "anime", "added_at", "updated_at", "revision")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        if isinstance(obj, WatchListEntry):
            context["subtitle"] = f"{obj.anime}, of {obj.user}"
        return super().render_change_form(request, context, add, change, form_url, obj)

    def matching(self, request: HttpRequest, text: str) -> Q:
        """By user alone where the text names no title, for that has an index; whose
        private list has a title, a search does not tell.
        """
        users = people(request, text)
        found = Anime.objects.with_popularity().filter(named(text))
        found = found.order_by("-popularity", "pk")
        titles = list(found.values_list("pk", flat=True)[: MOST_TITLES + 1])
        if not titles:
            return Q(user_id__in=users)
        if len(titles) > MOST_TITLES:
            say_bound(request, f"of the {MOST_TITLES} best known titles with this name")
        named_so = Q(anime_id__in=titles[:MOST_TITLES])
        named_so &= is_not_hidden(viewer_of(request))
        named_so &= self.newest(request)
        return Q(user_id__in=users) | named_so if users else named_so

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """What is no key of a user or a title, its widgets would stumble over."""
        for name in self.autocomplete_fields if request.method == "POST" else ():
            field: Any = self.model._meta.get_field(name)
            try:
                field.target_field.clean(request.POST.get(name) or 1, None)
            except ValidationError:
                raise BadRequest(f"This is not a key: {name}.") from None
        return super().add_view(request, form_url, extra_context)

    def save_model(
        self, request: HttpRequest, obj: WatchListEntry, form: Any, change: bool
    ) -> None:
        reason = form.cleaned_data["reason"]
        if not change:
            obj.user, obj.anime = form.cleaned_data["user"], form.cleaned_data["anime"]
            if not may_act_on(request, obj.user):
                raise PermissionDenied
            outcome = self.do(request, obj, "add", form.values, reason=reason)
        else:
            seen = form.cleaned_data["seen_revision"]
            outcome = self.do(
                request, obj, "update", form.values, if_revision=seen, reason=reason
            )
        if outcome.entry:  # what the admin's own message and redirect read
            obj.pk, obj.type = outcome.entry["id"], outcome.entry["type"]
        tell(request, outcome)

    def do(
        self,
        request: HttpRequest,
        entry: WatchListEntry,
        verb: watch_list.Verb,
        values: Mapping[str, object] | None = None,
        if_revision: int | None = None,
        *,
        reason: str,
    ) -> Outcome:
        """Entry, log and mail: all, or nothing."""
        owner: Any = entry.user  # whose model this app does not know
        anime = AnimeRef(OWN, str(entry.anime_id))
        only_if = ALWAYS if if_revision is None else Precondition([if_revision])
        with transaction.atomic():
            outcome = watch_list.do(
                user_id=entry.user_id,
                operation=Operation(verb, anime, values or {}, only_if=only_if),
                today=today_in(owner.preferences.timezone),
                through=through(request),
            )
            if outcome.operation_id:
                note(entry, verb, outcome.operation_id, reason, through(request))
        return outcome


def note(
    entry: WatchListEntry,
    verb: watch_list.Verb,
    operation_id: UUID,
    reason: str,
    through: Origin,
) -> None:
    """Into the log of staff, which is read by more people and kept for good: so what
    is private stays in the log of changes, under the same operation.
    """
    change = Change.objects.get(user_id=entry.user_id, operation_id=operation_id)
    is_private = (
        entry.is_private
        or change.before.get("is_private")
        or change.after.get("is_private")
    )

    def told(values: Mapping[str, object]) -> dict[str, Any]:
        return {
            name: MASK if is_private or name in NOTES else value
            for name, value in values.items()
        }

    audit.note(
        action=f"{verb}_entry",
        through=through,
        reason=reason,
        user_id=entry.user_id,
        anime_id=None if is_private else entry.anime_id,
        before=told(change.before),
        after=told(change.after),
        operation_id=operation_id,
        is_told=True,
    )


def is_masked(entry: WatchListEntry) -> bool:
    return entry.is_private and not is_revealed(entry)


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """What followed by itself, and what looks wrong."""
    for change in outcome.changes:
        told = "{field}: {from} → {to} ({reason})".format_map(change)
        messages.info(request, told)
    for warning in outcome.warnings:
        messages.warning(request, warning["message"])
