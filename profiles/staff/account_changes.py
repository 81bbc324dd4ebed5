"""What staff do to an account, from the admin."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from animecollections.api.errors import ApiError
from animecollections.db.ids import new_epoch
from animecollections.identity import Origin
from history.log.recording import recording
from history.models import ChangeKind
from profiles.accounts import lockouts, tasks
from profiles.accounts.identifiers import fold_user_name
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.sandboxes import sandbox_id_of
from profiles.accounts.services import deactivate, taken
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.email_changes.services import end_asked


def create(*, user: User) -> None:
    """A whole account; 409 `email_taken`, `user_name_taken`."""
    try:
        with transaction.atomic():
            User.objects.add(user)
    except IntegrityError:
        raise already_taken(user.pk, user.email) from None


def edit(*, user_id: UUID, values: Mapping[str, Any], through: Origin) -> None:
    """Sets e-mail, user name and flags, and nothing else of the row; 409 as above.

    A deactivated account is signed out everywhere, and stays so when it is activated
    again. Devices are notified of a new name or e-mail.
    """
    columns = dict(values)
    if "user_name" in columns:
        columns["user_name_key"] = fold_user_name(columns["user_name"])
    if "email" in columns:  # links to the old one end for good
        columns["reset_key"] = new_epoch()
        columns["email_confirmed_at"] = None
    is_renamed = not columns.keys().isdisjoint({"email", "user_name"})
    with recording(user_id=user_id, through=through) as write:
        if columns.get("is_active") is False:
            deactivate(user_id=user_id)
        try:
            with transaction.atomic():
                if is_renamed:
                    move_claims(user_id, columns)
                User.objects.filter(pk=user_id).update(**columns)
                if columns.get("is_active"):  # it was closed with its owner
                    sandbox_id = sandbox_id_of(user_id)
                    User.objects.filter(pk=sandbox_id).update(is_active=True)
                if "email" in columns:  # no link leads away from what staff set
                    end_asked(user_id)
        except IntegrityError:
            raise already_taken(user_id, columns.get("email")) from None
        if is_renamed:
            write.change(ChangeKind.PROFILE)


def move_claims(user_id: UUID, columns: Mapping[str, object]) -> None:
    """From the e-mail and name that the account has to those it gets."""
    user = User.objects.get(pk=user_id)
    before = claims_of(user)
    for name, value in columns.items():
        setattr(user, name, value)
    LoginClaim.objects.move(user_id, before, claims_of(user))


def already_taken(user_id: UUID, email: str | None) -> ApiError:
    other = User.objects.known_by("email", email or "")
    if other is not None and other.pk != user_id:
        return taken("email_taken", "email")
    return taken("user_name_taken", "user_name")


def set_password(*, user: User, new_password: str) -> None:
    """Ends every session and token, opens every lock, and tells the owner."""
    user.set_password(new_password)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(
            password=user.password, auth_epoch=user.auth_epoch
        )
        lockouts.unlock(user.email)
        tasks.mail_password_changed.enqueue(user_id=str(user.pk))
        tell_sign_ins_ended(user.pk)
