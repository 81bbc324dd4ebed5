"""Writes to accounts and to who is signed in."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.timezone import now

from animecollections.api.client_ip import network
from animecollections.api.errors import CODES, ApiError
from animecollections.db.ids import as_uuid7, new_epoch
from animecollections.identity import SignIn
from history.staff_log import services as staff_log
from profiles.accounts import lockouts, reset_links, second_steps, tasks
from profiles.accounts.credentials import check_credentials, check_own_password, enter
from profiles.accounts.identifiers import fold_user_name, is_reserved
from profiles.accounts.models import LoginClaim, Session, TokenFamily, User
from profiles.accounts.passwords import refuse_weak
from profiles.accounts.places import Place, remember
from profiles.accounts.proofs import refuse_password_alone
from profiles.accounts.sandboxes import sandbox_id_of, with_sandbox
from profiles.accounts.sessions import (
    AGENT_KEY,
    FROM_KEY,
    SINCE_KEY,
    digest,
    key_of,
    note_proof,
)
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.accounts.ways_in_hooks import take_ways_in


def sign_up(
    *,
    email: str,
    user_name: str,
    password: str,
    address: str,
    session: SessionBase,
    user_agent: str,
    device: str = "",
    timezone: str = "",
    language: str = "",
) -> User:
    """Makes an account and signs the browser in; 409 `email_taken`, `user_name_taken`.

    The same again signs in, for the answer to the first may have been lost. Between
    sign-ups at once their claims decide, never the look before: that spares a hash.
    """
    user = User(email=email, user_name=user_name, last_login=now())
    browsers = {"timezone": timezone, "language": language}
    refuse_weak(password, user, field="password")
    is_known = LoginClaim.objects.owner_of(f"email:{email}") is not None
    other = User.objects.known_by("email", email) if is_known else None
    if other is None:
        refuse_reserved(user_name, field="user_name")
        user.set_password(password)  # the slow part, before the transaction
        try:
            with transaction.atomic():
                User.objects.add(user, **{k: v for k, v in browsers.items() if v})
                remember(user.pk, Place(address, device))
                start_session(session, user, user_agent=user_agent, address=address)
                return user
        except IntegrityError as error:
            other = User.objects.known_by("email", email)
            if other is None and getattr(error, "kind", "") == "email":
                raise taken("email_taken", "email") from None  # one may take it back
            if other is None:
                raise taken("user_name_taken", "user_name") from None
    if not is_called(other, user_name):
        raise taken("email_taken", "email")
    try:
        return sign_in(
            email=email,
            password=password,
            address=address,
            session=session,
            user_agent=user_agent,
            device=device,
        )
    except ApiError as error:
        if error.code == "wrong_credentials":  # counted, so that nobody guesses here
            raise taken("email_taken", "email") from None
        raise


def is_called(user: User, user_name: str) -> bool:
    key = fold_user_name(user_name)
    return user.user_name == user_name or user.user_name_key == key


def taken(code: str, field: str) -> ApiError:
    return ApiError(code, fields={field: [CODES[code].sentence]})


def refuse_reserved(user_name: str, *, field: str) -> None:
    """409 `user_name_taken` for a name that would pass for the service or its staff."""
    if is_reserved(user_name):
        sentence = "This user name is reserved: choose another."
        raise ApiError("user_name_taken", sentence=sentence, fields={field: [sentence]})


def sign_in(
    *,
    email: str,
    password: str,
    address: str,
    session: SessionBase,
    user_agent: str,
    device: str = "",
) -> User:
    """Signs a browser in; 401 `second_factor_needed` for who has one on."""
    user = check_credentials(
        email=email,
        password=password,
        address=address,
        device=device,
        session_key=session.session_key,
    )
    if user.second_factors:
        raise second_steps.begin(user, is_app=False, device=device)
    with transaction.atomic():
        enter(user, address=address, device=device, user_agent=user_agent)
        start_session(session, user, user_agent=user_agent, address=address)
    return user


def start_session(
    session: SessionBase, user: User, *, user_agent: str = "", address: str = ""
) -> None:
    """A fresh session, good for as long as its epoch is. What the browser brought is
    gone: an attacker may have put it there.
    """
    session.flush()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[AGENT_KEY] = user_agent[:300]
    session[SINCE_KEY] = timezone.now().isoformat()
    session[FROM_KEY] = network(address)
    note_proof(session)
    session.create()


def sign_out(
    *,
    user_id: UUID | None,
    sign_in: SignIn | None,
    session: SessionBase,
    everywhere: bool,
) -> None:
    """Ends this sign-in, or all of the user's; nothing to end is fine too."""
    with transaction.atomic():
        if everywhere and user_id:
            end_everything(user_id=user_id)
        elif user_id and sign_in and sign_in.kind in ("token", "app"):
            TokenFamily.objects.filter(id=sign_in.key, user_id=user_id).update(
                revoked_at=now()
            )
        session.flush()
        if user_id:
            tell_sign_ins_ended(user_id)


