"""What staff do to a person, each with a reason: done, logged and told in one
transaction.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.api.permits import long_work
from animecollections.db.ids import as_uuid7
from animecollections.identity import Origin
from collections_app.imports import services as imports
from collections_app.imports.models import ImportPlan
from collections_app.lists import services as lists
from collections_app.own_lists.edit import ListOperation
from collections_app.own_lists.reads import list_named
from collections_app.watch_list import undo as operations
from collections_app.watch_list.undo import Undone
from history.staff_log import services as audit
from profiles import outbox
from profiles.accounts import lockouts
from profiles.accounts import services as accounts
from profiles.accounts.models import User, WrongPasswords
from profiles.accounts.passwords import refuse_weak
from profiles.accounts.tasks import mail_invitation
from profiles.app_access import stopping
from profiles.images import services as images
from profiles.images.models import Image
from profiles.oauth.models import App
from profiles.personal_data import archive, erasure
from profiles.personal_data import privacy_requests as privacy
from profiles.personal_data.tasks import mail_erased
from profiles.personal_tokens import services as personal_tokens
from profiles.personal_tokens.models import DEVICE
from profiles.profile import services as profile
from profiles.profile.models import Profile
from profiles.second_factor import factors
from profiles.staff import account_changes as staff
from profiles.staff.tasks import tell_both_addresses

NAMELESS_LIST = "List"


@dataclass(slots=True)
class Act:
    """What is yet to be known of an act when it begins."""

    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    operation_id: UUID | None = None
    is_told: bool = True  # by a mail to the person


@contextmanager
def acting(
    action: str, *, user_id: UUID, reason: str, through: Origin
) -> Iterator[Act]:
    with transaction.atomic():
        act = Act()
        yield act
        audit.note(
            action=action,
            through=through,
            reason=reason,
            user_id=user_id,
            before=act.before,
            after=act.after,
            operation_id=act.operation_id,
            is_told=act.is_told,
        )


def sign_out(*, user: User, reason: str, through: Origin) -> None:
    with acting("sign_out", user_id=user.pk, reason=reason, through=through):
        accounts.end_everything(user_id=user.pk)


def sign_out_device(*, user: User, device: str, reason: str, through: Origin) -> None:
    """One browser or app (accounts.sign_in_name), or a personal token; 404 where it has
    ended already.
    """
    with acting(
        "sign_out_device", user_id=user.pk, reason=reason, through=through
    ) as act:
        kind, _, key = device.partition(":")
        if kind == DEVICE and (token_id := as_uuid7(key)):
            user_agent = personal_tokens.end(user_id=user.pk, token_id=token_id)
        else:
            user_agent = accounts.end_one(user_id=user.pk, sign_in=device)
        if user_agent is None:
            raise ApiError("not_found", sentence="That device is already signed out.")
        act.before = {"device": kind, "with": user_agent}


def stop_app(*, app: App, reason: str, through: Origin) -> None:
    """For everybody; who had let it in is mailed by the worker. 404 where it is stopped
    already.
    """
    with acting("stop_app", user_id=app.user_id, reason=reason, through=through) as act:
        stopping.stop(app_id=app.pk, reason=reason)
        act.after = {"app": str(app.pk), "name": app.name}


def resume_app(*, app: App, reason: str, through: Origin) -> None:
    """It may ask people for access again."""
    with acting(
        "resume_app", user_id=app.user_id, reason=reason, through=through
    ) as act:
        stopping.resume(app_id=app.pk)
        act.after = {"app": str(app.pk), "name": app.name}


def remove_image(*, user: User, image_id: UUID, reason: str, through: Origin) -> None:
    """Row and file, from the profile too; 404 `not_found`."""
    with acting("remove_image", user_id=user.pk, reason=reason, through=through) as act:
        image = Image.objects.filter(pk=image_id, user_id=user.pk).first()
        images.remove(user_id=user.pk, image_id=image_id, through=through)
        if image is not None:
            act.before = {"kind": image.kind, "path": image.path}


def remove_list_texts(
    *, user: User, list_id: UUID, reason: str, through: Origin
) -> None:
    """A list of theirs has a neutral name and says nothing; 404 where it is gone."""
    with acting(
        "remove_list_texts", user_id=user.pk, reason=reason, through=through
    ) as act:
        stored = list_named(user.pk, str(list_id))
        act.before = {name: stored[name] for name in ("name", "description")}
        values = {"name": NAMELESS_LIST, "description": ""}
        done = lists.do(
            user_id=user.pk,
            operation=ListOperation("list_update", str(list_id), values=values),
            today=timezone.now().date(),
            through=through,
        )
        act.after, act.operation_id = values, done.operation_id


def remove_texts(
    *, user: User, names: Collection[str], reason: str, through: Origin
) -> None:
    """Fields of the profile are emptied; a user name becomes one that says nothing."""
    cleared = {name: None for name in names if name != "user_name"}
    with acting("remove_texts", user_id=user.pk, reason=reason, through=through) as act:
        stored = Profile.objects.filter(user_id=user.pk).values(*cleared or ["pk"])
        act.before = {name: stored.get()[name] for name in cleared}
        profile.update_profile(user_id=user.pk, values=cleared, through=through)
        if "user_name" in names:
            new = {"user_name": f"user-{secrets.token_hex(5)}"}
            staff.edit(user_id=user.pk, values=new, through=through)
            act.before = {**act.before, "user_name": user.user_name}
            act.after = new


def note(*, user: User, reason: str, through: Origin) -> None:
    """For other staff. It changes nothing, nobody is mailed, and it stands in the
    person's own export as all of this log does.
    """
    with acting(audit.NOTE, user_id=user.pk, reason=reason, through=through) as act:
        act.is_told = False


def lock(*, user: User, reason: str, through: Origin) -> None:
    """Nobody signs in any more, and everything signed in ends."""
    with acting("lock", user_id=user.pk, reason=reason, through=through) as act:
        accounts.deactivate(user_id=user.pk)
        act.before, act.after = {"is_active": user.is_active}, {"is_active": False}


def unlock(*, user: User, reason: str, through: Origin) -> None:
    """The account, and sign-in where wrong passwords closed it."""
    with acting("unlock", user_id=user.pk, reason=reason, through=through) as act:
        staff.edit(user_id=user.pk, values={"is_active": True}, through=through)
        wrong = sum(lockouts.of(user.email).values_list("count", flat=True))
        lockouts.unlock(user.email)
        lockouts.unlock(lockouts.codes_of(user.pk))
        act.before = {"is_active": user.is_active, "wrong_passwords": wrong}
        act.after = {"is_active": True, "wrong_passwords": 0}


def open_sign_in(*, row: WrongPasswords, reason: str, through: Origin) -> None:
    """For an e-mail that wrong passwords closed, anybody's or nobody's."""
    user = lockouts.whose(row.email)
    with transaction.atomic():
        lockouts.unlock(row.email)
        audit.note(
            action="open_sign_in",
            through=through,
            reason=reason,
            user_id=user.pk if user else None,
            before={"wrong_passwords": row.count, "address": row.address},
            after={"wrong_passwords": 0},
        )


def mail_reset(*, user: User, reason: str, through: Origin) -> None:
    with acting("mail_reset", user_id=user.pk, reason=reason, through=through) as act:
        act.is_told = False  # the link is what they are told
        accounts.mail_reset_by_staff(email=user.email)


def send_again(
    *, row: outbox.Row, user_id: UUID | None, reason: str, through: Origin
) -> bool:
    """A mail of the outbox; it is itself what the person is told."""
    with transaction.atomic():
        if is_queued := outbox.send_again(row):
            note_mail("send_again", row, user_id, reason, through)
    return is_queued


def let_mail_be(
    *, row: outbox.Row, user_id: UUID | None, reason: str, through: Origin
) -> bool:
    with transaction.atomic():
        if is_gone := outbox.let_be(row):
            note_mail("let_mail_be", row, user_id, reason, through)
    return is_gone


def note_mail(
    action: str, row: outbox.Row, user_id: UUID | None, reason: str, through: Origin
) -> None:
    audit.note(
        action=action,
        through=through,
        reason=reason,
        user_id=user_id,
        before={"mail": row.task_path.rpartition(".")[2], "status": row.status},
    )


def create(*, user: User, through: Origin) -> None:
    """An account that staff make for somebody; 409 as at sign-up."""
    with acting("create", user_id=user.pk, reason="", through=through) as act:
        act.is_told = False
        staff.create(user=user)
        act.after = {"email": user.email, "user_name": user.user_name}


def edit(
    *,
    user: User,
    values: Mapping[str, Any],
    powers: Sequence[Mapping[str, object]] = ({}, {}),
    reason: str,
    through: Origin,
) -> None:
    """E-mail, name and flags. Both addresses get a mail about a new e-mail.

    powers: groups and permissions before and after, which the caller stores.
    """
    with acting("edit", user_id=user.pk, reason=reason, through=through) as act:
        names = values.keys()
        stored = User.objects.filter(pk=user.pk).values(*names).get() if names else {}
        staff.edit(user_id=user.pk, values=values, through=through)
        before, after = powers
        changed = {name for name, value in after.items() if before[name] != value}
        act.before = stored | {name: before[name] for name in changed}
        act.after = {**values, **{name: after[name] for name in changed}}
        if stored.get("email", values.get("email")) != values.get("email"):
            tell_both_addresses(user.pk, stored["email"], values["email"], reason)
            act.is_told = act.after.keys() != {"email"}


def let_in(
    *,
    email: str,
    user_name: str,
    groups: Collection[Group],
    is_administrator: bool,
    reason: str = "",
    through: Origin,
) -> bool:
    """Into the admin: the account of this e-mail, or a new one, which is mailed a link
    to choose a password; whether it is new. 409 `user_name_taken`.

    One transaction: interrupted, it did nothing.
    """
    user = User.objects.known_by("email", email)
    is_new = user is None
    user = user or User(email=email, user_name=user_name)
    powers = {"is_staff": True, "is_superuser": is_administrator}
    with acting("let_in", user_id=user.pk, reason=reason, through=through) as act:
        act.is_told = not is_new  # a new one is invited
        if is_new:
            user.set_password(secrets.token_urlsafe(32))  # known to nobody
            staff.create(user=user)
            mail_invitation.enqueue(email=email)
        act.before = powers_before(user)
        staff.edit(user_id=user.pk, values=powers, through=through)
        user.groups.set(groups)
        act.after = {**powers, "groups": sorted(group.name for group in groups)}
    return is_new


def powers_before(user: User) -> dict[str, object]:
    groups = user.groups.order_by("name").values_list("name", flat=True)
    return {
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "groups": list(groups),
    }


def set_password(
    *, user: User, new_password: str, reason: str, through: Origin
) -> None:
    """400 `invalid` for a weak one."""
    refuse_weak(new_password, user, field="new_password")
    with acting("set_password", user_id=user.pk, reason=reason, through=through) as act:
        act.is_told = False  # by a mail of its own
        staff.set_password(user=user, new_password=new_password)


def undo(*, user: User, operation_id: UUID, reason: str, through: Origin) -> Undone:
    with acting("undo", user_id=user.pk, reason=reason, through=through) as act:
        undone = operations.undo(
            user_id=user.pk,
            operation_id=operation_id,
            today=timezone.now().date(),
            through=through,
        )
        act.before = {"undid": operation_id}
        act.after, act.operation_id = counted(undone), undone.operation_id
        return undone


def restore(*, user: User, at: datetime, reason: str, through: Origin) -> Undone:
    """The list as it was; PrunedError where the log does not reach back so far."""
    with acting("restore", user_id=user.pk, reason=reason, through=through) as act:
        restored = operations.restore(
            user_id=user.pk, at=at, today=timezone.now().date(), through=through
        )
        act.before = {"at": at}
        act.after, act.operation_id = counted(restored), restored.operation_id
        return restored


def import_list(
    *, user: User, plan_id: UUID, reason: str, through: Origin
) -> ImportPlan:
    """Into their list, as one operation; a plan that changes nothing is not mailed."""
    with acting("import_list", user_id=user.pk, reason=reason, through=through) as act:
        plan, _ = imports.apply(
            user_id=user.pk,
            plan_id=plan_id,
            today=timezone.now().date(),
            through=through,
            accepts_stale=True,
        )
        act.after = {"format": plan.format, **plan.summary}
        act.operation_id = plan.operation_id
        act.is_told = plan.operation_id is not None
        return plan


def counted(done: Undone) -> dict[str, int]:
    return {"put_back": len(done.entries), "taken_off": len(done.removed)}


def reveal(*, user: User, reason: str, through: Origin) -> None:
    """Shows what is private to this member of staff, for a while; it stands in the
    person's own export.
    """
    with acting(audit.REVEAL, user_id=user.pk, reason=reason, through=through) as act:
        act.is_told = False


def reset_second_factor(*, user: User, reason: str, through: Origin) -> None:
    """For who lost all of them: authenticator, passkeys, recovery codes. Staff enrol
    again at their next sign-in.
    """
    with acting(
        "reset_second_factor", user_id=user.pk, reason=reason, through=through
    ) as act:
        with factors.changing_factors(user.pk) as locked:
            act.before = {"had_one": factors.remove_all(locked)}
        accounts.end_everything(user_id=user.pk)


def export(*, user: User, reason: str, through: Origin) -> IO[bytes]:
    """Everything that is held on them, as the ZIP that they can get themselves; 503
    `busy`.
    """
    with long_work.held(through.actor_id):
        with acting("export", user_id=user.pk, reason=reason, through=through):
            # Noted first: it is in the file.
            privacy.fulfil(user.pk, privacy.Kind.EXPORT)
        return archive.write(user.pk, name=user.user_name)


def erase(*, user: User, reason: str, through: Origin) -> None:
    """The account and all of it; what stays is that it happened, and why."""
    with transaction.atomic():
        language = user.preferences.language
        erasure.erase(user_id=user.pk, through=through)
        audit.note(action="erase", through=through, reason=reason)
        mail_erased.enqueue(email=user.email, language=language)
