"""The token in a link to choose a new password.

Django's ends with any sign-in, change of password or of e-mail, and in time. Ours is
made over `reset_key` too, which is another one with each link: the newest counts.
"""

from copy import copy
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import F, Q
from django.utils import timezone

from animecollections.db.ids import new_epoch
from profiles.accounts.models import User


def make_token(user: User) -> str:
    return str(default_token_generator.make_token(with_key(user)))


def is_good(user: User, token: str) -> bool:
    return bool(default_token_generator.check_token(with_key(user), token))


def with_key(user: User) -> User:
    """A copy for Django's generator, which makes a token of the password's hash."""
    keyed = copy(user)
    keyed.password = f"{user.password}{user.reset_key or ''}"
    return keyed


def renew_reset_key(user: User, *, is_limited: bool) -> bool:
    """Ends older links, and counts the mail; False past RESET_MAILS of them.

    A guarded update decides between two workers. The count begins again when the first
    of its links has ended, so that a person who gets no more mails has one that works.
    """
    now, user.reset_key = timezone.now(), new_epoch()
    this = User.objects.filter(pk=user.pk)
    if not is_limited:
        return bool(this.update(reset_key=user.reset_key))
    since = now - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    is_over = Q(reset_mails_since=None) | Q(reset_mails_since__lte=since)
    begun = this.filter(is_over).update(
        reset_key=user.reset_key, reset_mails=1, reset_mails_since=now
    )
    return bool(
        begun
        or this.filter(reset_mails__lt=settings.RESET_MAILS).update(
            reset_key=user.reset_key, reset_mails=F("reset_mails") + 1
        )
    )
