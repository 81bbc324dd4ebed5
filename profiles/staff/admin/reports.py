"""The queue of reports: what waits for a decision, what was reported as it was and as
it is, and the pages on which staff decide.
"""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.admin import (
    Owned,
    Page,
    ReadOnly,
    may_act_on,
    name_in,
    through,
)
from animecollections.admin.confirmation import (
    Cleaned,
    ReasonForm,
    ask_and_do,
    posted,
)
from animecollections.admin.dates import between
from animecollections.admin.site import page
from animecollections.viewer import Audience, Viewer
from collections_app.lists.for_others import notes_on_list
from collections_app.models import OwnList
from collections_app.watch_list.for_others import notes_of_type
from history.staff_log import services as audit
from profiles.accounts.models import User
from profiles.moderation.models import (
    OF_LISTS,
    PICTURES,
    Moderation,
    ModerationState,
    ReportedThing,
)
from profiles.profile.admin import chosen_picture
from profiles.profile.answers import TEXTS
from profiles.profile.models import Profile
from profiles.reports.models import Report
from profiles.reports.seen import LONGEST_NOTE, MOST_NOTES
from profiles.staff import decisions

SEE, DECIDE = "profiles.view_moderation", "profiles.decide_moderation"
USERS = "profiles.view_user"
MOST = 100
MOST_REPORTS = 50
ORDERS = {"oldest": ("waiting_since",), "most": ("-reports", "waiting_since")}
NAMING = {"name", "last_name"}
Json = dict[str, Any]


@page("reports/", "reports")
def show_reports(request: HttpRequest) -> HttpResponse:
    """What waits for a decision: one statement."""
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    order = request.GET.get("order", "")
    order = order if order in ORDERS else "oldest"
    rows: Any = Moderation.objects.across_users().waiting().select_related("user")
    rows = list(rows.order_by(*ORDERS[order])[: MOST + 1])
    context = {
        **admin.site.each_context(request),
        "title": "Reports",
        "order": order,
        "rows": rows[:MOST],
        "are_more": len(rows) > MOST,
        "most": MOST,
    }
    return TemplateResponse(request, "admin/reports.html", context)


@page("reports/<uuid:moderation_id>/", "report")
def show_report(request: HttpRequest, moderation_id: UUID) -> HttpResponse:
    """One thing: as it was, as it is, who reported it and why."""
    row = row_for(request, moderation_id)
    reports = Report.objects.filter(moderation_id=row.pk).order_by("id")
    found = list(reports[: MOST_REPORTS + 1])
    ids = {report.reporter_user_id for report in found} - {None}
    names = User.objects.in_bulk(ids) if request.user.has_perm(USERS) else {}
    context = {
        **admin.site.each_context(request),
        "title": f"{row.get_thing_display().capitalize()}: {row.user}",
        "row": row,
        "then": lines_of(row.snapshot),
        "now": lines_of(now_of(request, row)),
        "is_masked": is_masked(request, row),
        "reveal": reverse("admin:act_on_user", args=[row.user_id, "reveal"]),
        "reports": [
            (report, names.get(report.reporter_user_id))
            for report in found[:MOST_REPORTS]
        ],
        "are_more": len(found) > MOST_REPORTS,
        "acts": acts_for(request, row),
    }
    return TemplateResponse(request, "admin/report.html", context)


def row_for(request: HttpRequest, moderation_id: UUID) -> Moderation:
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    rows: Any = Moderation.objects.across_users().select_related("user")
    row: Moderation = get_object_or_404(rows, pk=moderation_id)
    return row


def lines_of(shown: Json) -> list[tuple[str, object]]:
    """Names and what stands there: pictures drawn, all else as text."""
    lines = []
    for name, value in shown.items():
        if name in PICTURES:
            value = chosen_picture(str(value), width=96) or value
        if name == "notes":
            lines += [tuple(note) for note in value]
            continue
        text = ", ".join(value) if isinstance(value, list) else value
        lines.append((name.replace("_", " ").capitalize(), text))
    return lines


