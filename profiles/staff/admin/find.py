"""One box for what staff are given: an e-mail, a name, any id, an address."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from animecollections.admin import as_uuid
from animecollections.admin.site import page
from history.models import Change, StaffAction
from profiles.accounts import lockouts
from profiles.accounts.identifiers import fold_email, fold_user_name
from profiles.accounts.models import User, WrongPasswords

MOST = 20


@page("find/", "find")
def find(request: HttpRequest) -> HttpResponse:
    """The only one found, or the one with exactly this e-mail, is shown at once."""
    if not request.user.has_perm("profiles.view_user"):
        raise PermissionDenied
    text = request.GET.get("q", "").strip()[:300]
    why = reasons_for(text) if text else {}
    rows = User.objects.in_bulk(list(why)[: MOST + 1])
    users = [rows[id_] for id_ in why if id_ in rows]  # as found: the closest first
    locks = locks_of(text) if text else []
    if (user := meant(text, users, locks)) is not None:
        address = reverse("admin:profiles_user_change", args=[user.pk])
        return HttpResponseRedirect(address)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Find",
        "text": text,
        "found": [(user, why[user.pk]) for user in users[:MOST]],
        "locks": [(row, lockouts.locked_until(row)) for row in locks[:MOST]],
        "most": MOST,
        "are_more_users": len(users) > MOST,
        "are_more_locks": len(locks) > MOST,
        "users": reverse("admin:profiles_user_changelist")
        + "?"
        + urlencode({"q": text}),
        "titles": reverse("admin:collections_app_anime_changelist")
        + "?"
        + urlencode({"q": text}),
    }
    return TemplateResponse(request, "admin/find.html", context)


def meant(text: str, users: list[User], locks: list[WrongPasswords]) -> User | None:
    """Their page has the locks of their own e-mail too."""
    email = fold_email(text)
    if users and users[0].email == email:
        return users[0]
    theirs = {row.email for row in locks}
    is_alone = len(users) == 1 and theirs <= {users[0].email}
    return users[0] if is_alone else None


def reasons_for(text: str) -> dict[UUID, str]:
    """The ids of users, and by what each was found: the closest name first."""
    id_ = as_uuid(text)
    closest = [id_] if id_ else User.objects.closest(text, MOST + 1)
    found = dict.fromkeys(closest, "e-mail, name or id")
    key = fold_user_name(text)
    exact = User.objects.filter(user_name_key=key).values_list("pk", flat=True)
    found |= {id_: "exactly this name" for id_ in exact if id_ in found}
    log = Change.objects.across_users()
    by_request = log.of_request(text).values_list("user_id", flat=True)
    found |= dict.fromkeys(by_request[:MOST], f"request {text}")
    acts = Q(request_id=text)
    if id_:
        by_operation = log.of_operation(id_)
        users = by_operation.values_list("user_id", flat=True).distinct()
        found |= dict.fromkeys(users[:MOST], f"operation {text}")
        acts |= Q(operation_id=id_)
    by_staff = StaffAction.objects.filter(acts, user_id__isnull=False)
    users_of_staff = by_staff.values_list("user_id", flat=True)[:MOST]
    return found | {id_: "an act of staff" for id_ in users_of_staff if id_}


def locks_of(text: str) -> list[WrongPasswords]:
    """Wrong passwords for an e-mail, or from an address."""
    rows = WrongPasswords.objects.filter(Q(email__iexact=text) | Q(address=text))
    return list(rows.order_by("-last_at")[: MOST + 1])
