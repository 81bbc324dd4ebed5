"""What oauthlib asks of us while it runs the protocol: who the app is, what it may ask
for, whether what it brings is good.
"""

import base64
import binascii
import re
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from django.db import IntegrityError
from oauthlib.oauth2 import RequestValidator
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidGrantError

from animecollections.api.errors import ApiError
from animecollections.scopes import GRANTABLE, GROUPS, with_groups
from profiles.accounts import token_families
from profiles.accounts.models import TokenFamily
from profiles.accounts.tokens import (
    Claims,
    TokenPair,
    read_access_token,
    read_refresh_token,
    write_pair,
)
from profiles.oauth import devices, secrets
from profiles.oauth.models import App
from profiles.oauth.redirects import is_registered
from profiles.oauth.services import (
    Permission,
    begin_family,
    end_family,
    find_app,
    give_code,
    take_code,
)

Request = Any  # oauthlib's, which publishes no types
# Where the address of who asks stands among the headers that oauthlib hands on. No
# client sends it: endpoints.py picks those that count.
CALLER = "Caller"
CHALLENGE = re.compile(r"[A-Za-z0-9_\-]{43}", re.ASCII)
VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)
GRANT_TYPES = (
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
)
# What an app may ask for by name: scopes, and words for several.
WORDS = GRANTABLE | GROUPS.keys()


class Credentials(NamedTuple):
    client_id: str
    secret: str


