"""The outbox in the admin: what was sent to whom, what failed and why; send again."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django_tasks_db.admin import DBTaskResultAdmin
from django_tasks_db.models import DBTaskResult

from animecollections.admin import (
    LeanList,
    Page,
    link,
    may_act_on,
    people,
    through,
)
from animecollections.admin.confirmation import Cleaned, ReasonForm, ask_and_do, posted
from animecollections.admin.site import page
from animecollections.ops.tries import TRIED_AGAIN
from history.staff_log.masks import MASK
from profiles import outbox
from profiles.accounts.identifiers import fold_email, masked_email
from profiles.accounts.models import User
from profiles.outbox import Row
from profiles.staff import services as support

admin.site.unregister(DBTaskResult)

ROWS = "admin:django_tasks_database_dbtaskresult_changelist"
MAILS = {
    "mail_reset": "link to a new password",
    "mail_invitation": "invitation to the admin",
    "mail_password_changed": "the password was changed",
    "mail_token_made": "a personal token was made",
    "mail_app_connected": "an app was let in",
    "mail_app_stopped": "an app was stopped",
    "mail_new_device": "a sign-in with a new device",
    "mail_factors_changed": "second factors were changed",
    "mail_removal_asked": "second factors are to be removed",
    "mail_digest": "digest of notices",
    "mail_staff_action": "what staff did",
    "mail_decision": "what staff decided about a report",
    "mail_email_changed": "another e-mail address",
    "mail_confirm_email": "link to confirm an e-mail address",
    "mail_email_replaced": "another e-mail address, and how to take it back",
    "mail_email_taken_back": "an e-mail address was taken back",
    "mail_identity_joined": "a provider can sign in",
    "mail_webhook_paused": "a webhook is paused",
    "mail_erased": "the account was erased",
}
OTHERS = {
    "end_sign_ins": "the end of an app for everybody",
    "push_notice": "notice to a browser",
    "remove_files": "files of an erased account",
    "merge_titles": "merge of two titles",
    "part_titles": "parting of two titles",
}
ADDRESS = re.compile(r"[^\s@<>'\"(),;:]+@[^\s@<>'\"(),;:]+")


def task_of(row: Row) -> str:
    """The name of its task, wherever a release has or had it."""
    return row.task_path.rpartition(".")[2]


def title_of(row: Row) -> str:
    """What a row is, in words."""
    name = (MAILS | OTHERS).get(task_of(row), row.task_path)
    change = row.args_kwargs["kwargs"].get("action", "").replace("_", " ")
    return f"{name}: {change}" if change else name


def state_of(row: Row) -> str:
    """As staff say it; a failed one says whether it is tried again."""
    if row.status == "FAILED":
        is_over = row.exception_class_path != TRIED_AGAIN
        return "given up" if is_over else "failed, tried again"
    return {"READY": "waits", "RUNNING": "at work", "SUCCESSFUL": "done"}[row.status]


class Recipients:
    """Who gets the rows of a page: two statements. Staff who may see people see
    names; an address that is nobody's is masked, and every one for other staff.
    """

    def __init__(self, request: HttpRequest, rows: Iterable[Row]) -> None:
        self.may_see = request.user.has_perm("profiles.view_user")
        told = [row.args_kwargs["kwargs"] for row in rows]
        ids = {UUID(one["user_id"]) for one in told if one.get("user_id")}
        emails = {one["email"] for one in told if one.get("email")}
        users = User.objects.filter(Q(pk__in=ids) | Q(email__in=emails))
        self.by_id = {str(user.pk): user for user in users if told}
        self.by_email = {user.email: user for user in self.by_id.values()}

    def user(self, told: Mapping[str, str]) -> User | None:
        by_id = self.by_id.get(told.get("user_id", ""))
        return by_id or self.by_email.get(told.get("email", ""))

    def name(self, row: Row) -> str:
        told = row.args_kwargs["kwargs"]
        email, user = told.get("email", ""), self.user(told)
        if not (email or told.get("user_id")):
            return ""
        masked = masked_email(email) if email else MASK
        if user is None or not self.may_see:
            return masked
        name = link("profiles_user", user.pk, user)
        is_other = email and email != user.email
        return format_html("{} at {}", name, masked) if is_other else name

    def plain_name(self, row: Row) -> str:
        user = self.user(row.args_kwargs["kwargs"])
        return str(user) if user and self.may_see else self.name(row)


def links_of(row: Row) -> str:
    """What can be done with a row."""
    verbs, state = {}, state_of(row)
    if task_of(row) in MAILS and state in ("given up", "done"):
        verbs["again"] = "Send again …"
    if task_of(row) == "remove_files" and state == "given up":
        verbs["again"] = "Try again …"
    if task_of(row) in MAILS and state == "given up":
        verbs["let-be"] = "Dismiss …"
    return format_html_join(
        " ",
        '<a class="ac-nowrap" href="{}">{}</a>',
        (
            (reverse("admin:outbox_verb", args=[row.pk, verb]), words)
            for verb, words in verbs.items()
        ),
    )


class GivenUpFilter(admin.SimpleListFilter):
    title = "given up"
    parameter_name = "given_up"

    def lookups(
        self, request: object, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        return [("yes", "Given up: needs attention")]

    def queryset(self, request: object, queryset: QuerySet[Row]) -> QuerySet[Row]:
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=outbox.given_up().values("pk"))


class OutboxList(LeanList):
    """Who gets what is asked once, for all rows of the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        recipients = Recipients(request, rows)
        for row in rows:
            row.recipient = recipients.name(row)
        self.result_list = rows


