"""The JWTs: what they say, and how they are read back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypedDict
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from animecollections.api.errors import ApiError
from profiles.accounts.models import TokenFamily

# Ours have about 400 characters; a header of brackets, longer, would cost a
# RecursionError in the JSON reader before any signature is looked at.
MAX_LENGTH = 1000
# The family of a registered app. A release that knows no apps finds none in its token,
# and so does not let it do everything.
OF_APP = "app_family"


ABSURD = (
    TokenError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Claims:
    user_id: UUID
    family: UUID
    id: UUID
    expires_at: datetime
    is_of_app: bool = False  # of a registered app


class TokenPair(TypedDict):
    access: str
    refresh: str
    expires_in: int


def write_pair(family: TokenFamily) -> TokenPair:
    """An access token, good for `expires_in` seconds, and the refresh token."""
    access, refresh = AccessToken(), RefreshToken()
    for token in (access, refresh):
        token["user_id"] = str(family.user_id)
        token["family" if family.app_id is None else OF_APP] = str(family.id)
    refresh["jti"] = str(family.refresh_id)
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    return {
        "access": str(access),
        "refresh": str(refresh),
        "expires_in": int(lifetime.total_seconds()),
    }


def read_access_token(token: str) -> Claims:
    claims = verified(token)
    if claims.expires_at <= timezone.now() - settings.CLOCKS_DIFFER_BY:
        raise ApiError("token_expired")
    return claims


@lru_cache(5_000)
def verified(token: str) -> Claims:
    """What a token says never changes, so its signature is checked once a process and
    not in every request. A refused one is not remembered.
    """
    return read(AccessToken, token)


def read_refresh_token(token: str) -> Claims:
    return read(RefreshToken, token)


def read(kind: type[Token], token: str) -> Claims:
    """What a token of this kind says; 401 `token_expired` or `token_invalid`.

    Signature and expiry are checked here, whether it still holds is for the database.
    """
    if len(token) > MAX_LENGTH:
        raise ApiError("token_invalid")
    try:
        claims = kind(token)  # type: ignore[arg-type]
        is_of_app = OF_APP in claims
        names = ("user_id", OF_APP if is_of_app else "family", "jti")
        user_id, family, id_ = (UUID(str(claims[name])) for name in names)
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        return Claims(user_id, family, id_, expires_at, is_of_app)
    except ExpiredTokenError:
        raise ApiError("token_expired") from None
    except ABSURD:
        # Validly signed, yet absurd: an `exp` beyond all years, a list for an id.
        raise ApiError("token_invalid") from None
