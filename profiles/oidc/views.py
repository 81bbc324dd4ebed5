"""Signing in by a provider, over HTTP: the way there, the way back, the first time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils.encoding import iri_to_uri
from rest_framework import serializers
from rest_framework.request import Request

from animecollections.api.errors import ApiError
from animecollections.api.fields import StrictObject, StrictText
from animecollections.api.ids import parse_id
from animecollections.api.permits import Permits
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented, query
from animecollections.identity import SignIn
from animecollections.scopes import OPEN
from profiles.accounts.examples import SIGNED_IN
from profiles.accounts.middleware import with_session
from profiles.accounts.models import User
from profiles.accounts.proofs import require_fresh_proof
from profiles.accounts.serializers import (
    Message,
    OneOf,
    SignedInAnswer,
    UserName,
)
from profiles.accounts.views import (
    NeverStored,
    OpenViewSet,
    answer_signed_in,
    browser,
    with_device,
)
from profiles.oidc import flow
from profiles.oidc import services as identities
from profiles.oidc.flow import Begun, FailedError, Found
from profiles.oidc.models import Identity
from profiles.oidc.providers import provider, providers
from profiles.time_zones import zones

TAGS = ["Signing in by a provider"]
A_PROVIDER = {"id": "google", "name": "Google"}
FOUND = {
    "provider": A_PROVIDER,
    "email": "alice@example.org",
    "has_account": False,
    "next": "/",
}
AN_IDENTITY = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "provider": A_PROVIDER,
    "email": "alice@example.org",
    "created_at": "2026-11-30T09:30:00Z",
    "last_used_at": "2026-11-30T12:00:00Z",
}
ADDRESS = "https://accounts.google.com/o/oauth2/v2/auth?client_id=…&state=…"
PAGE = "/connect"
# However slow a provider is, it keeps half of our threads at most.
calls = Permits(max(1, settings.WEB_THREADS // 2), waiting=0)


class ProviderAnswer(TypedDict):
    id: str
    name: str


class FoundAnswer(TypedDict):
    provider: ProviderAnswer
    email: str
    has_account: bool
    next: str


class LinkedProviderAnswer(TypedDict):
    id: str
    provider: ProviderAnswer
    email: str
    created_at: datetime
    last_used_at: datetime | None


class NameInput(serializers.Serializer[Any]):
    user_name = UserName(help_text="3 to 50 characters, in letters of one alphabet.")
    timezone = OneOf(zones, help_text="IANA name; an unknown one becomes UTC.")
    language = OneOf(
        lambda: dict(settings.LANGUAGES), help_text="en or es; any other becomes en."
    )


class ProviderInput(StrictObject):
    provider = StrictText(max_length=40, help_text="Its id.")


def provider_to_json(id_: str) -> ProviderAnswer:
    """One that the settings name no more still has its id."""
    return {"id": id_, "name": settings.OIDC_PROVIDERS.get(id_, {}).get("name", id_)}


def take_along(response: Answer, thing: Begun | Found) -> Answer:
    """Lax whatever the session's cookie is: the browser comes back from elsewhere."""
    response.set_cookie(
        settings.OIDC_COOKIE_NAME,
        flow.sealed(thing),
        max_age=flow.SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: Answer) -> Answer:
    response.delete_cookie(settings.OIDC_COOKIE_NAME, samesite="Lax")
    return response


def to(address: str) -> Answer:
    """Its address may name a page of the provider's, with a code: nobody learns it as
    where a request came from.
    """
    headers = {"Location": iri_to_uri(address), "Referrer-Policy": "no-referrer"}
    return Answer(status=302, headers=headers)


def second_step(details: Mapping[str, Any], next_: str) -> str:
    """What the page needs to ask for a second factor, and to go on; behind its `#`,
    which no server and no log sees.
    """
    methods = " ".join(details["methods"])
    return urlencode({"second": details["ticket"], "methods": methods, "next": next_})


def failed(why: str) -> Answer:
    return forget(to(f"{PAGE}#failed={why}"))


def cookie_of(request: Request) -> str | None:
    return request.COOKIES.get(settings.OIDC_COOKIE_NAME)


