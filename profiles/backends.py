"""Django's door to our password check; the admin signs in through it."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from animecollections.api.client import address
from animecollections.api.errors import ApiError
from profiles.models import User
from profiles.services.credentials import check_credentials


class PasswordBackend(ModelBackend):
    """The same answers, time and lock-outs as the API's sign-in."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        try:
            return check_credentials(
                email=username,
                password=password,
                address=address(request) if request else "",
            )
        except ApiError as error:
            if error.code == "locked":
                # The sign-in form shows it: whoever asks is validating one.
                raise ValidationError(error.sentence) from None
            return None
