"""Signing in by a personal token: one statement, as by a session or an access token."""

from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from animecollections.api.client_ip import address
from animecollections.api.errors import ApiError
from animecollections.api.request_headers import header
from animecollections.identity import Account, SignIn
from profiles.accounts.authentication import (
    BearerAuthentication,
    FoundToken,
    find_by_personal_token,
)
from profiles.personal_tokens import texts
from profiles.personal_tokens.services import note_use

SCROBBLES_ALONE = frozenset(("scrobble",))


class PersonalTokenAuthentication(BearerAuthentication):
    """Comes before that of access tokens, and takes what has the shape of ours."""

    def authenticate(self, request: Request) -> tuple[Account, SignIn] | None:
        scheme, _, text = (header(request, "Authorization") or "").partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text.startswith(texts.PREFIX):
            return None
        found = find(text)
        if found is None:
            raise ApiError("token_invalid")
        return noted(request, found)


class TokenInAddress(BaseAuthentication):
    """For players that can hold nothing but an address. Addresses end up in logs and
    histories, so a token there may do nothing else.
    """

    def authenticate(self, request: Request) -> tuple[Account, SignIn]:
        found = find(texts.in_address(request._request.path_info))
        if found is None:
            raise ApiError("token_invalid")
        if found.sign_in.scopes != SCROBBLES_ALONE:
            raise ApiError("token_too_wide")
        return noted(request, found)


def noted(request: Request, found: FoundToken) -> tuple[Account, SignIn]:
    if found.is_use_to_note:
        note_use(
            user_id=found.account.id,
            token_id=UUID(found.sign_in.key),
            address=address(request._request),
        )
    return found.account, found.sign_in


def find(text: str) -> FoundToken | None:
    """Whatever is wrong with it, the answer is the same: it tells nobody that there
    was such a token.
    """
    known = texts.read(text)
    return find_by_personal_token(*known) if known else None