def found_in(request: Request) -> Found:
    """400 `connect_expired` where no provider has said a minute ago who this is."""
    try:
        return flow.found_in(cookie_of(request))
    except FailedError:
        raise ApiError("connect_expired") from None


class ProvidersViewSet(OpenViewSet):
    throttle_scope = ""

    @documented(
        "The providers that one can sign in by.",
        name="getProviders",
        scope=OPEN,
        tags=TAGS,
        data=[ProviderAnswer],
        examples={"one": [A_PROVIDER]},
    )
    def list(self, request: Request) -> Answer:
        return answer([provider_to_json(one.id) for one in providers()])


class BeginViewSet(OpenViewSet):
    throttle_scope = "sign_in"

    @documented(
        "Goes to a provider, to sign in there; a browser is led there and back.",
        name="signInByProvider",
        description="A page, not a call: it leads on to the provider, and from there "
        "to `next`, signed in, or to a page that asks for a user name.",
        scope=OPEN,
        tags=TAGS,
        status=302,
        data={"address": str},
        parameters=[query("next", str, "The page of ours to go on with.")],
        errors=["provider_not_found"],
        examples={"on the way": {"address": ADDRESS}},
    )
    def retrieve(self, request: Request, provider_id: str) -> Answer:
        next_ = str(self.wanted.get("next") or "/")
        try:
            address, begun = flow.begin(provider(provider_id), next_=next_)
        except FailedError as error:
            return failed(error.why)
        response = answer({"address": address}, status=302)
        response["Location"] = iri_to_uri(address)
        return take_along(response, begun)


class BackViewSet(OpenViewSet):
    """The page that the provider leads back to. It is not among the calls of the API,
    and whatever goes wrong, a person reads a page.
    """

    throttle_scope = "sign_in"

    def read_query(self, request: Request) -> dict[str, object]:
        return {}  # providers add what they like

    def handle_exception(self, exc: Exception) -> Any:
        if not isinstance(exc, ApiError):
            return super().handle_exception(exc)
        return failed("busy" if exc.status_code in (429, 503) else "refused")

    def retrieve(self, request: Request, provider_id: str) -> Answer:
        said = request.query_params.dict()
        try:
            begun = flow.begun_in(cookie_of(request))
            with calls.held(object()):
                found = flow.finish(provider(provider_id), begun, said)
            if begun.user_id:
                return self.joined(request, begun, found)
        except FailedError as error:
            return failed(error.why)
        return self.signed_in(request, found)

    def joined(self, request: Request, begun: Begun, found: Found) -> Answer:
        """To the account of who began it, and is still signed in here."""
        if request.session.get(SESSION_KEY) != begun.user_id:
            raise FailedError("expired")
        try:
            identities.join(user_id=UUID(begun.user_id), found=found, epoch=begun.epoch)
        except ApiError as error:
            raise FailedError(JOINING.get(error.code, "refused")) from None
        return forget(to(found.next))

    def signed_in(self, request: Request, found: Found) -> Answer:
        user = identities.user_of(found)
        if user is None:
            return take_along(to(PAGE), found)
        who = browser(request)
        where = found.next
        try:
            identities.sign_in(user=user, found=found, **who)
        except ApiError as error:
            if error.code != "second_factor_needed":
                return failed("refused")
            where = f"{PAGE}#{second_step(error.details or {}, found.next)}"
        return forget(with_device(to(where), who["device"]))


JOINING = {"identity_taken": "taken", "session_ended": "expired"}


