"""The way to a provider and back: what the browser takes along, what comes back, and
whether it is true.

State, nonce and PKCE's verifier go with the browser in a cookie that we signed: so what
comes back counts only in the browser that went, once, for ten minutes.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, TypeVar
from urllib.parse import urljoin

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from joserfc import jwt
from joserfc.errors import JoseError
from requests import RequestException

from animecollections.api.fields import CONTROL
from profiles.accounts.identifiers import check_email
from profiles.oidc.http import new_session
from profiles.oidc.providers import UNREADABLE, Provider, UnavailableError

SCOPE = "openid email"
SECONDS = 600  # of the way there and back
MOST_OF_PATH = 2_000  # of the page to go on with: browsers keep 4 KB in a cookie
LEEWAY = 60  # two machines' clocks differ
# Signed with a key of the provider's own: `none`, and what our shared secret could
# sign, are no proof that it was them.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
ALGORITHMS += ["ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
BEGUN, FOUND = "profiles.oidc.begun", "profiles.oidc.found"


Thing = TypeVar("Thing")


class FailedError(Exception):
    """`why` is one of the reasons that the page /connect has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser takes along. user_id and epoch: of who joins the provider to
    their account.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    next: str = "/"
    user_id: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a provider says this is."""

    provider: str
    key: str
    email: str
    next: str = "/"  # where the browser goes on


def begin(
    provider: Provider, *, next_: str = "/", user_id: str = "", epoch: int = 0
) -> tuple[str, Begun]:
    """Where the browser is sent, and what it takes along. May raise FailedError."""
    begun = Begun(
        provider.id,
        state=token_urlsafe(24),
        nonce=token_urlsafe(24),
        verifier=token_urlsafe(48),
        next=own_path(next_),
        user_id=user_id,
        epoch=epoch,
    )
    try:
        endpoint = provider.metadata()["authorization_endpoint"]
    except UnavailableError:
        raise FailedError("unavailable") from None
    with session_of(provider) as session:
        address, _ = session.create_authorization_url(
            endpoint,
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
        )
    return address, begun


def session_of(provider: Provider, **more: Any) -> Any:
    return new_session(
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        redirect_uri=callback_of(provider),
        scope=SCOPE,
        **more,
    )


def callback_of(provider: Provider) -> str:
    """The address that the provider has to know."""
    return urljoin(settings.PUBLIC_URL, f"/connect/{provider.id}")


def own_path(text: str) -> str:
    """A page of ours to go on with, never another site's, as it stands in an address.
    Django's check lets control characters by, which browsers leave out: of `/`, a tab
    and `//evil.example` another site would be left.
    """
    is_path = text.startswith("/") and url_has_allowed_host_and_scheme(text, None)
    if not is_path or CONTROL.search(text):
        return "/"
    path = str(iri_to_uri(text))
    return path if len(path) <= MOST_OF_PATH else "/"


def sealed(thing: Begun | Found) -> str:
    salt = BEGUN if isinstance(thing, Begun) else FOUND
    return signing.dumps(asdict(thing), salt=salt)


def begun_in(cookie: str | None) -> Begun:
    return opened(cookie, Begun, BEGUN)


def found_in(cookie: str | None) -> Found:
    return opened(cookie, Found, FOUND)


def opened(cookie: str | None, kind: type[Thing], salt: str) -> Thing:
    try:
        return kind(**signing.loads(cookie or "", salt=salt, max_age=SECONDS))
    except (signing.BadSignature, TypeError):  # too old, or of another release
        raise FailedError("expired") from None


def finish(provider: Provider, begun: Begun, query: Mapping[str, str]) -> Found:
    """Whom the provider says came back. Raises FailedError."""
    is_ours = constant_time_compare(begun.state, query.get("state", ""))
    if not is_ours or begun.provider != provider.id:
        raise FailedError("expired")
    if query.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: a mix-up
        raise FailedError("refused")
    if "code" not in query:
        cancelled = query.get("error") == "access_denied"
        raise FailedError("cancelled" if cancelled else "refused")
    try:
        return exchange(provider, begun, query["code"])
    except (UnavailableError, RequestException):
        raise FailedError("unavailable") from None
    except (AuthlibBaseError, *UNREADABLE):
        raise FailedError("refused") from None


def exchange(provider: Provider, begun: Begun, code: str) -> Found:
    metadata = provider.metadata()
    with session_of(provider, **auth_method(metadata)) as session:
        tokens = session.fetch_token(
            metadata["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=begun.verifier,
        )
        claims = verified(provider, begun, tokens)
        if "email" not in claims and "userinfo_endpoint" in metadata:
            told = session.get(metadata["userinfo_endpoint"]).json()
            if told["sub"] != claims["sub"]:
                raise FailedError("refused")
            claims |= {name: told.get(name) for name in ("email", "email_verified")}
    return found_by(provider, claims, begun.next)


def auth_method(metadata: dict[str, Any]) -> dict[str, str]:
    """Basic, unless the provider takes the secret in the body alone."""
    taken = metadata.get("token_endpoint_auth_methods_supported")
    if isinstance(taken, list) and "client_secret_basic" not in taken:
        return {"token_endpoint_auth_method": "client_secret_post"}
    return {}


def verified(
    provider: Provider, begun: Begun, tokens: dict[str, Any]
) -> dict[str, Any]:
    """What the ID token claims, if it is of this provider, for us, fresh, and the
    answer to what this browser asked.
    """
    text = str(tokens["id_token"])
    try:
        token = jwt.decode(text, provider.key_set(), algorithms=ALGORITHMS)
    except (JoseError, ValueError):  # perhaps by a new key
        keys = provider.key_set(is_renewed=True)
        token = jwt.decode(text, keys, algorithms=ALGORITHMS)
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        },
        params={
            "nonce": begun.nonce,
            "client_id": provider.client_id,
            "access_token": tokens.get("access_token"),
        },
    )
    claims.validate(leeway=LEEWAY)
    return dict(claims)


def found_by(provider: Provider, claims: dict[str, Any], next_: str) -> Found:
    """Only with an address that the provider has confirmed (some say so by a text)."""
    subject, email = claims["sub"], claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise FailedError("refused")
    is_confirmed = claims.get("email_verified")
    if is_confirmed is not True and is_confirmed != "true":
        raise FailedError("unconfirmed")
    if not isinstance(email, str):
        raise FailedError("unconfirmed")
    try:
        email = check_email(email)
    except ValidationError:
        raise FailedError("unconfirmed") from None
    key = sha256(f"{provider.issuer}\n{subject}".encode()).hexdigest()
    return Found(provider.id, key, email, next_)