@admin.register(DBTaskResult)
class TaskAdmin(Page, DBTaskResultAdmin):
    """Neither addresses nor arguments are shown: what they are is said in words."""

    list_display = (  # type: ignore[assignment]  # the library's has a length
        "what",
        "to",
        "state",
        "tries",
        "enqueued_at",
        "finished_at",
        "act",
    )
    list_filter: ClassVar[Any] = ("status", GivenUpFilter)  # few rows are kept
    search_fields = ("task_path",)  # shows the box; get_search_results searches
    search_help_text = "E-mail, name or id of the recipient"
    shown = (
        "what",
        "to",
        "state",
        "tries",
        "enqueued_at",
        "started_at",
        "finished_at",
        "display_run_after",
        "act",
        "failure",
        "id",
    )

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[LeanList]:
        return OutboxList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.recipient = Recipients(request, [row]).name(row)
        return row

    def get_fields(self, request: HttpRequest, obj: object = None) -> list[Any]:
        return [*self.shown]

    def get_readonly_fields(
        self, request: HttpRequest, obj: object = None
    ) -> list[str]:
        return [*self.shown]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        if not (text := search_term.strip()):
            return queryset, False
        may_see = request.user.has_perm("profiles.view_user")
        found = people(request, text) if may_see else []
        emails = User.objects.filter(pk__in=found).values_list("email", flat=True)
        return outbox.mails_to(queryset, found, {fold_email(text), *emails}), False

    @admin.display
    def what(self, row: Row) -> str:
        return title_of(row)

    @admin.display
    def to(self, row: Row) -> str:
        return str(getattr(row, "recipient", ""))

    @admin.display
    def state(self, row: Row) -> str:
        return state_of(row)

    @admin.display
    def tries(self, row: Row) -> int:
        return int(row.args_kwargs["kwargs"].get("tries", 0)) + 1

    @admin.display(description="")
    def act(self, row: Row) -> str:
        return links_of(row)

    @admin.display
    def failure(self, row: Row) -> str:
        """A mail server names addresses in what it says."""
        told = ADDRESS.sub(lambda found: masked_email(found[0]), row.traceback)
        return format_html('<pre class="ac-pre">{}</pre>', told) if told else ""


@page("outbox/<uuid:row_id>/<slug:verb>/", "outbox_verb")
def act_on_mail(request: HttpRequest, row_id: UUID, verb: str) -> HttpResponse:
    """Sends a mail again, or lets one be that was given up."""
    if verb not in ("again", "let-be"):
        raise Http404
    if not request.user.has_perm("profiles.help_user"):
        raise PermissionDenied
    row: Any = get_object_or_404(DBTaskResult, pk=row_id)
    if reverse("admin:outbox_verb", args=[row_id, verb]) not in links_of(row):
        raise Http404
    recipients = Recipients(request, [row])
    user = recipients.user(row.args_kwargs["kwargs"])
    if user is not None and not may_act_on(request, user):
        raise PermissionDenied

    def do(said: Cleaned) -> str:
        act = support.send_again if verb == "again" else support.let_mail_be
        is_done = act(
            row=row,
            user_id=user.pk if user else None,
            **said,
            through=through(request),
        )
        told = "It is queued again." if verb == "again" else "It is dismissed."
        return told if is_done else "Somebody else already did this."

    says = (
        (
            "Sends it again, with a new series of tries. A password link is "
            "replaced by a new one."
        )
        if verb == "again"
        else "It is not sent, and no longer reported as given up. Use this if the "
        "address is wrong, or the person was informed in another way."
    )
    return ask_and_do(
        request,
        ReasonForm(posted(request)),
        do,
        title=f"{title_of(row).capitalize()}, to {recipients.plain_name(row)}",
        says=says,
        button="Send again" if verb == "again" else "Dismiss",
        back=reverse(ROWS),
    )
