"""The token in a link to choose a new password.

Django's ends with any sign-in, change of password or of e-mail, and in time. Ours is
made over `reset_key` too, which is another one with each link: the newest counts.
"""

from copy import copy

from django.contrib.auth.tokens import default_token_generator

from profiles.models import User


def make_token(user: User) -> str:
    return str(default_token_generator.make_token(with_key(user)))


def is_good(user: User, token: str) -> bool:
    return bool(default_token_generator.check_token(with_key(user), token))


def with_key(user: User) -> User:
    """A copy for Django's generator, which makes a token of the password's hash."""
    keyed = copy(user)
    keyed.password = f"{user.password}{user.reset_key or ''}"
    return keyed