@with_session
class ConnectViewSet(OpenViewSet):
    sets_cookie = True
    throttle_scope = "sign_in"

    @documented(
        "Whom the provider said this is, where no account signs in by it yet.",
        name="getConnection",
        description="For the browser that came back from the provider, for ten "
        "minutes. `has_account`: there is an account with this address; sign in to it, "
        "then call `joinConnection`. Otherwise `signUpByProvider` makes one.",
        scope=OPEN,
        tags=TAGS,
        data=FoundAnswer,
        errors=["connect_expired"],
        examples={"somebody new": FOUND},
    )
    def retrieve(self, request: Request) -> Answer:
        found = found_in(request)
        told: FoundAnswer = {
            "provider": provider_to_json(found.provider),
            "email": found.email,
            "has_account": User.objects.known_by("email", found.email) is not None,
            "next": found.next,
        }
        return answer(told)

    @documented(
        "Makes an account of what the provider said, without a password, and signs in.",
        name="signUpByProvider",
        description="The provider has confirmed the e-mail address. A password can be "
        "chosen by `POST /api/auth/password/reset`.",
        scope=OPEN,
        tags=TAGS,
        body=NameInput,
        data=SignedInAnswer,
        errors=["connect_expired", "email_taken", "user_name_taken", "identity_taken"],
        examples={"signed up": SIGNED_IN},
        body_examples={"alice": {"user_name": "alice"}},
    )
    def create(self, request: Request) -> Answer:
        values, found = self.read_body(NameInput), found_in(request)
        who = browser(request)
        user = identities.sign_up(found=found, **values, **who)
        return forget(answer_signed_in(request, user, who["device"]))


class JoinViewSet(NeverStored):
    @documented(
        "Joins what the provider said to the account that has its e-mail address.",
        name="joinConnection",
        description="After signing in to that account. From then on the provider signs "
        "in to it. The owner gets a mail.",
        scope="account",
        tags=TAGS,
        data=Message,
        errors=["connect_expired", "proof_needed", "identity_taken", "identities_full"],
        examples={"joined": {"message": "Connected"}},
    )
    def create(self, request: Request) -> Answer:
        found = found_in(request)
        if found.email != self.account.email:  # that of another person in this browser
            raise ApiError("connect_expired")
        require_fresh_proof(request)
        sign_in = cast("SignIn", request.auth)
        identities.join(user_id=self.user_id, found=found, sign_in=sign_in)
        return forget(answer({"message": "Connected"}))


class IdentitiesViewSet(NeverStored):
    @documented(
        "The providers that sign in to this account.",
        name="getIdentities",
        scope="account",
        tags=TAGS,
        data=[LinkedProviderAnswer],
        examples={"one": [AN_IDENTITY]},
    )
    def list(self, request: Request) -> Answer:
        rows = Identity.objects.of(self.user_id).order_by("pk")
        return answer([identity_to_json(row) for row in rows])

    @documented(
        "Begins to join a provider to this account: the browser goes to `address`.",
        name="joinProvider",
        description="From there it comes back to the page *Security*. Only an address "
        "that the provider has confirmed joins.",
        scope="account",
        tags=TAGS,
        body=ProviderInput,
        data={"address": str},
        errors=["proof_needed", "provider_not_found", "provider_unavailable"],
        examples={"on the way": {"address": ADDRESS}},
        body_examples={"google": {"provider": "google"}},
    )
    def create(self, request: Request) -> Answer:
        one = provider(self.read_body(ProviderInput)["provider"])
        require_fresh_proof(request)
        user = User.objects.filter(pk=self.user_id).first()
        if user is None:
            raise ApiError("session_ended")
        try:
            address, begun = flow.begin(
                one, next_="/security", user_id=str(user.pk), epoch=user.auth_epoch
            )
        except FailedError:
            raise ApiError("provider_unavailable", name=one.name) from None
        return take_along(answer({"address": address}), begun)

    @documented(
        "Lets a provider go: it signs in to this account no more.",
        name="endIdentity",
        scope="account",
        tags=TAGS,
        data=Message,
        errors=["proof_needed", "identity_not_found", "last_sign_in"],
        examples={"ended": {"message": "Disconnected"}},
    )
    def destroy(self, request: Request, identity_id: str) -> Answer:
        id_ = parse_id(identity_id)
        require_fresh_proof(request)
        identities.end(user_id=self.user_id, identity_id=id_)
        return answer({"message": "Disconnected"})


def identity_to_json(row: Identity) -> LinkedProviderAnswer:
    return {
        "id": str(row.pk),
        "provider": provider_to_json(row.provider),
        "email": row.email,
        "created_at": row.created_at,
        "last_used_at": row.used_at,
    }
