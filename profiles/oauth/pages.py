"""The pages on which a person decides about an app: `/oauth/authorize`, where it sends
them, and `/link`, where they type the code that a device shows.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language_from_request, gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from oauthlib.oauth2 import AccessDeniedError, FatalClientError, OAuth2Error
from rest_framework.request import Request as ApiRequest

from animecollections.api.client_ip import address, network
from animecollections.api.errors import ApiError
from animecollections.api.throttling import RateThrottle
from animecollections.identity import Account, SignIn
from animecollections.scopes import SCOPES, with_groups
from profiles.accounts.authentication import account_behind
from profiles.accounts.models import User
from profiles.accounts.proofs import is_fresh
from profiles.accounts.sessions import is_key
from profiles.oauth import codes, devices, server
from profiles.oauth.models import App
from profiles.oauth.services import current_epoch, find_app
from profiles.oauth.validator import Request

ALLOW = "allow"


def account_here(request: HttpRequest) -> Account | None:
    """Whoever is signed in here by cookie, by the check that the API makes."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not is_key(key):
        return None
    return account_behind(SignIn("session", str(key)))


def show(
    request: HttpRequest, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    language = get_language_from_request(request)
    context = {"language": language, "es": language == "es", **more}
    return render(request, f"oauth/{name}.html", context, status=status)


def is_proved_here(request: HttpRequest, account: Account) -> bool:
    """Whether they said who they are a moment ago: a cookie alone lets no app in."""
    key = request.COOKIES[settings.SESSION_COOKIE_NAME]
    return is_fresh(user_id=account.id, sign_in=SignIn("session", key))


def to_sign_in(path: str) -> HttpResponse:
    """The web client signs them in, and sends them back here."""
    return redirect(f"/?{urlencode({'said': 'app', 'next': path})}")


def to_proof(path: str) -> HttpResponse:
    """The web client asks them for a fresh proof, and sends them back here."""
    return redirect(f"/?{urlencode({'said': 'app', 'prove': 'yes', 'next': path})}")


def refuse_too_many(request: HttpRequest, rate: str, who: str) -> HttpResponse | None:
    try:
        RateThrottle().spend(ApiRequest(request), rate, who)
    except ApiError as error:
        response = show(request, "refused", status=429, reason="too_many")
        response["Retry-After"] = error.headers["Retry-After"]
        return response
    return None


# --- Where an app sends somebody ------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """The request of the app is looked at anew when its form comes back: nothing that a
    page has shown counts.
    """
    who = network(address(request))
    if refused := refuse_too_many(request, "oauth", who):
        return refused
    try:
        sent = request.POST if request.method == "POST" else request.GET
        words, asked = server.read_authorization(sent)
    except (FatalClientError, SuspiciousOperation) as error:
        # Where it would lead nobody knows: the person is told, and goes nowhere.
        description = getattr(error, "description", "")
        return show(
            request, "refused", status=400, reason="request", description=description
        )
    except OAuth2Error as error:
        return tell_app_of(request, sent, error)
    account = account_here(request)
    if account is None:
        return to_sign_in(address_of(sent))
    if asks_for_no_page(sent):
        return tell_error(no_page_error(asked))
    if request.method == "POST" and sent.get("account") == str(account.id):
        return decide(request, account, words, asked)
    if not is_proved_here(request, account):
        return to_proof(address_of(sent))
    return ask(request, account, words, asked)


def address_of(sent: QueryDict) -> str:
    return f"{server.AUTHORIZE}?{urlencode(server.known(sent))}"


def tell_app_of(
    request: HttpRequest, sent: QueryDict, error: OAuth2Error
) -> HttpResponse:
    """An app that asked for something wrong learns it; after its person has signed in,
    so that no address of ours leads strangers on to another site by itself.
    """
    if account_here(request) is None:
        return to_sign_in(address_of(sent))
    return tell_error(error)


def asks_for_no_page(sent: QueryDict) -> bool:
    """As OpenID Connect has it: an answer at once, or none."""
    return "none" in sent.get("prompt", "").split()


def no_page_error(asked: Request) -> OAuth2Error:
    """A person is always asked, so an app that wants no page gets no. Who is not signed
    in is not led on by it either: they sign in first.
    """
    error = AccessDeniedError("A person has to decide, on a page.", request=asked)
    error.error = "interaction_required"
    return error


def tell_error(error: OAuth2Error) -> HttpResponse:
    error.response_mode = None  # in the query, whatever was asked for
    return to_app(server.with_issuer(error.in_uri(error.redirect_uri)))


def to_app(uri: str) -> HttpResponse:
    """303: the browser forgets what it sent us. It may be an address that only a
    program on this machine knows.
    """
    headers = {"Location": uri, "Referrer-Policy": "no-referrer"}
    return HttpResponse(status=303, headers=headers)


def ask(
    request: HttpRequest, account: Account, words: Sequence[str], asked: Request
) -> HttpResponse:
    app: App = asked.client
    sent = request.POST if request.method == "POST" else request.GET
    response = show_consent(
        request,
        account,
        app,
        words,
        action=server.AUTHORIZE,
        fields=server.known(sent).items(),
        goes_to=urlsplit(asked.redirect_uri).hostname,
        is_web=asked.redirect_uri.startswith("https:"),
    )
    allow_form_to_lead_to(response, asked.redirect_uri)
    return response


def show_consent(
    request: HttpRequest,
    account: Account,
    app: App,
    words: Sequence[str],
    **more: Any,
) -> HttpResponse:
    with override(get_language_from_request(request)):
        scopes = [
            (scope, gettext(SCOPES[scope])) for scope in sorted(with_groups(words))
        ]
    makers = User.objects.filter(pk=app.user_id).values_list("user_name", flat=True)
    return show(
        request,
        "consent",
        app=app,
        maker=makers.first(),
        account=account,
        scopes=scopes,
        may_see_mature=not account.hides_mature,
        **more,
    )


def allow_form_to_lead_to(response: HttpResponse, uri: str) -> None:
    """Browsers hold the policy of the page with the form against where its answer leads
    too. No policy can name an address of IPv6.
    """
    scheme, host = urlsplit(uri)[:2]
    is_nameable = scheme in ("http", "https") and "[" not in host
    source = f"{scheme}://{host}" if is_nameable else f"{scheme}:"
    response._csp_update = {"form-action": [source]}  # type: ignore[attr-defined]


def decide(
    request: HttpRequest, account: Account, words: Sequence[str], asked: Request
) -> HttpResponse:
    auth_epoch = current_epoch(account.id)
    allowed = allowed_of(request.POST, words)
    # Asked for after the epoch was read: what signs everybody out in between counts.
    if auth_epoch is None or account_here(request) is None:
        return to_sign_in(address_of(request.POST))
    if not allowed:
        return tell_error(AccessDeniedError(request=asked))
    if not is_proved_here(request, account):
        return to_proof(address_of(request.POST))
    try:
        location = server.allow(
            request.POST,
            account=account,
            auth_epoch=auth_epoch,
            scopes=allowed,
            mature=may_see_mature(request, account),
        )
    except OAuth2Error as error:
        return tell_error(error)
    return to_app(location)


def allowed_of(sent: QueryDict, words: Sequence[str]) -> list[str]:
    """What the person left ticked; nothing where they refused."""
    if sent.get("decision") != ALLOW:
        return []
    ticked = with_groups(words).intersection(sent.getlist("allowed"))
    return server.left_of(words, ticked)


def may_see_mature(request: HttpRequest, account: Account) -> bool:
    return "mature" in request.POST and not account.hides_mature


# --- The code that a device shows ----------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponseBase:
    account = account_here(request)
    if account is None:
        return to_sign_in(request.get_full_path())
    if request.method != "POST":
        if not is_proved_here(request, account):
            return to_proof(request.get_full_path())
        letters = codes.read_letters(request.GET.get("user_code", ""))
        return show(request, "link", typed=codes.shown(letters) if letters else "")
    if refused := refuse_too_many(request, "link", str(account.id)):
        return refused
    typed = request.POST.get("user_code", "")
    letters = codes.read_letters(typed)
    waiting = devices.waiting(letters) if letters else None
    app = find_app(str(waiting.app_id)) if waiting else None
    if letters is None or waiting is None or app is None:
        is_wrong = {"typed": typed[: codes.MOST_TYPED], "is_wrong": True}
        return show(request, "link", status=400, **is_wrong)
    words = waiting.scopes.split()
    if "decision" in request.POST and request.POST.get("account") == str(account.id):
        return decide_on_device(request, account, letters, words)
    return show_consent(
        request,
        account,
        app,
        words,
        action=server.LINK,
        fields=[("user_code", codes.shown(letters))],
        user_code=codes.shown(letters),
    )


def decide_on_device(
    request: HttpRequest, account: Account, letters: str, words: Sequence[str]
) -> HttpResponse:
    auth_epoch = current_epoch(account.id)
    if auth_epoch is None or account_here(request) is None:
        return to_sign_in(server.LINK)
    allowed = allowed_of(request.POST, words)
    if allowed and not is_proved_here(request, account):
        return to_proof(f"{server.LINK}?{urlencode({'user_code': letters})}")
    was_waiting = devices.decide(
        letters=letters,
        user_id=account.id,
        auth_epoch=auth_epoch,
        scopes=allowed,
        mature=may_see_mature(request, account),
        is_allowed=bool(allowed),
    )
    if not was_waiting:
        return show(request, "link", status=400, typed="", is_wrong=True)
    return show(request, "linked", is_allowed=bool(allowed))