def basic(request: Request) -> Credentials | None:
    """Of the header; each part is encoded as in a form (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return Credentials("", "")
    client_id, _, secret = text.partition(":")
    return Credentials(unquote_plus(client_id), unquote_plus(secret))


def credentials(request: Request) -> Credentials | None:
    """Where the app says who it is in two ways, they must agree, and only one of them
    may have the secret.
    """
    in_body = Credentials(request.client_id or "", request.client_secret or "")
    in_header = basic(request)
    if in_header is None:
        return in_body
    if in_body.secret or in_body.client_id not in ("", in_header.client_id):
        return None
    return in_header


class Validator(RequestValidator):  # type: ignore[misc]  # untyped
    """Each answer that holds is left on the request, for what comes next:
    `client`, `code_row`, `permission`, `family_scopes`.
    """

    # --- The app -----------------------------------------------------------------

    def load_app(self, request: Request) -> App | None:
        if request.client is None:
            given = credentials(request)
            request.client = find_app(given.client_id) if given else None
        app: App | None = request.client
        return app

    def validate_client_id(
        self, client_id: str, request: Request, *args: object, **more: object
    ) -> bool:
        request.client = find_app(client_id)
        return request.client is not None

    def client_authentication_required(
        self, request: Request, *args: object, **more: object
    ) -> bool:
        """Of an app that nobody knows too: it fails there."""
        app = self.load_app(request)
        return app is None or app.is_confidential

    def authenticate_client(
        self, request: Request, *args: object, **more: object
    ) -> bool:
        app, given = self.load_app(request), credentials(request)
        return bool(
            app and given and secrets.is_secret(given.secret, app.secret_digest)
        )

    def authenticate_client_id(
        self, client_id: str | None, request: Request, *args: object, **more: object
    ) -> bool:
        """A public app has no secret; one that sends some is another one."""
        app, given = self.load_app(request), credentials(request)
        return bool(app and given and not app.is_confidential and not given.secret)

    def validate_grant_type(
        self,
        client_id: str,
        grant_type: str,
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        return grant_type in GRANT_TYPES

    # --- What it asks a person for -------------------------------------------------

    def validate_redirect_uri(
        self,
        client_id: str,
        redirect_uri: str,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        return is_registered(redirect_uri, request.client.redirect_uris)

    def get_default_redirect_uri(
        self, client_id: str, request: Request, *args: object, **more: object
    ) -> None:
        """There is none: each request says where it wants to be told."""

    def validate_response_type(
        self,
        client_id: str,
        response_type: str,
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        return response_type == "code"

    def get_default_scopes(
        self, client_id: str, request: Request, *args: object, **more: object
    ) -> list[str]:
        """There are none: each request says what it wants."""
        return []

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        return bool(scopes) and WORDS.issuperset(scopes)

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    # --- The code ------------------------------------------------------------------

    def save_authorization_code(
        self,
        client_id: str,
        code: dict[str, str],
        request: Request,
        *args: object,
        **more: object,
    ) -> None:
        try:
            code["code"] = give_code(
                user_id=request.user.id,
                auth_epoch=request.auth_epoch,
                app=request.client,
                redirect_uri=request.redirect_uri,
                scopes=request.scopes,
                mature=request.mature,
                challenge=request.code_challenge,
            )
        except IntegrityError:  # their account was erased meanwhile
            raise AccessDeniedError(request=request) from None

    def validate_code(
        self,
        client_id: str,
        code: str,
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        row = take_code(code=code, app=client)
        if row is None:
            return False
        request.code_row = row
        request.scopes = row.scopes.split()
        request.permission = Permission(
            user_id=row.user_id,
            app=client,
            scopes=row.scopes,
            mature=row.mature,
            auth_epoch=row.auth_epoch,
            family_id=row.family_id,
        )
        return True

    def get_code_challenge(self, code: str, request: Request) -> str:
        challenge: str = request.code_row.challenge
        return challenge

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return "S256"

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        return bool(redirect_uri == request.code_row.redirect_uri)

    def invalidate_authorization_code(
        self,
        client_id: str,
        code: str,
        request: Request,
        *args: object,
        **more: object,
    ) -> None:
        """It is used up as soon as it is looked at."""

    # --- A device's code -----------------------------------------------------------

    def validate_device_code(
        self, client_id: str, device_code: str, request: Request
    ) -> str | None:
        told = devices.ask(device_code=device_code, app=request.client)
        if told is None:
            return None
        if told.permission:
            request.permission = told.permission
            request.scopes = told.permission.scopes.split()
        return told.answer

    # --- Refresh tokens --------------------------------------------------------------

    def validate_refresh_token(
        self,
        refresh_token: str,
        client: App,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        """Whether it is of this app. Whether it is the newest, renewing it decides."""
        try:
            claims = read_refresh_token(refresh_token)
        except ApiError:
            return False
        families = TokenFamily.objects.filter(
            id=claims.family, user_id=claims.user_id, app=client
        )
        request.family_scopes = families.values_list("scopes", flat=True).first()
        return request.family_scopes is not None

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: object, **more: object
    ) -> list[str]:
        scopes: str = request.family_scopes
        return scopes.split()

    def is_within_original_scope(
        self,
        request_scopes: list[str],
        refresh_token: str,
        request: Request,
        *args: object,
        **more: object,
    ) -> bool:
        """For words that stand for several."""
        given = set(request.family_scopes.split())
        return given.issuperset(with_groups(request_scopes))

    # --- Tokens ----------------------------------------------------------------------

    def issue(self, request: Request) -> TokenPair:
        """The tokens that a request has earned."""
        if request.grant_type == "refresh_token":
            try:
                return token_families.refresh(
                    token=request.refresh_token,
                    address=request.headers[CALLER],
                    app_id=request.client.pk,
                )
            except ApiError:
                raise InvalidGrantError(request=request) from None
        family = begin_family(
            request.permission,
            address=request.headers[CALLER],
            user_agent=request.headers.get("User-Agent", ""),
        )
        if family is None:
            raise InvalidGrantError(request=request)
        return write_pair(family)

    def save_token(
        self, token: object, request: Request, *args: object, **more: object
    ) -> None:
        """They are kept as their family."""

    def revoke_token(
        self,
        token: str,
        token_type_hint: str | None,
        request: Request,
        *args: object,
        **more: object,
    ) -> None:
        """Either token ends the family; what is none of this app's ends nothing."""
        claims = read_any(token)
        if claims is not None:
            end_family(
                user_id=claims.user_id, family_id=claims.family, app=request.client
            )


def read_any(token: str) -> Claims | None:
    for read in (read_refresh_token, read_access_token):
        try:
            return read(token)
        except ApiError:
            continue
    return None
