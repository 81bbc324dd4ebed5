"""Django's door to our password check; the admin signs in through it."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from animecollections.api.client_ip import address
from animecollections.api.errors import ApiError
from profiles.accounts.credentials import check_credentials, enter
from profiles.accounts.models import User


def sign_in(request: HttpRequest | None, email: str, password: str) -> User:
    here = address(request) if request else ""
    device = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "") if request else ""
    session = getattr(request, "session", None)
    key = session.session_key if session else None
    user = check_credentials(
        email=email, password=password, address=here, device=device, session_key=key
    )
    with transaction.atomic():
        agent = request.headers.get("User-Agent", "") if request else ""
        enter(user, address=here, device=device, user_agent=agent)
    return user


class PasswordBackend(ModelBackend):
    """The same answers, time and lock-outs as the API's sign-in."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        if username is None or password is None:
            return None
        try:
            return sign_in(request, username, password)
        except ApiError as error:
            if error.code == "locked":
                # The sign-in form shows it: anyone who asks is validating one.
                raise ValidationError(error.sentence) from None
            return None
