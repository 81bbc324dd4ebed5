"""Admin pages of facts: what each source says of a title, and what staff overrule."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.admin import Page, ReadOnly, through
from animecollections.admin.confirmation import StaffReasonForm, ask_and_do, posted
from animecollections.admin.site import page
from collections_app.catalogue.admin.previews import Change, Preview, preview_page
from collections_app.catalogue.models import Anime
from collections_app.catalogue.reader.records import Refusal
from collections_app.source_facts import staff
from collections_app.source_facts.importing.planning import Difference, LeftOut
from collections_app.source_facts.importing.run import preview
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.precedence import (
    STAFF,
    in_order,
    preferred,
    shown_value,
)
from collections_app.source_facts.values import BySource, Stored

Context = dict[str, Any]
EDIT = "collections_app.change_anime"
MOST_SHOWN = 2000  # characters of a value


@admin.register(SourceFact)
class SourceFactAdmin(ReadOnly, Page):
    """What each source says; the page of a title shows its facts together."""

    list_display = ("kind", "source", "anime", "updated_at")
    list_only = ("kind", "source", "anime__title", "updated_at")
    list_select_related = ("anime",)
    list_filter = ("kind",)
    csv_permission = None
    ordering = ("-pk",)
    search_fields = ("source",)


@page("titles/<int:anime_id>/facts/", "facts_of_title")
def facts_of_title(request: HttpRequest, anime_id: int) -> HttpResponse:
    """All that sources say of a title, by kind, the one that is shown first."""
    require(request)
    anime = get_object_or_404(Anime, pk=anime_id)
    said = staff.by_source(anime_id)
    context = {
        **admin.site.each_context(request),
        "title": f"{anime}: facts by source",
        "anime": anime,
        "kinds": [about(kind, said.get(kind, {})) for kind in FactKind],
    }
    return TemplateResponse(request, "admin/facts_of_title.html", context)


def about(kind: FactKind, by_source: BySource) -> Context:
    shown = preferred(by_source)
    return {
        "kind": kind.value,
        "label": kind.label,
        "is_held": STAFF in by_source,
        "facts": [
            {
                "source": source,
                "is_shown": shown is not None and source == shown.source,
                "value": staff.as_text(kind, by_source[source])[:MOST_SHOWN]
                or "hidden by staff",
            }
            for source in in_order(by_source)
        ],
    }


class OverruleForm(StaffReasonForm):
    value = forms.CharField(
        required=False,
        max_length=staff.LONGEST_VALUE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text="As in the JSON lines of import_facts. Empty: show nothing.",
    )
    field_order = ("value", "reason")


@page("titles/<int:anime_id>/facts/<str:kind>/overrule/", "overrule_fact")
def overrule_fact(request: HttpRequest, anime_id: int, kind: str) -> HttpResponse:
    """Shows what staff say, whatever sources say."""
    anime, fact, back = of_title(request, anime_id, kind)
    shown = shown_value(fact, staff.by_source(anime_id).get(fact, {}))
    initial = {"value": staff.as_text(fact, shown) if shown else ""}

    def overrule(said: Stored) -> str:
        staff.overrule(
            anime_id=anime_id,
            kind=fact,
            value=staff.read_text(fact, said["value"]),
            reason=said["reason"],
            through=through(request),
        )
        return f"{anime}: {fact.label} is what staff say."

    return ask_and_do(
        request,
        OverruleForm(posted(request), initial=initial),
        overrule,
        refused_at="value",
        title=f"{anime}: overrule {fact.label}",
        says="What sources say is kept, and not shown until you let it go.",
        button="Overrule",
        back=back,
    )


@page("titles/<int:anime_id>/facts/<str:kind>/hold/", "hold_fact")
def hold_fact(request: HttpRequest, anime_id: int, kind: str) -> HttpResponse:
    """Keeps what is shown now against later imports."""
    anime, fact, back = of_title(request, anime_id, kind)

    def hold(said: Stored) -> str:
        staff.hold(anime_id=anime_id, kind=fact, **said, through=through(request))
        return f"{anime}: {fact.label} is held."

    return ask_and_do(
        request,
        StaffReasonForm(posted(request)),
        hold,
        refused_at="reason",
        title=f"{anime}: hold {fact.label}",
        says="What is shown now stays, whatever later imports say.",
        button="Hold",
        back=back,
    )


def of_title(
    request: HttpRequest, anime_id: int, kind: str
) -> tuple[Anime, FactKind, str]:
    require(request)
    if kind not in FactKind.values:
        raise Http404
    back = reverse("admin:facts_of_title", args=[anime_id])
    return get_object_or_404(Anime, pk=anime_id), FactKind(kind), back


def require(request: HttpRequest) -> None:
    if not request.user.has_perm(EDIT):
        raise PermissionDenied


@page("titles/facts/import/", "preview_facts")
def preview_facts(request: HttpRequest) -> HttpResponse:
    """What an import of facts would change."""
    require(request)
    return preview_page(
        request,
        title="What an import of facts would change",
        file="A file for import_facts, plain, .gz or .zst.",
        look=look_at_facts,
    )


def look_at_facts(path: str) -> Preview:
    source, report = preview(path)
    refused: list[Refusal | LeftOut] = [*report.refusals, *report.left_out]
    return Preview(
        counts=dict(report.counts),
        refused=[f"Line {one.line} {one.title}: {one.reason}" for one in refused],
        changes=[change_of(one) for one in report.differences],
        source=source,
    )


def change_of(one: Difference) -> Change:
    def named(value: Stored | None) -> Stored:
        text = staff.as_text(one.kind, value or {})[:MOST_SHOWN]
        return {one.kind.label: text} if text else {}

    page_of = reverse("admin:facts_of_title", args=[one.anime_id])
    return Change(one.title, page_of, named(one.before), named(one.after))