def is_masked(request: HttpRequest, row: Moderation) -> bool:
    """Notes are private until a reason is given: others may not see them any more. So
    is a list that nobody else sees by now.
    """
    is_private = row.thing in (ReportedThing.NOTES, ReportedThing.LIST_NOTES)
    return (is_private or is_private_list(row)) and not is_revealed(request, row)


def is_private_list(row: Moderation) -> bool:
    if row.thing not in OF_LISTS:
        return False
    lists: Any = OwnList.objects.of(row.user_id).filter(pk=UUID(row.which))
    return bool(lists.filter(audience=Audience.NOBODY).exists())


def is_revealed(request: HttpRequest, row: Moderation) -> bool:
    staff_id = cast("UUID", request.user.pk)  # of who is signed in
    return row.user_id in audit.revealed_to(staff_id, [row.user_id])


def now_of(request: HttpRequest, row: Moderation) -> Json:
    """What stands there today, for others or not; nothing where it is gone. What names
    a person only where a reason was given, or the report has it.
    """
    if is_masked(request, row):
        return {}
    match row.thing:
        case ReportedThing.NOTES | ReportedThing.LIST_NOTES:
            return {"notes": notes_now(row)}
        case ReportedThing.USER_NAME:
            return {"user_name": name_of(row)}
        case _ if row.thing.startswith("list"):
            is_whole = row.thing == ReportedThing.LIST
            part = row.thing.removeprefix("list_")
            columns = ("name", "description") if is_whole else (part,)
            lists: Any = OwnList.objects.of(row.user_id).filter(pk=UUID(row.which))
            return lists.values(*columns).first() or {}
    of_profile: dict[str, tuple[str, ...]] = {
        ReportedThing.PROFILE: (*PICTURES, *TEXTS),
        ReportedThing.TEXTS: TEXTS,
    }
    names = of_profile.get(row.thing, (row.thing,))
    if not is_revealed(request, row):
        hidden = NAMING - row.snapshot.keys()
        names = tuple(name for name in names if name not in hidden)
    profile: Any = Profile.objects.filter(user_id=row.user_id).values(*names)
    known = {"user_name": name_of(row)} if row.thing == "profile" else {}
    return known | {name: value for name, value in profile.get().items() if value}


def name_of(row: Moderation) -> str:
    return cast("User", row.user).user_name


def notes_now(row: Moderation) -> list[tuple[str, str]]:
    viewer = Viewer(is_staff=True, hides_mature=False)
    found = (
        notes_of_type(viewer, row.user_id, row.which, MOST_NOTES)
        if row.thing == ReportedThing.NOTES
        else notes_on_list(viewer, row.user_id, UUID(row.which), MOST_NOTES)
    )
    return [(title, text[:LONGEST_NOTE]) for title, text in found]


class DecisionForm(ReasonForm):
    sentence = forms.CharField(
        required=False,
        max_length=1000,
        label="To those who reported it",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="They read it among their reports. Do not name anybody.",
    )


@dataclass(frozen=True, slots=True)
class Act:
    """state: of the rows that it is for."""

    title: str
    says: str
    done: str
    state: ModerationState
    form: type[ReasonForm] = ReasonForm
    is_dangerous: bool = False


ACTS = {
    "withhold": Act(
        "Hide from others",
        "Others no longer see it, whatever the person writes there, until you lift it. "
        "The person still sees it, gets a mail with the reason, and can answer. A user "
        "name is replaced by a neutral one.",
        "Hidden from others.",
        ModerationState.OPEN,
        DecisionForm,
        is_dangerous=True,
    ),
    "reject": Act(
        "Leave as it is",
        "It stays as it is. The person gets no mail. More reports of just this do not "
        "come back to the queue.",
        "Left as it is.",
        ModerationState.OPEN,
        DecisionForm,
    ),
    "keep": Act(
        "Keep hidden",
        "It stays hidden. The person gets a mail with the reason, and can answer "
        "again.",
        "Still hidden.",
        ModerationState.WITHHELD,
    ),
    "lift": Act(
        "Show again",
        "Others see it again, as it is now. The person gets a mail. A user name is not "
        "given back: the person can choose it again.",
        "Shown again.",
        ModerationState.WITHHELD,
    ),
}


