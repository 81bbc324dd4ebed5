"""Admin pages of the log: every change to what is a user's, and who made it."""

from collections.abc import Iterable
from typing import Any, get_args, get_type_hints

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from animecollections.admin import (
    Owned,
    ReadOnly,
    ThroughServices,
    as_uuid,
    link,
    people,
)
from animecollections.api import request_id
from animecollections.api.account import Through
from collections_app.entries import SAID
from collections_app.models import Anime
from collections_app.sentences import shown
from collections_app.services import operations
from history.models import Change, ChangeKind


class ThroughFilter(admin.SimpleListFilter):
    """By the words there are; a plain filter would read the whole log for them."""

    title = "through"
    parameter_name = "through"

    def lookups(self, request: Any, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(kind, kind) for kind in get_args(get_type_hints(Through)["kind"])]

    def queryset(self, request: Any, queryset: QuerySet[Change]) -> QuerySet[Change]:
        return queryset.filter(through=self.value()) if self.value() else queryset


@admin.register(Change)
class ChangeAdmin(ReadOnly, Owned, ThroughServices):
    list_display = ("at", "user", "kind", "anime", "what", "through", "actor", "client")
    actions = ("undo",)
    list_filter = ("kind", ThroughFilter)
    search_help_text = "E-mail, name or id of the user, operation id or request id"
    fields = (
        "at",
        "as_of",
        "user",
        "kind",
        "anime",
        "revision",
        "before",
        "after",
        "watched",
        "operation_id",
        "undoes",
        "through",
        "actor",
        "client_id",
        "request_id",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        titles = Anime.objects.filter(pk=OuterRef("anime_id")).values("title")
        actors = get_user_model()._default_manager.filter(pk=OuterRef("actor_id"))
        rows: QuerySet[Change] = super().get_queryset(request)
        return rows.annotate(
            title=Subquery(titles), actor=Subquery(actors.values("user_name"))
        )

    @admin.display
    def anime(self, change: Any) -> str:
        if change.anime_id is None:
            return ""
        title = change.title or change.anime_id
        return link("collections_app_anime", change.anime_id, title)

    @admin.display
    def what(self, change: Change) -> str:
        return describe(change)[:200]

    @admin.display
    def client(self, change: Change) -> str:
        return change.client_id[:30]

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("history.change_change")

    @admin.action(
        description="Undo the operations of the chosen changes", permissions=["undo"]
    )
    def undo(self, request: HttpRequest, queryset: QuerySet[Change]) -> None:
        """Each operation whole, for its user; what changed since stays, and is told."""
        through = Through(
            "admin", actor_id=request.user.pk, request_id=request_id.current.get()
        )
        chosen = queryset.order_by("-revision").values_list("user_id", "operation_id")
        for user_id, operation_id in dict.fromkeys(chosen):
            undone = operations.undo(
                user_id=user_id,
                operation_id=operation_id,
                today=timezone.now().date(),
                through=through,
            )
            number = len(undone.entries) + len(undone.removed)
            messages.info(request, f"Operation {operation_id}: {number} put back.")
            for conflict in undone.conflicts:
                messages.warning(
                    request,
                    f"{conflict['title']}: {conflict['field']} changed since, "
                    "and stays.",
                )

    @admin.display
    def actor(self, change: Any) -> str:
        return change.actor or ""

    def matching(self, text: str) -> Q:
        if id_ := as_uuid(text):
            return Q(user_id=id_) | Q(operation_id=id_) | Q(request_id=text)
        if users := people(text):
            return Q(user_id__in=users)
        return Q(request_id=text)


def describe(change: Change) -> str:
    """The fields that differ; of a new or removed entry its type."""
    if change.kind == ChangeKind.UPDATE:
        return ", ".join(
            f"{name}: {shown(name, change.before[name])} → "
            f"{shown(name, change.after.get(name))}"
            for name in SAID
            if name in change.before
        )
    return str((change.after or change.before).get("type", ""))
