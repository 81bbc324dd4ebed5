"""Wordings of searches and imported files that the catalogue does not find, and what
editors do about each.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.widgets import UnfoldAdminSelectWidget

from animecollections.admin import Page, ReadOnly, link, through
from animecollections.admin.confirmation import (
    Cleaned,
    StaffReasonForm,
    ask_and_do,
    posted,
)
from animecollections.admin.dates import between
from animecollections.admin.site import page
from animecollections.identity import Origin
from collections_app.catalogue.missing_titles import services as missing_titles
from collections_app.models import Anime, MissingStatus, MissingTitle
from profiles.accounts.models import User
from profiles.figures.models import Figure

EDIT = "collections_app.change_anime"
# The figures that name wordings, and by which of their keys.
SOURCES = {"searches_in_vain": "query", "unmatched": "title"}


@dataclass(frozen=True, slots=True)
class Wording:
    text: str
    people: int
    assigned_to: User | None


@page("titles/missing/", "missing_titles")
def show_missing_titles(request: HttpRequest) -> HttpResponse:
    """What people look for and the catalogue does not have; two statements."""
    wordings = open_wordings() if request.user.has_perm(EDIT) else {}
    only_mine = request.GET.get("mine") == "1"
    if only_mine:
        wordings = {
            name: [one for one in found if one.assigned_to == request.user]
            for name, found in wordings.items()
        }
    rows = reverse("admin:collections_app_importrow_changelist")
    may_see_rows = request.user.has_perm("collections_app.view_importrow")
    context = {
        **admin.site.each_context(request),
        "title": "Missing titles",
        "only_mine": only_mine,
        "tables": [
            {
                "heading": "Imported titles without a match",
                "says": "of the last 30 days",
                "rows": wordings.get("unmatched", []),
                "address": f"{rows}?outcome__exact=unmatched" if may_see_rows else "",
            },
            {
                "heading": "Searches without results",
                "says": "of two people or more, in the last 30 days",
                "rows": wordings.get("searches_in_vain", []),
            },
        ],
    }
    return TemplateResponse(request, "admin/missing_titles.html", context)


def open_wordings() -> dict[str, list[Wording]]:
    """By figure, without those that are settled since it was computed."""
    figures = Figure.objects.filter(name__in=SOURCES).order_by("day")
    latest = {figure.name: figure.value for figure in figures}
    found = {
        name: [(row[SOURCES[name]], row["people"]) for row in rows]
        for name, rows in latest.items()
    }
    done = missing_titles.rows_for(text for rows in found.values() for text, _ in rows)
    return {
        name: [
            Wording(text, people, row.assigned_to if row else None)
            for text, people in rows
            for row in [done.get(missing_titles.key_of(text))]
            if row is None or row.status == MissingStatus.OPEN
        ]
        for name, rows in found.items()
    }


class LinkForm(StaffReasonForm):
    anime = forms.ModelChoiceField(
        Anime.objects.all(),
        label="Title",
        widget=AutocompleteSelect(MissingTitle._meta.get_field("anime"), admin.site),
        help_text="By any of its names, our id, or a site's such as mal:1535.",
        error_messages={"invalid_choice": "This title no longer exists."},
    )
    field_order = ("anime", "reason")


class AssignForm(StaffReasonForm):
    to = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label="Assign to",
        empty_label="nobody",
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("to", "reason")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.queryset = editors()
        to.label_from_instance = lambda user: user.user_name


def editors() -> QuerySet[User]:
    """Staff who may correct titles."""
    may = {"codename": "change_anime", "content_type__app_label": "collections_app"}
    of_group = {f"groups__permissions__{name}": value for name, value in may.items()}
    of_user = {f"user_permissions__{name}": value for name, value in may.items()}
    is_allowed = Q(is_superuser=True) | Q(**of_group) | Q(**of_user)
    staff = User.objects.filter(is_allowed, is_staff=True, is_active=True)
    return staff.distinct().order_by("user_name_key")


@dataclass(frozen=True, slots=True)
class Act:
    """Something an editor can do about a wording."""

    form: type[StaffReasonForm]
    title: str
    says: str
    button: str


ACTS = {
    "link": Act(
        LinkForm,
        "Link “{}” to a title",
        "The wording becomes a name of the title, which everybody sees. Search "
        "and imports then find the title by it, and no import removes it.",
        "Link",
    ),
    "dismiss": Act(
        StaffReasonForm,
        "Dismiss “{}”",
        "It no longer appears here, even if more people search for it. You can "
        "reopen it.",
        "Dismiss",
    ),
    "assign": Act(
        AssignForm,
        "Assign “{}”",
        "The colleague finds it under Assigned to me.",
        "Assign",
    ),
    "reopen": Act(StaffReasonForm, "Open “{}” again", "It appears here again.", "Open"),
}


@page("titles/missing/<slug:name>/", "settle_missing_title")
def settle(request: HttpRequest, name: str) -> HttpResponse:
    """Asks before it is done, as all acts do; ?text= is the wording."""
    if not request.user.has_perm(EDIT):
        raise PermissionDenied
    act, text = ACTS.get(name), request.GET.get("text", "").strip()[:500]
    if act is None or not text:
        raise Http404
    back = reverse("admin:missing_titles")
    return ask_and_do(
        request,
        act.form(posted(request)),
        lambda said: do(name, text, said, through(request)),
        refused_at="anime",
        title=act.title.format(text),
        says=act.says,
        button=act.button,
        back=back,
    )


def do(name: str, text: str, said: Cleaned, by: Origin) -> str:
    """What is said then."""
    reason = said["reason"]
    if name == "link":
        missing_titles.link(text=text, anime=said["anime"], reason=reason, through=by)
        return f"“{text}” finds {said['anime']} now."
    if name == "dismiss":
        missing_titles.dismiss(text=text, reason=reason, through=by)
        return f"“{text}” is dismissed."
    if name == "reopen":
        missing_titles.reopen(text=text, reason=reason, through=by)
        return f"“{text}” is open again."
    missing_titles.assign(text=text, to=said["to"], reason=reason, through=by)
    return f"“{text}” is for {said['to'] or 'nobody'} now."


@admin.register(MissingTitle)
class MissingTitleAdmin(ReadOnly, Page):
    """Wordings that editors did something about."""

    list_display = (
        "text", "status", "title", "assigned_to", "changed_at", "what_next",
    )  # fmt: skip
    list_select_related = ("anime", "assigned_to")
    list_filter = ("status", between("changed_at"))
    csv_permission = None
    search_fields = ("text",)
    fields = ("text", "status", "title", "assigned_to", "changed_at")

    @admin.display
    def title(self, row: MissingTitle) -> str:
        return (
            link("collections_app_anime", row.anime_id, row.anime) if row.anime else ""
        )

    @admin.display(description="")
    def what_next(self, row: MissingTitle) -> str:
        if row.status == MissingStatus.OPEN:
            return ""
        page = reverse("admin:settle_missing_title", args=["reopen"])
        address = f"{page}?{urlencode({'text': row.text})}"
        return format_html('<a href="{}">Open again …</a>', address)