def acts_for(request: HttpRequest, row: Moderation) -> list[tuple[str, Act]]:
    """Their address, and what each is. To keep is an answer to an answer."""
    if not may_decide(request, row):
        return []
    return [
        (reverse("admin:decide_report", args=[row.pk, name]), act)
        for name, act in ACTS.items()
        if act.state == row.state and (name != "keep" or row.waiting_since)
    ]


def may_decide(request: HttpRequest, row: Moderation) -> bool:
    """About staff superusers alone decide, and nobody about what is their own."""
    is_own = row.user_id == request.user.pk
    return (
        not is_own and may_act_on(request, row.user) and request.user.has_perm(DECIDE)
    )


@page("reports/<uuid:moderation_id>/<slug:name>/", "decide_report")
def decide_report(request: HttpRequest, moderation_id: UUID, name: str) -> HttpResponse:
    row = row_for(request, moderation_id)
    act = ACTS.get(name)
    if act is None:
        raise Http404
    if not may_decide(request, row):
        raise PermissionDenied

    def decide(sent: Cleaned) -> str:
        decisions.DECISIONS[name](
            decisions.Decision(
                user_id=row.user_id,
                moderation_id=row.pk,
                reason=sent["reason"],
                sentence=sent.get("sentence", ""),
                through=through(request),
            )
        )
        return f"{row.get_thing_display().capitalize()} of {row.user}: {act.done}"

    form = act.form(posted(request))
    form.fields["reason"].help_text = (
        "It is logged, and is part of the person's own export; the person reads it. "
        "Never say who reported it."
    )
    return ask_and_do(
        request,
        form,
        decide,
        title=f"{act.title}: {row.get_thing_display()} of {row.user}",
        says=act.says,
        button=act.title,
        back=reverse("admin:report", args=[row.pk]),
        is_dangerous=act.is_dangerous,
    )


def link_to_report(moderation_id: UUID) -> str:
    address = reverse("admin:report", args=[moderation_id])
    return format_html('<a href="{}">Look …</a>', address)


@admin.register(Moderation)
class ModerationAdmin(ReadOnly, Owned):
    """All that was ever reported, of one person or of all."""

    list_display = (
        "created_at", "user", "thing", "reports", "state", "decided_at", "look",
    )  # fmt: skip
    list_filter = (between(), "state", "thing")
    fields = (
        "created_at", "user", "thing", "which", "reports", "state", "decided_at",
        "reason", "sentence", "answer", "answered_at", "look",
    )  # fmt: skip
    readonly_fields = ("look",)

    @admin.display(description="")
    def look(self, row: Moderation) -> str:
        return link_to_report(row.pk)


@admin.register(Report)
class ReportAdmin(ReadOnly, Page):
    """Who reported what: never for the one whom it is about."""

    list_display = (
        "created_at", "thing", "about", "reason", "reporter", "state", "look",
    )  # fmt: skip
    list_filter = ("state", "reason")
    ordering = ("-pk",)
    people_in = ("about_user_id", "reporter_user_id")
    fields = (*list_display[:-1], "which", "text", "decided_at", "answer", "look")
    readonly_fields = ("about", "reporter", "look")

    @admin.display
    def about(self, row: Report) -> str:
        return name_in(row, row.about_user_id) or row.about_user_name

    @admin.display
    def reporter(self, row: Report) -> str:
        return name_in(row, row.reporter_user_id) or "a visitor"

    @admin.display(description="")
    def look(self, row: Report) -> str:
        return link_to_report(row.moderation_id)
