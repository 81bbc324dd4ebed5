"""Admin pages of the log: every change to what is a user's, and who made it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_type_hints
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from animecollections.admin import (
    OF_ONE_USER,
    ReadOnly,
    as_uuid,
    link,
    name_in,
    people,
)
from animecollections.admin.dates import between
from animecollections.identity import Origin
from collections_app.catalogue.models import Anime
from collections_app.watch_list.fields import FIELD_NAMES
from collections_app.watch_list.operation_reads import ever_private
from collections_app.watch_list.sentences import shown
from collections_app.watch_list.undo import ENTRY_KINDS
from history.log.undoable_rows import undoable_rows
from history.models import Change, ChangeKind
from history.staff_log.masks import MASK, Masked, is_revealed

NOTES = {"notes", "extra", "place"}  # what a person writes for themselves


class ThroughFilter(admin.SimpleListFilter):
    """By the words there are; a plain filter would read the whole log for them."""

    title = "through"
    parameter_name = "through"

    def lookups(
        self, request: object, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        return [(kind, kind) for kind in get_args(get_type_hints(Origin)["kind"])]

    def queryset(self, request: object, queryset: QuerySet[Change]) -> QuerySet[Change]:
        return queryset.filter(through=self.value()) if self.value() else queryset


class AppFilter(admin.SimpleListFilter):
    """What one app or personal token did; the rows lead to it."""

    title = "app"
    parameter_name = "app"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        app_id = request.GET.get("app", "")
        return [(app_id, "the chosen one")] if as_uuid(app_id) else []

    def queryset(self, request: object, queryset: QuerySet[Change]) -> QuerySet[Change]:
        app_id = as_uuid(self.value() or "")
        return queryset.filter(token_id=app_id) if app_id else queryset


class OfEntries(Masked):
    """Rows of a user and an anime: each says also `is_private`, whether its entry is,
    or was.
    """

    def mark(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        super().mark(request, rows)
        anime = {row.anime_id for row in rows if row.anime_id}
        private = ever_private({row.user_id for row in rows}, anime)
        for row in rows:
            row.is_private = (row.user_id, row.anime_id) in private


@admin.register(Change)
class ChangeAdmin(ReadOnly, OfEntries):
    list_display = (
        "at",
        "user",
        "kind",
        "anime",
        "what",
        "through",
        "app",
        "actor",
        "client",
        "undo",
    )
    people_in = ("actor_id",)
    list_filter = ("kind", ThroughFilter, AppFilter, between())
    search_help_text = "E-mail, name or id of the user, operation id or request id"
    fields = (
        "at",
        "as_of",
        "user",
        "kind",
        "anime",
        "revision",
        "told_before",
        "told_after",
        "watched",
        "days",
        "operation_id",
        "undoes",
        "undone_app_name",
        "undone_since",
        "is_quiet",
        "is_told",
        "through",
        "token_name",
        "file",
        "actor",
        "client_id",
        "request_id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        titles = Anime.objects.filter(pk=OuterRef("anime_id")).values("title")
        rows: QuerySet[Change] = super().get_queryset(request)
        return rows.annotate(title=Subquery(titles))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Change | None:
        """The page's title has the number of the anime."""
        change: Change | None = super().get_object(request, object_id, from_field)
        if change is not None and is_masked(change):
            change.anime_id = None
        return change

    @admin.display
    def anime(self, change: Change) -> str:
        if is_masked(change):
            return MASK
        if change.anime_id is None:
            return ""
        title = getattr(change, "title", "") or change.anime_id
        return link("collections_app_anime", change.anime_id, title)

    @admin.display
    def what(self, change: Change) -> str:
        return MASK if is_masked(change) else describe(change)[:200]

    @admin.display(description="before")
    def told_before(self, change: Change) -> str:
        return told(change, change.before)

    @admin.display(description="after")
    def told_after(self, change: Change) -> str:
        return told(change, change.after)

    @admin.display(description="file name")
    def file(self, change: Change) -> str:
        """A name may say what is private: "my hentai.xml"."""
        is_hidden = change.file_name and is_masked(change)
        return MASK if is_hidden else str(change.file_name)

    @admin.display
    def app(self, change: Change) -> str:
        """Leads to all that it did for this person."""
        if change.token_id is None:
            return ""
        query = urlencode({OF_ONE_USER: change.user_id, "app": change.token_id})
        name = change.token_name or change.token_id
        return format_html('<a href="?{}">{}</a>', query, name)

    @admin.display
    def client(self, change: Change) -> str:
        return change.client_id[:30]

    @admin.display(description="")
    def undo(self, change: Change) -> str:
        """To the page that shows what it would do to undo the whole, and asks."""
        if change.kind not in ENTRY_KINDS:
            return ""
        page = reverse("admin:act_on_user", args=[change.user_id, "undo"])
        return format_html(
            '<a href="{}?operation={}">Undo …</a>', page, change.operation_id
        )

    @admin.display
    def actor(self, change: Change) -> str:
        return name_in(change, change.actor_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Change], search_term: str
    ) -> tuple[QuerySet[Change], bool]:
        """Each kind of id by the index it has; never the whole log."""
        text = search_term.strip()
        if not text:
            return queryset, False
        if users := people_known(request, text):
            return queryset.filter(user_id__in=users), False
        found = Change.objects.across_users().of_request(text)
        if id_ := as_uuid(text):
            of_operation = Change.objects.across_users().of_operation(id_)
            found = of_operation if of_operation.exists() else found
        return queryset.filter(pk__in=found.values("pk")), False


def people_known(request: HttpRequest, text: str) -> list[UUID]:
    """As `people`, but an id has to be a user's."""
    id_ = as_uuid(text)
    if id_ is None:
        return people(request, text)
    users = get_user_model()._default_manager.filter(pk=id_)
    return list(users.values_list("pk", flat=True))


def is_masked(change: Change) -> bool:
    """Of an entry that is private now, or was at any time; or of titles that are not to
    be recommended, which may be private on the list.
    """
    is_private = getattr(change, "is_private", True) or names_titles(change)
    return is_private and not is_revealed(change)


def names_titles(change: Change) -> bool:
    """Among its fields: only those are not always there."""
    row = undoable_rows.get(ChangeKind(change.kind))
    return row is not None and any(map(row.may_lack, change.after))


def told(change: Change, values: dict[str, object]) -> str:
    if is_masked(change):
        return MASK
    hidden = {} if is_revealed(change) else dict.fromkeys(NOTES & values.keys(), MASK)
    return json.dumps(values | hidden, ensure_ascii=False)


def describe(change: Change) -> str:
    """The fields that differ; of a new or removed entry its type; of a viewing its
    state.
    """
    if change.kind == ChangeKind.VIEWING:
        viewing = change.after or change.before
        return f"viewing {viewing['number']}: {viewing['state']}"
    if change.kind != ChangeKind.UPDATE:
        return str((change.after or change.before).get("type", ""))
    parts = []
    for name in FIELD_NAMES:
        if name in change.before:
            before, after = change.before[name], change.after.get(name)
            said = f"{shown(name, before)} → {shown(name, after)}"
            is_hidden = name in NOTES and not is_revealed(change)
            parts.append(f"{name}: {MASK if is_hidden else said}")
    return ", ".join(parts)
