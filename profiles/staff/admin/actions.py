"""What staff can do from the page of a user: each asks on a page of its own, wants a
reason, and goes through profiles.staff.services.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from animecollections.admin import may_act_on, through
from animecollections.admin.confirmation import Cleaned, ReasonForm, ask
from animecollections.admin.site import has_fresh_code, page
from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from collections_app.watch_list import undo as operations
from collections_app.watch_list.models import WatchListEntry
from collections_app.watch_list.operation_reads import ever_private, titles_of
from collections_app.watch_list.undo import PrunedError, Undone
from history.staff_log import services as audit
from profiles.accounts.models import User
from profiles.second_factor.admin import code_field, takes_code
from profiles.staff import services as support

# What others may see or might, that a person wrote themselves.
TEXTS = {
    "user_name": "User name (replaced by a neutral one)",
    "name": "First name",
    "last_name": "Last name",
    "avatar": "Avatar",
    "banner_image": "Banner",
    "favorite_genres": "Favourite genres",
    "favorite_studios": "Favourite studios",
    "frequency": "How often they watch",
    "fanatic_level": "How much of a fan they are",
    "preferred_format": "Preferred format",
}


class RestoreForm(ReasonForm):
    at = forms.SplitDateTimeField(
        label="The moment (UTC)", widget=UnfoldAdminSplitDateTimeWidget()
    )
    field_order = ("at", "reason")

    def clean_at(self) -> object:
        at = self.cleaned_data["at"]
        if at > timezone.now():
            raise forms.ValidationError("That moment is in the future.")
        return at


class DeviceForm(ReasonForm):
    device = forms.CharField(widget=forms.HiddenInput)


class ImageForm(ReasonForm):
    image = forms.UUIDField(widget=forms.HiddenInput)


class TextsForm(ReasonForm):
    names = forms.MultipleChoiceField(
        label="What to remove",
        choices=list(TEXTS.items()),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    field_order = ("names", "reason")


class ListForm(ReasonForm):
    list = forms.UUIDField(
        label="The id of the list", widget=UnfoldAdminTextInputWidget()
    )
    field_order = ("list", "reason")


class NoteForm(ReasonForm):
    reason = forms.CharField(
        label="Note",
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="For other staff; it sends no mail. It cannot be changed or deleted, "
        "and is part of the person's own export: write only what the person may "
        "read.",
    )


class UndoForm(ReasonForm):
    operation = forms.UUIDField(widget=UnfoldAdminTextInputWidget())
    field_order = ("operation", "reason")


class PasswordForm(ReasonForm):
    new_password = forms.CharField(
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Better mail a reset link: then nobody else knows the password.",
    )
    field_order = ("new_password", "reason")


class EraseForm(ReasonForm):
    """Erasing cannot be undone: whom it is about is typed once more."""

    user_name = forms.CharField(
        label="Type the user name, e-mail or id to confirm",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ("user_name", "reason")


Run = Callable[[User, Cleaned, Origin], str | FileResponse]


@dataclass(frozen=True, slots=True)
class Action:
    """says: what will happen, before it is done. run: does it, and answers
    with a sentence, or a file. preview: what it would do with what the form says.
    warning: what is wrong with doing that; it is then asked for once more. wants_code:
    a new one of the second factor, where the last is some minutes old.
    """

    title: str
    icon: str
    says: str
    permission: str
    run: Run
    form: type[ReasonForm] = ReasonForm
    preview: Callable[[User, Cleaned], list[str]] | None = None
    warning: Callable[[User, Cleaned], str] | None = None
    is_dangerous: bool = False
    wants_code: bool = False
    is_for: Callable[[User], bool] = lambda user: True


def simple(act: Callable[..., None], done: str) -> Run:
    def run(user: User, sent: Cleaned, through: Origin) -> str:
        act(user=user, reason=sent["reason"], through=through)
        return done

    return run


def sign_out_device(user: User, sent: Cleaned, through: Origin) -> str:
    support.sign_out_device(
        user=user, device=sent["device"], reason=sent["reason"], through=through
    )
    return "That device is signed out."


def remove_image(user: User, sent: Cleaned, through: Origin) -> str:
    support.remove_image(
        user=user, image_id=sent["image"], reason=sent["reason"], through=through
    )
    return "The picture is removed."


def remove_texts(user: User, sent: Cleaned, through: Origin) -> str:
    support.remove_texts(
        user=user, names=sent["names"], reason=sent["reason"], through=through
    )
    return "Removed."


def remove_list_texts(user: User, sent: Cleaned, through: Origin) -> str:
    support.remove_list_texts(
        user=user, list_id=sent["list"], reason=sent["reason"], through=through
    )
    return "The list has a neutral name now, and no description."


def export(user: User, sent: Cleaned, through: Origin) -> FileResponse:
    file = support.export(user=user, reason=sent["reason"], through=through)
    name = f"animecollections-account-{user.user_name}-{timezone.now():%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name)


def set_password(user: User, sent: Cleaned, through: Origin) -> str:
    support.set_password(
        user=user,
        new_password=sent["new_password"],
        reason=sent["reason"],
        through=through,
    )
    return "The password is set, and all sessions and apps are signed out."


def restore(user: User, sent: Cleaned, through: Origin) -> str:
    return counted(
        support.restore(
            user=user, at=sent["at"], reason=sent["reason"], through=through
        )
    )


def undo(user: User, sent: Cleaned, through: Origin) -> str:
    return counted(
        support.undo(
            user=user,
            operation_id=sent["operation"],
            reason=sent["reason"],
            through=through,
        )
    )


def counted(done: Undone) -> str:
    stayed = f" {len(done.conflicts)} values changed later, and stay."
    return (
        f"{len(done.entries)} entries put back, {len(done.removed)} "
        f"removed.{stayed if done.conflicts else ''}"
    )


def preview_restore(user: User, sent: Cleaned) -> list[str]:
    return lines_of(user, would_restore(user, sent["at"]))


def would_restore(user: User, at: datetime) -> Undone:
    return operations.restore(
        user_id=user.pk,
        at=at,
        today=timezone.now().date(),
        through=Origin("admin"),
        dry_run=True,
    )


def warning_of_restore(user: User, sent: Cleaned) -> str:
    """Where it would empty the list: a moment that was mistyped mostly does."""
    at, number = sent["at"], WatchListEntry.objects.of(user.pk).count()
    if not number:
        return ""
    done = would_restore(user, at)
    if at < user.created_at:
        made = f"{user.created_at:%Y-%m-%d %H:%M}"
        return f"The account was created later, on {made} UTC: {emptied(number)}"
    is_emptied = len(done.removed) == number and not done.entries
    return f"The list was empty then: {emptied(number)}" if is_emptied else ""


def emptied(number: int) -> str:
    return f"all {number:,} title{'s' * (number > 1)} would be removed from the list."


def preview_undo(user: User, sent: Cleaned) -> list[str]:
    today = timezone.now().date()
    return lines_of(
        user,
        operations.undo(
            user_id=user.pk,
            operation_id=sent["operation"],
            today=today,
            through=Origin("admin"),
            dry_run=True,
        ),
    )


def lines_of(user: User, done: Undone) -> list[str]:
    """What would be so; entries that are private, or were, are counted, not named."""
    entries = {int(entry["anime_id"]): entry for entry in done.entries}
    stays = [(int(told["anime_id"]), told) for told in done.conflicts]
    removed = [int(anime_id) for anime_id in done.removed]
    named = {*entries, *removed, *(anime_id for anime_id, _ in stays)}
    private = {anime_id for _, anime_id in ever_private([user.pk], named)}
    private |= {id_ for id_, entry in entries.items() if entry["is_private"]}
    lines = [
        f"{entry['title']}: {entry['type']}, episode {entry['progress']}"
        for anime_id, entry in entries.items()
        if anime_id not in private
    ]
    titles = titles_of(removed)
    lines += [
        f"{titles.get(id_, id_)}: not on the list"
        for id_ in removed
        if id_ not in private
    ]
    lines += [
        f"{told['title']}: {told['field']} changed later, and stays"
        for anime_id, told in stays
        if anime_id not in private
    ]
    for what, ids in (
        ("private entries put back", entries),
        ("private entries removed", removed),
        ("values of private entries stay", [anime_id for anime_id, _ in stays]),
    ):
        if number := sum(anime_id in private for anime_id in ids):
            lines.append(f"{number} {what}")
    return lines or ["Nothing: the list already is as it was then."]


ACTIONS: dict[str, Action] = {
    "reveal": Action(
        "Show private data",
        "visibility",
        "Shows notes, private entries and searches to you for "
        f"{audit.REVEALED_FOR.seconds // 60} minutes.",
        "profiles.reveal_user",
        simple(support.reveal, "You now see this person's private data."),
    ),
    "undo": Action(
        "Undo a change",
        "undo",
        "Reverts one operation, as a new operation that the person can undo. "
        "Later changes stay.",
        "profiles.restore_user",
        undo,
        form=UndoForm,
        preview=preview_undo,
    ),
    "restore": Action(
        "Put the list back",
        "restore",
        "Puts the whole list back to a moment, as one operation, which the "
        "person can undo.",
        "profiles.restore_user",
        restore,
        form=RestoreForm,
        preview=preview_restore,
        warning=warning_of_restore,
    ),
    "sign-out": Action(
        "Sign out everywhere",
        "logout",
        "Ends every session and every app's tokens at once.",
        "profiles.help_user",
        simple(support.sign_out, "Signed out everywhere."),
    ),
    "sign-out-device": Action(
        "Sign out one device",
        "logout",
        "Ends this browser's session, or this app's tokens, at once; the others stay.",
        "profiles.help_user",
        sign_out_device,
        form=DeviceForm,
        is_for=lambda user: False,  # stands next to each device
    ),
    "note": Action(
        "Add a note",
        "sticky_note_2",
        "For the next colleague who helps this person: what they wrote, what "
        "was promised.",
        "profiles.help_user",
        simple(support.note, "Noted."),
        form=NoteForm,
    ),
    "remove-texts": Action(
        "Remove texts",
        "backspace",
        "Clears texts that break the rules from the profile, on all their "
        "devices. The person gets a mail, and can write new texts.",
        "profiles.help_user",
        remove_texts,
        form=TextsForm,
        is_dangerous=True,
    ),
    "remove-list-texts": Action(
        "Remove texts of a list",
        "playlist_remove",
        "Gives a list of their own a neutral name and clears its description, on all "
        "their devices. What is on it stays. The person gets a mail.",
        "profiles.help_user",
        remove_list_texts,
        form=ListForm,
        is_dangerous=True,
    ),
    "remove-image": Action(
        "Remove a picture",
        "hide_image",
        "Removes the picture for good, also from the profile. The person gets a mail.",
        "profiles.help_user",
        remove_image,
        form=ImageForm,
        is_for=lambda user: False,  # stands next to each picture
        is_dangerous=True,
    ),
    "mail-reset": Action(
        "Mail a reset link",
        "mail",
        "Mails a link to the account's own address, to choose a new password.",
        "profiles.help_user",
        simple(support.mail_reset, "The link is in the outbox."),
        is_for=lambda user: user.is_active,
    ),
    "lock": Action(
        "Lock",
        "lock",
        "Nobody can sign in to this account, and all its sessions and apps are "
        "signed out.",
        "profiles.help_user",
        simple(support.lock, "Locked."),
        is_for=lambda user: user.is_active,
    ),
    "unlock": Action(
        "Unlock",
        "lock_open",
        "The person can sign in again, also after too many wrong passwords.",
        "profiles.help_user",
        simple(support.unlock, "Unlocked."),
    ),
    "set-password": Action(
        "Set a new password",
        "password",
        "Sets the password, signs out all sessions and apps, and mails the person.",
        "profiles.change_user",
        set_password,
        form=PasswordForm,
        wants_code=True,
        is_for=lambda user: False,  # stands in the form, not among the first things
    ),
    "reset-second-factor": Action(
        "Reset the second factor",
        "phonelink_erase",
        "Removes authenticator, passkeys and recovery codes, and signs the person out. "
        "The password alone signs in then; staff enrol again in the admin.",
        "profiles.change_user",
        simple(support.reset_second_factor, "The second factor is removed."),
        wants_code=True,
        is_for=lambda user: user.is_staff or bool(user.second_factors),
    ),
    "export": Action(
        "Export",
        "download",
        "Downloads all data about the person, private data included. The person "
        "gets a mail.",
        "profiles.export_user",
        export,
        wants_code=True,
    ),
    "erase": Action(
        "Erase the account",
        "delete_forever",
        "Deletes the account and all its data, for good. Do not name the person "
        "in the reason: the reason remains.",
        "profiles.erase_user",
        simple(support.erase, "Erased."),
        form=EraseForm,
        is_dangerous=True,
        wants_code=True,
    ),
}


# One's own password has a page of Django's, which asks for the old one.
OTHERS_ONLY = {"lock", "erase", "set-password", "reset-second-factor"}


def may(request: HttpRequest, name: str, user: User) -> bool:
    """Staff are acted on by superusers alone, and nobody locks or erases themselves."""
    if user.pk == request.user.pk and name in OTHERS_ONLY:
        return False
    if not may_act_on(request, user):
        return False
    return request.user.has_perm(ACTIONS[name].permission)


def offered(request: HttpRequest, user: User) -> list[tuple[str, Action]]:
    """Those that stand on the user's page; an undo stands at each change."""
    return [
        (address_of(user.pk, name), action)
        for name, action in ACTIONS.items()
        if name != "undo" and action.is_for(user) and may(request, name, user)
    ]


