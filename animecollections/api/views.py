"""The viewset that every endpoint of the API stands on."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import ViewSet

from animecollections.api import cross_site, request_id
from animecollections.api.compression import vary_by
from animecollections.api.conditional import NotModified
from animecollections.api.errors import ApiError, missing, refuse
from animecollections.api.language import ENGLISH, language_of
from animecollections.api.parameters import Wanted, read_query
from animecollections.api.reading import read_values
from animecollections.api.rendering import Answer
from animecollections.api.request_headers import header
from animecollections.api.simulating import drop, simulate
from animecollections.api.throttling import RateThrottle
from animecollections.identity import Account, Asker, Origin, SignIn

# Whatever a browser takes an answer for, it runs and loads nothing.
POLICY = "default-src 'none'; frame-ancestors 'none'"
NO_CONDITION = (
    "This header works only for one entry, the profile and the preferences. "
    "Leave it out here; in a batch use if_revision."
)
OWN_ALONE = "private, no-cache"
# A CDN may hold it for a minute, and for ten more while it asks again (by its ETag).
FOR_ALL = "public, max-age=60, stale-while-revalidate=600"


Policy = TypeVar("Policy")


class ApiViewSet(ViewSet):
    """HTTP manners: size caps, the cross-site rule, caching headers.

    max_body:      bytes a body may have; an endpoint that needs more says so.
    accepts_array: whether a JSON array may be the body.
    sets_cookie:   whether an answer can sign a browser in (cross-site rule).
    keeps_answers: whether a retry with its Idempotency-Key gets the first answer.
    throttle_scope: which of settings.RATES counts; reads and writes by themselves.
    wanted:        what the query says, by parameter, as the method documents them.
    speaks:        whether another language than English is active while it answers.
    is_public:     whether all who ask without credentials get one answer.
    documentation: of the method that is asked for; None for a 405 and OPTIONS.
    simulates:     values of X-Simulate that the view itself knows how to make true.
    simulated:     the one that this request sent.
    """

    max_body = 64 * 1024
    accepts_array = False
    sets_cookie = False
    keeps_answers = False
    throttle_scope = ""
    wanted: Wanted = {}
    is_public = False
    speaks = False
    documentation: Any = None
    simulates: Collection[str] = ()
    simulated = ""
    parsers: list[BaseParser]
    renderers: list[BaseRenderer]
    authenticators: list[BaseAuthentication]
    permissions: list[Any]
    throttles: list[BaseThrottle]
    negotiator: BaseContentNegotiation

    def __init_subclass__(cls, **more: object) -> None:
        """Makes the policies of a class once: they keep nothing of a request."""
        super().__init_subclass__(**more)
        cls.parsers = made(cls.parser_classes)
        cls.renderers = made(cls.renderer_classes)
        cls.authenticators = made(cls.authentication_classes)
        cls.permissions = made(cls.permission_classes)
        cls.throttles = made(cls.throttle_classes)
        cls.negotiator = cls.content_negotiation_class()

    def get_parsers(self) -> list[BaseParser]:
        return self.parsers

    def get_renderers(self) -> list[BaseRenderer]:
        return self.renderers

    def get_authenticators(self) -> list[BaseAuthentication]:
        return self.authenticators

    def get_permissions(self) -> list[Any]:
        return self.permissions

    def get_throttles(self) -> list[BaseThrottle]:
        return self.throttles

    def get_content_negotiator(self) -> BaseContentNegotiation:
        return self.negotiator

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: the methods are told where they are asked for (OPTIONS, 405)."""
        return {}

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        method = getattr(self, self.action or "", None)
        self.documentation = getattr(method, "documentation", None)
        self.check_size(request)
        self.wanted = self.read_query(request)
        # As in APIView.initial, which also negotiates what an answer is written in.
        self.perform_authentication(request)
        self.speak(language_of(request))
        self.check_permissions(request)
        self.check_throttles(request)
        self.simulated = simulate(self, request)
        self.check_conditions(request)

    def speak(self, language: str) -> None:
        """What is said from here on is in the language of who asks."""
        if language != ENGLISH:
            self.speaks = True
            translation.activate(language)

    def check_size(self, request: Request) -> None:
        """Before a byte is read; servers pass on no more than was declared."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            raise ApiError("bad_request")
        if int(length) > self.max_body:
            raise ApiError("too_large", limit=f"{self.max_body:,}")

    def read_query(self, request: Request) -> dict[str, object]:
        """By the parameters that the view's method documents."""
        if self.documentation is None:
            return {}
        if not request.META["QUERY_STRING"] and not self.documentation.needs_query:
            return {}
        try:
            return read_query(request.query_params, self.documentation.query_parameters)
        except TooManyFieldsSent:
            sentence = "The query has too many parameters. Send fewer."
            raise ApiError("bad_request", sentence=sentence) from None

    def check_conditions(self, request: Request) -> None:
        """400 for a condition on a write that looks at none: anyone who sends it would
        take the write for one that overtook nobody.
        """
        if request.method in SAFE_METHODS:
            return
        if self.documentation is None or self.documentation.takes("If-Match"):
            return
        for name in ("If-Match", "If-None-Match"):
            if (header(request, name) or "").strip():
                raise refuse(**{name: NO_CONDITION})

    def options(self, request: object, *args: object, **kwargs: object) -> Any:
        """The methods, in the header Allow; /api/schema tells the rest."""
        return Answer(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def check_permissions(self, request: Request) -> None:
        if request.method not in SAFE_METHODS:
            cross_site.check(request, sets_cookie=self.sets_cookie)
        check_account(request)
        super().check_permissions(request)
        self.check_scopes(request)

    def check_scopes(self, request: Request) -> None:
        """403 where the sign-in was not given what the operation needs."""
        if self.documentation is None or request.auth is None:
            return  # or a visitor, whom permissions have judged
        for scope in self.scopes_needed(self.documentation.scopes):
            self.require_scope(scope)

    def require_scope(self, scope: str) -> None:
        """For what only the body tells that it is needed."""
        if not self.has_scope(scope):
            raise missing(scope)

    def has_scope(self, scope: str) -> bool:
        return scope in cast("SignIn", self.request.auth).scopes

    def scopes_needed(self, scopes: Collection[str]) -> Collection[str]:
        """Of the documented ones; fewer where the query asks for less."""
        return scopes

    def handle_exception(self, exc: Exception) -> Any:
        """DRF looks at rates last, so that a 401 or 403 of its checks came uncounted.

        Counted only once refused: a good sign-in works, even from
        a network that guesses.
        """
        if isinstance(exc, NotModified):  # no failure
            return Answer(status=304, headers={"ETag": exc.held})
        response = super().handle_exception(exc)
        is_counted = hasattr(self.request, "rate_headers")
        if response.status_code in (401, 403) and not is_counted:
            try:
                RateThrottle().check_refused(self.request)
            except ApiError as throttled:
                return super().handle_exception(throttled)
        return response

    def finalize_response(
        self, request: Request, response: Any, *args: object, **kwargs: object
    ) -> Any:
        if self.speaks:
            translation.deactivate()
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", self.cache_control(request, response))
        # Accept never changes an answer; who asks does, and from where.
        response["Vary"] = "Cookie, Authorization, origin"
        if response.status_code >= 400:  # of a visitor in the language they accept
            vary_by(response, "Accept-Language")
        response.setdefault("Content-Security-Policy", POLICY)
        for name, value in getattr(request, "rate_headers", {}).items():
            response[name] = value
        if self.documentation is not None and self.documentation.deprecated:
            for name, value in self.documentation.deprecated.headers.items():
                response[name] = value
        if self.simulated:
            drop(self.simulated, request, response)
        return response

    def cache_control(self, request: Request, response: HttpResponseBase) -> str:
        """Public is only what brought no credentials, whatever became of them: caches
        that do not read Vary must keep nobody's own answer.
        """
        is_for_all = (
            self.is_public
            and response.status_code in (200, 304)
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and header(request, "Authorization") is None
        )
        return FOR_ALL if is_for_all else OWN_ALONE

    def read_body(
        self,
        serializer: type[Serializer[Any]],
        context: dict[str, object] | None = None,
    ) -> dict[str, Any]:
        """The body's values; 400 with a sentence for each wrong one."""
        return read_values(serializer, self.request.data, context)

    @property
    def asker(self) -> Asker:
        """Who is asking, where visitors may too."""
        return cast("Asker", self.request.user)

    @property
    def account(self) -> Account:
        """Who is asking, where the endpoint is for signed-in users alone."""
        return cast("Account", self.request.user)

    @property
    def user_id(self) -> UUID:
        return self.account.id

    @property
    def through(self) -> Origin:
        """Through what this request writes."""
        return cast("SignIn", self.request.auth).origin(
            client_id=(header(self.request, "X-Client-Id") or "")[:100],
            request_id=request_id.current.get(),
        )


def made(classes: Iterable[Callable[[], Policy]]) -> list[Policy]:
    return [one() for one in classes]


def check_account(request: Request) -> None:
    """409 where the request is for another account (X-Account, an id) than the cookie
    or token names. Two people may share a browser: what one of them queued must not
    reach the list of the other.
    """
    meant = header(request, "X-Account")
    if meant is None or not request.user.is_authenticated:
        return
    if meant.strip().lower() != str(request.user.pk):
        raise ApiError("other_account")
