"""What apps ask by themselves, without a person: `/oauth/token` and its neighbours.

They answer in the shape of the protocol's own standards, not of the API. Programs in
the pages of any site may read the answers: no cookie counts here.
"""

import json
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from oauthlib.oauth2 import OAuth2Error
from rest_framework.request import Request

from animecollections.api.client_ip import address, network
from animecollections.api.errors import ApiError
from animecollections.api.throttling import RateThrottle
from profiles.oauth import server
from profiles.oauth.validator import CALLER

Answer = tuple[dict[str, str], str, int]
Run = Callable[[str, dict[str, str], dict[str, str]], Answer]
MOST_BYTES = 16 * 1024
FORM = "application/x-www-form-urlencoded"
NEVER_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
READ_ANYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "86400",
}


class Refusal(Exception):  # noqa: N818  (what the protocol calls an error is its answer)
    def __init__(
        self,
        error: str,
        description: str,
        status: int = 400,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}
        self.status = status
        self.headers = headers or {}


def endpoint(
    rate: str,
) -> Callable[[Run], Callable[[HttpRequest], HttpResponse]]:
    """A view of what runs one part of the protocol on a form."""

    def make(run: Run) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        def view(request: HttpRequest) -> HttpResponse:
            try:
                response = to_response(answer_to(request, rate, run))
            except Refusal as refusal:
                response = JsonResponse(
                    refusal.body, status=refusal.status, headers=refusal.headers
                )
            for name, value in {**NEVER_STORED, **READ_ANYWHERE}.items():
                response[name] = value
            return response

        return view

    return make


def answer_to(request: HttpRequest, rate: str, run: Run) -> Answer:
    if request.method == "OPTIONS":
        return {"Access-Control-Allow-Methods": "POST"}, "", 204
    if request.method != "POST":
        raise Refusal("invalid_request", "Send a POST.", 405, {"Allow": "POST"})
    spend(request, rate)
    form = read_form(request)
    headers = {
        name: request.headers[name]
        for name in ("Authorization", "Content-Type", "User-Agent")
        if name in request.headers
    }
    headers[CALLER] = address(request)
    try:
        with transaction.atomic():
            try:
                return run(request.path, server.known(form), headers)
            except OAuth2Error as error:  # what a refusal ends stays ended
                return error.headers, error.json, error.status_code
    except IntegrityError:  # the person's account was erased meanwhile
        raise Refusal("invalid_grant", "The account is gone.") from None


def spend(request: HttpRequest, rate: str) -> None:
    try:
        RateThrottle().spend(Request(request), rate, network(address(request)))
    except ApiError as error:
        refusal = (error.sentence, error.status_code, error.headers)
        raise Refusal("slow_down", *refusal) from None


def read_form(request: HttpRequest) -> QueryDict:
    """A form, in UTF-8. Nothing counts that stands in the address, and so in logs."""
    if request.META.get("QUERY_STRING"):
        raise Refusal("invalid_request", "Send the parameters in the body alone.")
    if request.content_type != FORM:
        raise Refusal("invalid_request", f"Send a body of {FORM}.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit() and int(length) <= MOST_BYTES):
        raise Refusal("invalid_request", f"Send at most {MOST_BYTES} bytes.", 413)
    try:
        return QueryDict(request.body, encoding="utf-8")
    except SuspiciousOperation:
        raise Refusal("invalid_request", "Send fewer parameters.") from None


def to_response(answer: Answer) -> HttpResponse:
    headers, body, status = answer
    response = HttpResponse(body, status=status, content_type="application/json")
    for name, value in headers.items():
        response[name] = value
    if status == 401:  # oauthlib would ask for a bearer token
        response["WWW-Authenticate"] = 'Basic realm="animecollections"'
    return response


@endpoint("oauth")
def token(uri: str, body: dict[str, str], headers: dict[str, str]) -> Answer:
    answer: Answer = server.token.create_token_response(uri, "POST", body, headers)
    return answer


@endpoint("oauth")
def revoke(uri: str, body: dict[str, str], headers: dict[str, str]) -> Answer:
    answer: Answer = server.revocation.create_revocation_response(
        uri, "POST", body, headers
    )
    return answer


@endpoint("device")
def device_authorization(
    uri: str, body: dict[str, str], headers: dict[str, str]
) -> Answer:
    return {}, json.dumps(server.begin_device(uri, body, headers)), 200


@csrf_exempt
def metadata(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    response = JsonResponse(server.metadata(), json_dumps_params={"indent": 2})
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response
