"""Signing up, in and out over HTTP; tokens; passwords."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import QueryDict
from rest_framework.exceptions import APIException
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from animecollections.api.client_ip import address
from animecollections.api.conditional import etag_of, unless_held
from animecollections.api.errors import missing
from animecollections.api.parsing import StrictJSONParser
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import documented
from animecollections.api.shapes import nullable
from animecollections.api.views import ApiViewSet
from animecollections.scopes import ACCOUNT, OPEN
from profiles.accounts import services as accounts
from profiles.accounts import token_families as tokens
from profiles.accounts.examples import CREDENTIALS, CURRENT_USER, SIGNED_IN, TOKENS
from profiles.accounts.middleware import with_session
from profiles.accounts.models import User
from profiles.accounts.places import DEVICE, new_device
from profiles.accounts.serializers import (
    ConfirmInput,
    CurrentUserAnswer,
    Message,
    PasswordInput,
    RefreshInput,
    ResetInput,
    SignedInAnswer,
    SignInInput,
    SignOutInput,
    SignUpInput,
    current_answer,
    signed_in_answer,
)
from profiles.accounts.tokens import TokenPair

TAGS = ["Signing in"]
DEVICE_FOR = 400 * 86400  # seconds; browsers keep no cookie longer


class NeverStored(ApiViewSet):
    """Answers with what opens an account: no cache keeps them, not the browser's."""

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class OpenViewSet(NeverStored):
    """For visitors: an old cookie or token does no harm here, because nobody looks at
    it.
    """

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_scope = "sign_in"


class SessionStartingViewSet(OpenViewSet):
    """For the first step of a sign-in. Where another one is due, the browser gets the
    cookie by which it is known then.
    """

    sets_cookie = True

    @cached_property
    def browser(self) -> dict[str, Any]:
        return browser(self.request)

    def handle_exception(self, exc: Exception) -> Any:
        response = super().handle_exception(exc)
        if getattr(exc, "code", "") == "second_factor_needed":
            return with_device(response, self.browser["device"])
        return response


def browser(request: Request) -> dict[str, Any]:
    """What a service needs of the browser that it signs in."""
    return {
        "address": address(request._request),
        "session": request.session,
        "user_agent": request.headers.get("User-Agent", ""),
        "device": device_of(request),
    }


def device_of(request: Request) -> str:
    """This browser, by a cookie that outlives its sessions; or a new one."""
    device = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return device if DEVICE.fullmatch(device) else new_device()


def with_device(response: Answer, device: str) -> Answer:
    same_site: Any = settings.SESSION_COOKIE_SAMESITE
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        device,
        max_age=DEVICE_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=same_site,
    )
    return response


def answer_signed_in(request: Request, user: User, device: str) -> Answer:
    profile = getattr(user, "profile", None)
    avatar = profile.avatar if profile else ""
    response = answer(signed_in_answer(user, avatar, request.session))
    return with_device(response, device)


