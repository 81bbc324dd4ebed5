"""The password check behind every sign-in."""

from uuid import UUID

from django.contrib.auth import hashers
from django.utils import timezone

from animecollections.api.errors import ApiError
from profiles.accounts import lockouts, tasks
from profiles.accounts.claims import claim_again
from profiles.accounts.identifiers import MAX_EMAIL, fold_email
from profiles.accounts.models import User
from profiles.accounts.places import Place, remember
from profiles.accounts.user_agents import client_of


def check_credentials(
    *,
    email: str,
    password: str,
    address: str,
    device: str = "",
    session_key: str | None = None,
) -> User:
    """The user whose e-mail and password these are; 401 `wrong_credentials`, or 429
    `locked`.

    An unknown e-mail, a wrong password and a deactivated user get one answer after
    the same work: the same statements and one hash.
    """
    email = fold_email(email)[:MAX_EMAIL]
    place = Place(address, device, session_key)
    lockouts.refuse_locked(email, place)
    # With what the answer shows: once a sign-in is done, nothing more is asked.
    user = User.objects.known_by("email", email, "profile")
    if not is_right(user, password) or user is None or not user.is_active:
        lockouts.count_wrong(email, place)
        raise ApiError("wrong_credentials")
    lockouts.forgive(email, place)
    if not user.is_claimed:  # made while the release before claims was still serving
        claim_again(user.pk)
    return user


def check_own_password(
    *,
    user_id: UUID,
    password: str,
    address: str,
    device: str = "",
    field: str = "password",
) -> User:
    """The user, who is signed in and has to say the password again.

    Wrong ones count like those at sign-in. `field` is what the client calls it.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise ApiError("session_ended")
    place = Place(address, device)
    lockouts.refuse_locked(user.email, place)
    if not is_right(user, password):
        lockouts.count_wrong(user.email, place)
        sentence = "That's not your current password."
        raise ApiError(
            "wrong_credentials", sentence=sentence, fields={field: [sentence]}
        )
    lockouts.forgive(user.email, place)
    return user


def is_right(user: User | None, password: str) -> bool:
    if user is None:
        hashers.make_password(password)  # as long as a check takes
        return False
    encoded = user.password

    def keep_at_new_cost(password: str) -> None:
        user.password = hashers.make_password(password)
        User.objects.filter(pk=user.pk, password=encoded).update(password=user.password)

    return hashers.check_password(password, encoded, keep_at_new_cost)


def enter(
    user: User, *, address: str = "", device: str = "", user_agent: str = ""
) -> None:
    """Notes the sign-in and its place, and mails about a new device; refuses one that a
    password change, sign-out everywhere or deactivation overtook while the hash was
    computed.

    Call it in the transaction that makes the session or tokens: the row stays locked
    until its end, so that nothing can end what is being made, or erase its user.
    """
    user.last_login = timezone.now()
    same = User.objects.filter(pk=user.pk, auth_epoch=user.auth_epoch, is_active=True)
    if not user.second_factors:  # nor was one turned on meanwhile
        same = same.filter(second_factors="")
    entered = same.update(last_login=user.last_login)
    if not entered:
        raise ApiError("wrong_credentials")
    place = Place(address, device)
    if remember(user.pk, place):
        tasks.mail_new_device.enqueue(
            user_id=str(user.pk),
            client=str(client_of(user_agent)),
            network=place.network,
            at=user.last_login.isoformat(),
        )
