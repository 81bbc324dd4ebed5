"""Writes to the e-mail address of an account."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.ids import new_epoch
from animecollections.identity import Origin, SignIn
from history.log.recording import Recording, locked, recording
from history.models import ChangeKind
from profiles.accounts.authentication import account_behind
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.services import taken
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.accounts.tasks import mail_reset
from profiles.accounts.ways_in_hooks import take_ways_in
from profiles.email_changes import links, tasks
from profiles.email_changes.models import EmailChange

CONFIRM_WITHIN = timedelta(days=1)
TAKE_BACK_WITHIN = timedelta(days=7)


def ask(*, user_id: UUID, sign_in: SignIn, email: str) -> None:
    """Mails a link to the address, which may be theirs already and not be confirmed.
    An older one that was not used ends; so does this one with all that is signed in.

    Only the worker looks up whether somebody else has the address, or whether it got
    too many mails lately: so neither the answer nor its time tells.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        # Under the lock: beside a new password, the sign-in that asks may have ended.
        if user is None or account_behind(sign_in, user_id) is None:
            raise ApiError("session_ended")
        end_asked(user_id)
        change = EmailChange.objects.create(
            user=user,
            new_email=email,
            auth_epoch=user.auth_epoch,
            ends_at=timezone.now() + CONFIRM_WITHIN,
        )
        tasks.mail_confirm_email.enqueue(user_id=str(user_id), change_id=str(change.pk))


def confirm(*, token: str) -> User:
    """The account with its new address; 400 `email_link_invalid`, 409 `email_taken`.

    The old address is told, and for a week nobody else can have it.
    """
    link = links.read("confirm", token)
    user_of(link)  # or the lock would find nobody
    with recording(user_id=link.user_id, through=Origin("session")) as write:
        change = EmailChange.objects.of(link.user_id).asked().filter(pk=link.row_id)
        user, asked = user_of(link, is_locked=True), change.first()
        if asked is None or asked.auth_epoch != user.auth_epoch:
            raise ApiError("email_link_invalid")
        now, old = timezone.now(), user.email
        if asked.new_email == old:
            User.objects.filter(pk=user.pk).update(email_confirmed_at=now)
            change.update(confirmed_at=now)
            return user
        set_email(user, asked.new_email, write)
        EmailChange.objects.of(user.pk).filter(pk=asked.pk).update(
            old_email=old, confirmed_at=now, ends_at=now + TAKE_BACK_WITHIN
        )
        tasks.mail_email_replaced.enqueue(user_id=str(user.pk), change_id=str(asked.pk))
    return user


def take_back(*, token: str) -> User:
    """The account with its old address again, whatever it got since; 400
    `email_link_invalid`.

    Whoever changed it knew the password, so everything that is signed in ends, the
    password too, and the way to a new one is mailed to the old address. Ways in that
    were added since the change was asked for may be theirs: they end as well.
    """
    link = links.read("take-back", token)
    user_of(link)
    with recording(user_id=link.user_id, through=Origin("session")) as write:
        changes = EmailChange.objects.of(link.user_id)
        user, change = user_of(link), changes.done().filter(pk=link.row_id).first()
        if change is None:
            raise ApiError("email_link_invalid")
        lost = user.email
        set_email(user, change.old_email, write)
        user.set_unusable_password()
        user.auth_epoch = new_epoch()
        User.objects.filter(pk=user.pk).update(
            password=user.password, auth_epoch=user.auth_epoch
        )
        # With those that came after it: they led away from the old address.
        forget(user, list(changes.filter(pk__gte=change.pk)), lost)
        take_ways_in(user.pk, since=change.asked_at)
        tell_sign_ins_ended(user.pk)
        tasks.mail_email_taken_back.enqueue(user_id=str(user.pk), email=lost)
        mail_reset.enqueue(email=user.email, is_limited=False)
    return user


def user_of(link: links.Link, *, is_locked: bool = False) -> User:
    """is_locked: no new password comes between this and the commit."""
    users = User.objects.select_for_update() if is_locked else User.objects.all()
    user = users.filter(pk=link.user_id, is_active=True).first()
    if user is None:
        raise ApiError("email_link_invalid")
    return user


def set_email(user: User, email: str, write: Recording) -> None:
    """Under the user's lock. The claim decides between two who want it; the old one is
    kept, so that it can be taken back.
    """
    user.email, user.email_confirmed_at = email, timezone.now()
    try:
        with transaction.atomic():
            LoginClaim.objects.take(user.pk, claims_of(user))
            User.objects.filter(pk=user.pk).update(
                email=user.email,
                email_confirmed_at=user.email_confirmed_at,
                reset_key=new_epoch(),  # links to the old one end for good
            )
    except IntegrityError:
        raise taken("email_taken", "email") from None
    write.change(ChangeKind.PROFILE)


def end_asked(user_id: UUID) -> None:
    """Those that nobody has confirmed: their links lead nowhere from now on."""
    EmailChange.objects.of(user_id).asked().update(ends_at=timezone.now())


def forget(user: User, changes: list[EmailChange], *lost: str) -> None:
    """Rows that can no more be confirmed or taken back, and the claims to their old
    addresses, and to those that are lost. Under the user's lock.
    """
    EmailChange.objects.of(user.pk).filter(pk__in=[row.pk for row in changes]).delete()
    left = {f"email:{email}" for email in (*lost, *(row.old_email for row in changes))}
    kept = LoginClaim.objects.claimed_besides(user.pk) | {*claims_of(user)}
    LoginClaim.objects.give_up(user.pk, left - kept)


def forget_old(*, user_id: UUID) -> int:
    """The rows of a person that have ended; how many."""
    with suppress(ApiError), locked(user_id):  # erased a moment ago
        ended = EmailChange.objects.of(user_id).filter(ends_at__lt=timezone.now())
        rows = list(ended)
        forget(User.objects.get(pk=user_id), rows)
        return len(rows)
    return 0