def address_of(user_id: UUID, name: str) -> str:
    return reverse("admin:act_on_user", args=[user_id, name])


@page("users/<uuid:user_id>/<slug:name>/", "act_on_user")
def act_on_user(request: HttpRequest, user_id: UUID, name: str) -> HttpResponseBase:
    """Asks on GET, tells on a preview, does it on POST."""
    users = User.objects.select_related("preferences")
    user, action = get_object_or_404(users, pk=user_id), ACTIONS.get(name)
    if action is None:
        raise Http404
    if not may(request, name, user):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = action.form(request.POST if is_sent else None, initial=asked(request))
    if action.wants_code and not has_fresh_code(request):
        form.fields["code"] = code_field()
    attempt = Attempt(request, name, user, form)
    if is_sent and form.is_valid() and is_confirmed(request, form, user):
        try:
            if (response := attempt.run()) is not None:
                return response
        except ApiError as error:
            show_refusal(form, error)
        except PrunedError as error:
            form.add_error(None, str(error))
    elif not is_sent and name == "undo":
        attempt.lines = would_undo(user, form)
    return ask(
        request,
        form,
        title=f"{action.title}: {user}",
        says=action.says,
        button=action.title,
        back=reverse("admin:profiles_user_change", args=[user.pk]),
        lines=attempt.lines,
        warning=attempt.warning,
        can_preview=action.preview is not None,
        is_dangerous=action.is_dangerous,
    )


