"""Requests to the server: signed, and sent again where that is right."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

TOKEN = "/api/auth/token"
OAUTH = "/oauth"
PAUSES = (1, 2, 4, 8, 16, 32, 60)  # seconds; the last goes on
LOCKED = "locked"  # a person has to wait, no program


class Offline(Exception):
    """No answer of the API, however often it was asked. What was sent may be done."""


class Refused(Exception):
    """The API answered, and did nothing. Programs decide by `code`."""

    def __init__(self, status: int, failure: Mapping[str, Any]) -> None:
        super().__init__(failure.get("error", ""))
        self.status = status
        self.code: str = failure["code"]
        self.fields: dict[str, list[str]] = failure.get("fields", {})
        self.details: dict[str, Any] = failure.get("details", {})
        self.request_id: str = failure.get("request_id", "")

    @property
    def is_for_later(self) -> bool:
        busy = self.status in (429, 503) and self.code != LOCKED
        return busy or self.status >= 500 or self.code == "still_running"


@dataclass(frozen=True)
class Answer:
    data: Any
    meta: dict[str, Any]
    is_replayed: bool  # of an earlier request with the same key


class Api:
    """One server, and who asks there.

    token:     a personal token, or the access token of a sign-in.
    refresh:   its refresh token, which gets the next pair; `save` keeps that.
    client_id: of a registered app, whose tokens these are; and its secret, if any.
    patience:  seconds that a request may be tried again for.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        refresh: str = "",
        client_id: str = "",
        client_secret: str = "",
        save: Callable[[str, str], object] = lambda token, refresh: None,
        patience: float = 300,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.url, self.token, self.refresh_token = url.rstrip("/"), token, refresh
        self.client_id, self.client_secret = client_id, client_secret
        self.save, self.patience, self.sleep = save, patience, sleep
        agent = {"User-Agent": "animecollections-client (Python)"}
        self.http = httpx.Client(
            base_url=self.url, timeout=30, headers=agent, transport=transport
        )

    @classmethod
    def sign_in(cls, url: str, email: str, password: str, **more: Any) -> Self:
        """For as long as this object lives: it keeps its tokens nowhere."""
        api = cls(url, **more)
        api.take_pair(api.ask("POST", TOKEN, {"email": email, "password": password}))
        return api

    def sign_out(self) -> None:
        """Ends the sign-in. A token without a refresh token stays good."""
        if self.refresh_token and self.client_id:
            self.ask_oauth("revoke", token=self.refresh_token)
        elif self.refresh_token:
            self.ask("POST", f"{TOKEN}/revoke", {"refresh": self.refresh_token})
        self.token = self.refresh_token = ""

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def user(self) -> dict[str, Any]:
        """Who is signed in."""
        found: dict[str, Any] | None = self.ask("GET", "/api/auth/session").data
        if found is None:
            raise Refused(401, {"code": "not_signed_in", "error": "Sign in first."})
        return found

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer; Refused, or Offline after all tries.

        A write is sent again only with an `Idempotency-Key` in its headers: without one
        nobody knows whether the lost try was done. What the server turned away before
        it did anything (429, 503 with a code) may always be sent again.
        """
        is_repeatable = method == "GET" or "Idempotency-Key" in (headers or {})
        until, number = time.monotonic() + self.patience, 0
        has_refreshed = False  # a clock that is wrong makes every token an old one
        while True:
            pause = PAUSES[min(number, len(PAUSES) - 1)] * spread()
            try:
                return self.send(method, path, body, query, headers)
            except Offline as failure:
                problem: Exception = failure
                may_repeat = is_repeatable
            except Refused as refused:
                is_old = refused.code == "token_expired" and self.refresh_token
                if is_old and not has_refreshed:
                    self.refresh()
                    has_refreshed = True
                    continue
                if not refused.is_for_later:
                    raise
                problem = refused
                may_repeat = is_repeatable or refused.status in (429, 503)
                pause = float(refused.details.get("retry_after", pause))
            if not may_repeat or time.monotonic() + pause > until:
                raise problem
            self.sleep(pause)
            number += 1

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        """One try."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = self.http.request(
                method,
                path,
                json=body,
                params=query,
                headers={**bearer, **(headers or {})},
            )
        except httpx.RequestError as failure:
            raise Offline(str(failure)) from failure
        return read(answer)

    def refresh(self) -> None:
        """The next pair. A refresh token works once, so it is sent once."""
        if self.client_id:
            told = self.ask_oauth(
                "token", grant_type="refresh_token", refresh_token=self.refresh_token
            )
            self.keep_pair(told["access_token"], told["refresh_token"])
            return
        pair = {"refresh": self.refresh_token}
        self.take_pair(self.send("POST", f"{TOKEN}/refresh", pair, None, None))

    def take_pair(self, answer: Answer) -> None:
        self.keep_pair(answer.data["access"], answer.data["refresh"])

    def keep_pair(self, token: str, refresh: str) -> None:
        self.token, self.refresh_token = token, refresh
        self.save(token, refresh)

    def ask_oauth(self, endpoint: str, **values: str) -> dict[str, Any]:
        """As a registered app: a form, sent once, and an answer as OAuth has it."""
        sent = {"client_id": self.client_id, **values}
        if self.client_secret:
            sent["client_secret"] = self.client_secret
        try:
            answer = self.http.post(f"{OAUTH}/{endpoint}", data=sent)
            told: dict[str, Any] = answer.json() if answer.content else {}
        except (httpx.RequestError, ValueError) as failure:
            raise Offline(str(failure)) from failure
        if answer.status_code != httpx.codes.OK:
            code = told.get("error", "")
            said = told.get("error_description", code)
            ended = "session_ended" if code == "invalid_grant" else code
            raise Refused(answer.status_code, {"code": ended, "error": said})
        return told

    def typed(self) -> Any:
        """For the functions of `animecollections_client.typed.api`, as `client`."""
        from .typed import AuthenticatedClient

        return AuthenticatedClient(base_url=self.url, token=self.token)


def spread() -> float:
    """Not all devices come again at the same moment."""
    return random.uniform(0.5, 1)  # noqa: S311


def read(answer: httpx.Response) -> Answer:
    """A proxy's page, or half an answer, says nothing about what was done."""
    try:
        body = answer.json()
        if body["success"]:
            replayed = answer.headers.get("Idempotency-Replayed") == "true"
            return Answer(body["data"], body.get("meta", {}), replayed)
        refused = Refused(answer.status_code, body)
    except (ValueError, KeyError, TypeError):
        said = f"{answer.status_code} is no answer of the API"
        raise Offline(said) from None
    raise refused
