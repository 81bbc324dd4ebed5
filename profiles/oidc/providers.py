"""The providers that the settings name, and what each says of itself."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, cast

from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from animecollections.api.errors import ApiError
from animecollections.api.web_addresses import is_safe_to_ask
from profiles.oidc.http import new_session

logger = logging.getLogger(__name__)

CONFIGURATION = "/.well-known/openid-configuration"
KEPT_FOR = 3600.0  # seconds
ASKED_AGAIN_AFTER = 10.0  # where it failed, or has no such key
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
UNREADABLE = (ValueError, TypeError, LookupError, RecursionError, JoseError)


class UnavailableError(Exception):
    """The provider does not answer, or not as one."""


@dataclass(slots=True)
class Kept:
    """Something that a provider tells everybody, asked for once in an hour. While it
    does not answer, one request in some seconds waits for it and no more: our threads
    are few.

    read: makes of the answer what is kept; ValueError for one that is no good.
    """

    read: Callable[[dict[str, Any]], Any]
    value: Any = None
    asked_at: float = 0.0
    failed_at: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def get(self, address: str, *, newer_than: float = KEPT_FOR) -> Any:
        now = monotonic()
        if self.value is not None and now - self.asked_at < newer_than:
            return self.value
        if self.failed_at and now - self.failed_at < ASKED_AGAIN_AFTER:
            return self.or_older(address)
        if not self.lock.acquire(blocking=False):  # another thread asks already
            return self.or_older(address)
        try:
            self.value = fetch(address, self.read)
            self.asked_at, self.failed_at = now, 0.0
        except UnavailableError:
            self.failed_at = monotonic()
            return self.or_older(address)
        finally:
            self.lock.release()
        return self.value

    def or_older(self, address: str) -> Any:
        if self.value is None:
            raise UnavailableError(address)
        return self.value


def fetch(address: str, read: Callable[[dict[str, Any]], Any]) -> Any:
    with new_session() as session:
        try:
            # Without a token of anybody's.
            response = session.get(address, withhold_token=True)
            response.raise_for_status()
            return read(response.json())
        except (RequestException, *UNREADABLE) as error:
            logger.warning("No good answer of %s: %s", address, type(error).__name__)
            raise UnavailableError(address) from None


class Provider:
    """One that the settings name."""

    def __init__(
        self, id_: str, name: str, issuer: str, client_id: str, client_secret: str
    ) -> None:
        self.id, self.name, self.issuer = id_, name, issuer
        self.client_id, self.client_secret = client_id, client_secret
        self.configuration, self.keys = Kept(self.read), Kept(key_set_of)

    def read(self, told: dict[str, Any]) -> dict[str, Any]:
        """Its addresses. What names another issuer is not of this one."""
        addresses = [told[name] for name in ADDRESSES]
        if told["issuer"] != self.issuer or not all(map(is_usable, addresses)):
            raise ValueError("The configuration of another")
        return told

    def metadata(self) -> dict[str, Any]:
        address = self.issuer.rstrip("/") + CONFIGURATION
        return cast("dict[str, Any]", self.configuration.get(address))

    def key_set(self, *, is_renewed: bool = False) -> KeySet:
        """Its keys; asked for once more where a token names one that is not among
        them, for providers change them.
        """
        newer_than = ASKED_AGAIN_AFTER if is_renewed else KEPT_FOR
        keys = self.keys.get(self.metadata()["jwks_uri"], newer_than=newer_than)
        return cast("KeySet", keys)


def key_set_of(told: Any) -> KeySet:
    return KeySet.import_key_set(told)


def is_usable(address: object) -> bool:
    return isinstance(address, str) and is_safe_to_ask(address)


_known: dict[str, tuple[dict[str, str], Provider]] = {}


def providers() -> list[Provider]:
    """Those that the settings name, in their order."""
    return [provider(id_) for id_ in settings.OIDC_PROVIDERS]


def provider(id_: str) -> Provider:
    """404 `provider_not_found`."""
    told = settings.OIDC_PROVIDERS.get(id_)
    if told is None:
        raise ApiError("provider_not_found")
    if id_ not in _known or _known[id_][0] != told:
        _known[id_] = (told, Provider(id_, **told))
    return _known[id_][1]