def end_one(*, user_id: UUID, sign_in: str) -> str | None:
    """One browser or app, by what `sign_in_name` calls it; the user agent that it told,
    None where it has ended already. Call it in a transaction.
    """
    kind, _, key = sign_in.partition(":")
    ended = None
    if kind == "app" and (id_ := as_uuid7(key)):
        families = TokenFamily.objects.filter(id=id_, user_id=user_id, revoked_at=None)
        ended = families.values_list("user_agent", flat=True).first()
        families.update(revoked_at=timezone.now())
    elif kind == "browser" and (session_key := key_of(key, user_id)):
        sessions = Session.objects.filter(session_key=session_key, user_id=user_id)
        ended = sessions.values_list("user_agent", flat=True).first()
        sessions.delete()
    tell_sign_ins_ended(user_id)
    return ended


def sign_in_name(row: Session | TokenFamily) -> str:
    """Names a sign-in where its key must not be."""
    if isinstance(row, Session):
        return f"browser:{digest(row.session_key)}"
    return f"app:{row.id}"


def end_everything(*, user_id: UUID) -> None:
    """Every session and token of the user, and of their sandbox; one update each."""
    for one in with_sandbox(user_id):
        User.objects.filter(pk=one).update(auth_epoch=new_epoch())
        tell_sign_ins_ended(one)


def deactivate(*, user_id: UUID) -> None:
    """Ends everything too; it stays ended should the account be activated again."""
    for one in with_sandbox(user_id):
        User.objects.filter(pk=one).update(is_active=False, auth_epoch=new_epoch())
        tell_sign_ins_ended(one)


def change_password(
    *,
    user_id: UUID,
    old_password: str,
    new_password: str,
    address: str,
    sign_in: SignIn,
    session: SessionBase,
    user_agent: str,
    device: str = "",
) -> None:
    """This sign-in goes on (a session under a new key); every other ends at once."""
    user = check_own_password(
        user_id=user_id,
        password=old_password,
        address=address,
        device=device,
        field="old_password",
    )
    refuse_password_alone(user=user, sign_in=sign_in)
    refuse_weak(new_password, user, field="new_password")
    old_hash = user.password
    user.set_password(new_password)
    with transaction.atomic():
        if not replace_password(user, old_hash):
            raise ApiError("session_ended")  # by another change, a moment ago
        if sign_in.kind == "session":
            start_session(session, user, user_agent=user_agent, address=address)
            renewed = (digest(sign_in.key), digest(str(session.session_key)))
            tell_sign_ins_ended(user_id, renewed)
        else:
            tell_sign_ins_ended(user_id)
            TokenFamily.objects.filter(id=sign_in.key, user_id=user_id).update(
                auth_epoch=user.auth_epoch
            )


def replace_password(user: User, old_hash: str, **more: Any) -> bool:
    """Whether this change was the first of those that started from `old_hash`."""
    replaced = User.objects.filter(
        pk=user.pk, password=old_hash, is_active=True
    ).update(password=user.password, auth_epoch=user.auth_epoch, **more)
    if replaced:
        sandbox_id = sandbox_id_of(user.pk)
        User.objects.filter(pk=sandbox_id).update(auth_epoch=new_epoch())
        tell_sign_ins_ended(sandbox_id)
        tasks.mail_password_changed.enqueue(user_id=str(user.pk))
    return bool(replaced)


def ask_for_reset(*, email: str) -> None:
    """Puts a mail into the outbox for any address. Only the worker looks up whether it
    has an account, or got too many mails lately: so neither the answer nor its time
    tells.
    """
    tasks.mail_reset.enqueue(email=email)


def mail_reset_by_staff(*, email: str) -> None:
    """However many the person got: it is no stranger who asks."""
    tasks.mail_reset.enqueue(email=email, is_limited=False)


def confirm_reset(
    *, uid: str, token: str, new_password: str, address: str = "", device: str = ""
) -> None:
    """Sets the password by a mailed link; 400 `reset_invalid` for a used or old one.

    Ends every session and token, opens every lock, and knows the place from now on:
    anyone who reads the mail is the owner. Where nobody had read one before, whoever
    made the account may be another: the ways in that they left end too.
    """
    user = user_of_link(uid, token)
    refuse_weak(new_password, user, field="new_password")
    old_hash = user.password
    user.set_password(new_password)
    with transaction.atomic():
        # Who reads the mail has the address too.
        if not replace_password(user, old_hash, email_confirmed_at=now()):
            raise ApiError("reset_invalid")
        if may_be_planted(user):
            take_ways_in(user.pk)
        tell_sign_ins_ended(user.pk)
        if lockouts.unlock(user.email):  # while others go on guessing, they get in
            remember(user.pk, Place(address, device))


def may_be_planted(user: User) -> bool:
    """Whether a stranger may have signed up with this address, in wait for its owner:
    nobody has confirmed it yet. Not where staff made the account or set the address:
    then a mailbox alone must not take the second factor off.
    """
    if user.email_confirmed_at is not None or user.is_staff:
        return False
    return not staff_log.have_set(user.pk, "email")


def user_of_link(uid: str, token: str) -> User:
    try:
        user = User.objects.filter(pk=UUID(uid), is_active=True).first()
    except ValueError:
        user = None
    if user is None or not reset_links.is_good(user, token):
        raise ApiError("reset_invalid")
    return user
