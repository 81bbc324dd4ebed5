"""The protocol, run by oauthlib with our rules: one way of PKCE, one way to answer, and
tokens that are our families.
"""

from collections.abc import Collection

import segno
from django.conf import settings
from django.http import QueryDict
from oauthlib.common import Request as OauthRequest
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    DeviceCodeGrant,
    RefreshTokenGrant,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidRequestFatalError,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)

from animecollections.identity import Account
from animecollections.scopes import with_groups
from profiles.oauth import codes, devices
from profiles.oauth.validator import (
    CHALLENGE,
    GRANT_TYPES,
    VERIFIER,
    WORDS,
    Request,
    Validator,
)

AUTHORIZE = "/oauth/authorize"
TOKEN = "/oauth/token"  # noqa: S105
REVOKE = "/oauth/revoke"
DEVICE = "/oauth/device_authorization"
LINK = "/link"
METADATA = "/.well-known/oauth-authorization-server"
CODE, REFRESH, DEVICE_CODE = GRANT_TYPES
PARAMETERS = {
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "token",
    "token_type_hint",
}


def check_authorization(request: Request) -> dict[str, object]:
    """What oauthlib would let pass."""
    if request.response_type not in (None, "code"):
        raise UnsupportedResponseTypeError(request=request)
    if request.response_mode not in (None, "query"):
        request.response_mode = None
        raise InvalidRequestError("Only response_mode=query works.", request=request)
    if request.code_challenge_method != "S256":
        raise InvalidRequestError(
            "Send code_challenge_method=S256 and a code_challenge.", request=request
        )
    if not CHALLENGE.fullmatch(request.code_challenge or ""):
        raise InvalidRequestError(
            "A code_challenge has 43 letters: the SHA-256 of the code_verifier in "
            "base64url.",
            request=request,
        )
    return {}


def check_code(request: Request) -> None:
    if request.grant_type != CODE:
        raise UnsupportedGrantTypeError(request=request)
    if not VERIFIER.fullmatch(request.code_verifier or ""):
        raise InvalidRequestError(
            "A code_verifier has 43 to 128 letters.", request=request
        )


def scopes_of(request: Request) -> str:
    """Of a refresh that names some: all that there are, for a family has one set; in
    the app's own words where they mean the same.
    """
    there: str = request.family_scopes
    words: str = request.scope
    return words if with_groups(words.split()) == set(there.split()) else there


class FamilyTokens(BearerToken):  # type: ignore[misc]  # untyped
    """The two tokens of a family, as the protocol names them."""

    def create_token(
        self, request: Request, refresh_token: bool = False, **more: object
    ) -> dict[str, object]:
        pair = self.request_validator.issue(request)
        answer = {
            "access_token": pair["access"],
            "token_type": "Bearer",
            "expires_in": pair["expires_in"],
            "refresh_token": pair["refresh"],
        }
        if request.grant_type != REFRESH:
            return answer | {"scope": " ".join(request.scopes)}
        return answer | ({"scope": scopes_of(request)} if request.scope else {})


validator = Validator()
tokens = FamilyTokens(validator)
code_grant = AuthorizationCodeGrant(
    validator, pre_auth=[check_authorization], pre_token=[check_code]
)
device_grant = DeviceCodeGrant(validator)
authorization = AuthorizationEndpoint("code", tokens, {"code": code_grant})
token = TokenEndpoint(
    CODE,
    tokens,
    {
        CODE: code_grant,
        REFRESH: RefreshTokenGrant(validator),
        DEVICE_CODE: device_grant,
    },
)
revocation = RevocationEndpoint(validator)


def known(sent: QueryDict) -> dict[str, str]:
    """The parameters of the protocol, each once; one without a value is as one that is
    not there (RFC 6749, 3.1). Others could pass for what a request has been found to
    hold.
    """
    found = {}
    for name in sorted(PARAMETERS.intersection(sent)):
        values = sent.getlist(name)
        if len(values) > 1:
            raise InvalidRequestFatalError(f"Duplicate {name} parameter.")
        if values[0]:
            found[name] = values[0]
    return found


def read_authorization(sent: QueryDict) -> tuple[list[str], Request]:
    """What an app asks a person for, in its own words, and its request."""
    words, told = authorization.validate_authorization_request(
        AUTHORIZE, "GET", known(sent)
    )
    return words, told["request"]


def left_of(words: Collection[str], allowed: Collection[str]) -> list[str]:
    """What a person left of it, in the words of the app where they left all of one:
    programs take an answer in other words for another answer.
    """
    whole = {word for word in words if with_groups([word]).issubset(allowed)}
    return sorted(whole.union(set(allowed) - with_groups(whole)))


def allow(
    sent: QueryDict, *, account: Account, auth_epoch: int, scopes: object, mature: bool
) -> str:
    """The address at which the app takes its code."""
    headers, _, _ = authorization.create_authorization_response(
        AUTHORIZE,
        "POST",
        known(sent),
        scopes=scopes,
        credentials={"user": account, "auth_epoch": auth_epoch, "mature": mature},
    )
    return with_issuer(headers["Location"])


def with_issuer(uri: str) -> str:
    """The app learns who answers it, and takes no code of one server to another
    (RFC 9207).
    """
    told: str = add_params_to_uri(uri, [("iss", settings.PUBLIC_URL)])
    return told


def begin_device(uri: str, body: object, headers: object) -> dict[str, object]:
    """oauthlib sees to who asks, and for what; the codes are ours."""
    request = OauthRequest(uri, "POST", body, headers)
    device_grant.validate_device_authorization_request(request)
    texts = devices.begin(app=request.client, scopes=request.scopes)
    shown = codes.shown(texts.letters)
    link = f"{settings.PUBLIC_URL}{LINK}"
    complete = f"{link}?user_code={shown}"
    return {
        "device_code": codes.to_device_code(texts),
        "user_code": shown,
        "verification_uri": link,
        "verification_uri_complete": complete,
        "verification_qr_code": segno.make(complete).svg_data_uri(scale=4),
        "expires_in": int(devices.LIVES.total_seconds()),
        "interval": devices.INTERVAL,
    }


def metadata() -> dict[str, object]:
    """RFC 8414, from which an app finds all addresses."""
    here = settings.PUBLIC_URL
    methods = ["none", "client_secret_basic", "client_secret_post"]
    return {
        "issuer": here,
        "authorization_endpoint": here + AUTHORIZE,
        "token_endpoint": here + TOKEN,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint": here + REVOKE,
        "revocation_endpoint_auth_methods_supported": methods,
        "device_authorization_endpoint": here + DEVICE,
        "scopes_supported": sorted(WORDS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{here}/api/docs",
        "ui_locales_supported": [code for code, _ in settings.LANGUAGES],
    }