@dataclass(slots=True)
class Attempt:
    """An act that is asked for; what the page shows where it was not done yet."""

    request: HttpRequest
    name: str
    user: User
    form: ReasonForm
    lines: list[str] | None = None
    warning: str = ""

    def run(self) -> HttpResponseBase | None:
        """Does it and answers; None where it was to be previewed, or warns."""
        action, sent = ACTIONS[self.name], self.form.cleaned_data
        if action.warning:
            self.warning = action.warning(self.user, sent)
        if "_preview" in self.request.POST:
            self.lines = action.preview(self.user, sent) if action.preview else None
            return None
        if self.warning and self.request.POST.get("_despite") != self.warning:
            return None
        told = action.run(self.user, sent, through(self.request))
        if isinstance(told, FileResponse):
            return told
        messages.success(self.request, f"{self.user}: {told}")
        return HttpResponseRedirect(next_of(self.request, self.user, self.name))


def show_refusal(form: ReasonForm, error: ApiError) -> None:
    """Each sentence on its field; what has no field here, on the form."""
    for name, sentences in (error.fields or {"": [error.sentence]}).items():
        form.add_error(name if name in form.fields else None, list(sentences))


def asked(request: HttpRequest) -> dict[str, object]:
    return {
        name: request.GET.get(name, "") for name in ("operation", "device", "image")
    }


def would_undo(user: User, form: ReasonForm) -> list[str] | None:
    """Undo is asked for by a link, which says all that a preview needs."""
    try:
        return preview_undo(user, {"operation": UUID(form.initial["operation"])})
    except (ApiError, ValueError):
        return None


def is_confirmed(request: HttpRequest, form: ReasonForm, user: User) -> bool:
    """A code is used up, and so looked at last."""
    if not user.is_meant_by(form.cleaned_data.get("user_name", user.user_name)):
        sentence = "This is not the user name, e-mail or id of this account."
        form.add_error("user_name", sentence)
        return False
    return "code" not in form.fields or takes_code(request, form)


def next_of(request: HttpRequest, user: User, name: str) -> str:
    if name == "erase":
        return reverse("admin:profiles_user_changelist")
    given = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(given, allowed_hosts=None):
        return given
    return reverse("admin:profiles_user_change", args=[user.pk])