@with_session
class SignUpViewSet(SessionStartingViewSet):
    throttle_scope = "sign_up"

    @documented(
        "Creates an account, and signs in.",
        name="signUp",
        description="The same request sent again (same e-mail, name and password) "
        "signs in, "
        "so a lost answer does no harm.",
        scope=OPEN,
        tags=TAGS,
        body=SignUpInput,
        data=SignedInAnswer,
        errors=["email_taken", "user_name_taken", "locked", "second_factor_needed"],
        examples={"signed up": SIGNED_IN},
        body_examples={
            "alice": CREDENTIALS
            | {"user_name": "alice", "timezone": "Europe/Madrid", "language": "es"}
        },
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(SignUpInput)
        who = self.browser
        user = accounts.sign_up(**values, **who)
        return answer_signed_in(request, user, who["device"])


@with_session
class SignInViewSet(SessionStartingViewSet):
    parser_classes = [StrictJSONParser, FormParser, MultiPartParser]

    @documented(
        "Signs in: sets the session cookie.",
        name="signIn",
        description="A form is read too, and gets the same answer; one that accepts "
        "text/html gets 303 to the start page. "
        "An unknown e-mail and a wrong password get the same answer. A "
        "second "
        "cookie lets this browser sign in while others guess passwords.",
        scope=OPEN,
        tags=TAGS,
        body=SignInInput,
        data=SignedInAnswer,
        errors=["wrong_credentials", "locked", "second_factor_needed"],
        examples={"signed in": SIGNED_IN},
        body_examples={"alice": CREDENTIALS},
        others={303: "A browser's form: to the start page."},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(SignInInput)
        who = self.browser
        user = accounts.sign_in(**values, **who)
        is_form = isinstance(request.data, QueryDict)
        if is_form and "text/html" in request.headers.get("Accept", ""):
            to_start = Answer(status=303, headers={"Location": "/"})
            return with_device(to_start, who["device"])
        return answer_signed_in(request, user, who["device"])


@with_session
class SignOutViewSet(ApiViewSet):
    permission_classes = [AllowAny]
    parser_classes = [StrictJSONParser, FormParser, MultiPartParser]

    @documented(
        "Signs out, here or everywhere. Without a session it does nothing.",
        name="signOut",
        description="A personal token ends no sign-in: `DELETE /api/user/tokens/…` "
        "ends it.",
        scope=OPEN,
        tags=TAGS,
        body=SignOutInput,
        data=Message,
        examples={"signed out": {"message": "Signed out"}},
        body_examples={"every device": {"everywhere": True}},
    )
    def create(self, request: Request) -> Answer:
        sign_in: Any = request.auth
        everywhere = wants_everywhere(request)
        if everywhere and sign_in and ACCOUNT not in sign_in.scopes:
            raise missing(ACCOUNT)
        accounts.sign_out(
            user_id=request.user.pk,
            sign_in=sign_in,
            session=request.session,
            everywhere=everywhere,
        )
        return answer({"message": "Signed out"})


def wants_everywhere(request: Request) -> bool:
    """No body is so broken that it keeps anybody signed in."""
    try:
        return request.data.get("everywhere") in (True, "true", "on", "1")
    except APIException:
        return False


class SessionViewSet(ApiViewSet):
    permission_classes = [AllowAny]

    @documented(
        "The signed-in user, or null.",
        name="getSession",
        description="The e-mail is empty for an app that somebody let in, and for a "
        "personal token without `profile:read`.",
        scope=OPEN,
        tags=TAGS,
        data=nullable(CurrentUserAnswer),
        examples={
            "signed in": CURRENT_USER,
            "a visitor": None,
        },
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        if not request.user.is_authenticated:
            return answer(None)
        account = self.account
        at = account.revisions
        named = (account.email, account.user_name)
        sign_in: Any = request.auth
        # People are told so before they let an app in.
        sees_email = sign_in.kind != "app" and "profile:read" in sign_in.scopes
        parts = (at.parts["profile"], at.parts["preferences"])
        of_token = (account.hides_mature, sees_email)
        etag = unless_held(
            request, etag_of(request, *named, at.epoch, *parts, *of_token)
        )
        shown = User.objects.shown(account.id)
        data = current_answer(account, shown) if shown else None
        if data and not sees_email:
            data["email"] = ""
        return answer(data, headers={"ETag": etag})


class TokenViewSet(OpenViewSet):
    @documented(
        "Signs an app in: a pair of tokens.",
        name="createTokens",
        description="Send `access` as `Authorization: Bearer`; it works for "
        "`expires_in` "
        "seconds. `refresh` gets the next pair, once.",
        scope=OPEN,
        tags=TAGS,
        body=SignInInput,
        data=TokenPair,
        errors=["wrong_credentials", "locked", "second_factor_needed"],
        examples={"a pair": TOKENS},
        body_examples={"alice": CREDENTIALS},
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(SignInInput)
        return answer(
            tokens.issue(
                **values,
                address=address(request._request),
                user_agent=request.headers.get("User-Agent", ""),
                device=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
            )
        )

    @documented(
        "Exchanges a refresh token for a new pair.",
        name="refreshTokens",
        description="Each refresh token works once. If one is used twice, the whole "
        "sign-in "
        "ends, with its access tokens: refresh in one place only.",
        scope=OPEN,
        tags=TAGS,
        body=RefreshInput,
        data=TokenPair,
        errors=["token_expired", "token_invalid", "session_ended"],
        examples={"a pair": TOKENS},
        body_examples={"refresh": {"refresh": "eyJhbGciOi…"}},
    )
    def refresh(self, request: Request) -> Answer:
        token = self.read_body(RefreshInput)["refresh"]
        here = address(request._request)
        return answer(tokens.refresh(token=token, address=here))

    @documented(
        "Signs an app out: its tokens end.",
        name="revokeTokens",
        scope=OPEN,
        tags=TAGS,
        body=RefreshInput,
        data=Message,
        errors=["token_invalid"],
        examples={"ended": {"message": "Signed out"}},
        body_examples={"refresh": {"refresh": "eyJhbGciOi…"}},
    )
    def revoke(self, request: Request) -> Answer:
        tokens.revoke(token=self.read_body(RefreshInput)["refresh"])
        return answer({"message": "Signed out"})


@with_session
class PasswordViewSet(NeverStored):
    sets_cookie = True
    throttle_scope = "sign_in"

    @documented(
        "Changes the password.",
        name="changePassword",
        description="This session or app stays signed in (a session gets a new "
        "cookie); all "
        "others end at once. The owner gets a mail.",
        scope="account",
        tags=TAGS,
        body=PasswordInput,
        data=Message,
        errors=["wrong_credentials", "proof_needed", "locked"],
        examples={"changed": {"message": "Password changed"}},
        body_examples={
            "a new one": {"old_password": "Right-Horse-7", "new_password": "Left-Cow-8"}
        },
    )
    def create(self, request: Request) -> Answer:
        values = self.read_body(PasswordInput)
        sign_in: Any = request.auth
        accounts.change_password(
            user_id=self.user_id, sign_in=sign_in, **values, **browser(request)
        )
        return answer({"message": "Password changed"})


class ResetViewSet(OpenViewSet):
    sets_cookie = True
    throttle_scope = "mail"

    @documented(
        "Requests a mail with a link to choose a new password.",
        name="requestPasswordReset",
        description="The answer does not reveal whether the account exists.",
        scope=OPEN,
        tags=TAGS,
        body=ResetInput,
        data=Message,
        examples={
            "asked": {"message": "If there is such an account, a mail is on its way"}
        },
        body_examples={"alice": {"email": "alice@example.org"}},
    )
    def create(self, request: Request) -> Answer:
        accounts.ask_for_reset(**self.read_body(ResetInput))
        return answer({"message": "If there is such an account, a mail is on its way"})


class ConfirmResetViewSet(OpenViewSet):
    sets_cookie = True

    @documented(
        "Sets a new password, with the values from the mailed link.",
        name="confirmPasswordReset",
        description="All sessions and tokens end, and lock-outs are lifted. Then "
        "sign in.",
        scope=OPEN,
        tags=TAGS,
        body=ConfirmInput,
        data=Message,
        errors=["reset_invalid"],
        examples={"changed": {"message": "Password changed"}},
        body_examples={
            "from the link": {
                "uid": "550e8400e29b41d4a716446655440000",
                "token": "d0krm5-7a1c…",
                "new_password": "Left-Cow-8",
            }
        },
    )
    def create(self, request: Request) -> Answer:
        values, device = self.read_body(ConfirmInput), device_of(request)
        here = address(request._request)
        accounts.confirm_reset(**values, address=here, device=device)
        return with_device(answer({"message": "Password changed"}), device)
