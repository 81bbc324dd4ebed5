"""How environment variables are read; settings.py says which, and nothing else reads.

Whatever is wrong with one stops the start, with a sentence that begins with its name
and never shows a password.
"""

import os
import re
import secrets
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
from environs import Env, ValidationError
from environs import validate as rules
from environs.exceptions import EnvValidationError

from animecollections.api.web_addresses import is_safe_to_ask

env = Env()
A_NAME = rules.Length(1, 100)
POSITIVE = rules.Range(0, min_inclusive=False)
MINUTES = rules.Range(1, 525_600)
DAYS = rules.Range(1, 36_500)
HOST_NAME = rules.Regexp(r"[^/\s]+\Z", error="{input!r} is no name of a host.")
DOMAIN_OR_NONE = rules.Regexp(
    r"([a-z0-9-]+(\.[a-z0-9-]+)*)?\Z", error="{input!r} is no domain."
)
FILE = rules.Regexp(
    r"(https?://|/)\S+\Z", error="{input!r} is no address, and no path from the root."
)
SOURCE_NAME = rules.Regexp(
    r"[a-z0-9][a-z0-9._-]{0,39}\Z", error="{input!r} is no name of a source."
)
ORIGIN = rules.Regexp(
    r"https?://[^/\s]+\Z", error="{input!r} is not like https://example.org."
)


def wrong(name: str, why: str, *causes: str) -> EnvValidationError:
    """What to raise for a variable that the readers of `env` let pass."""
    sentence = f'Environment variable "{name}" invalid: {why}'
    return EnvValidationError(sentence, list(causes))


def read_url(name: str, default: str, parse: Any) -> dict[str, Any]:
    """A URL-shaped variable as the dictionary Django wants, or an error naming it."""
    value = env.str(name, default)
    try:
        return dict(parse(value))
    except (ValueError, KeyError) as error:
        shown = value.split("@")[-1]
        why = f"{shown!r} is not an address of a kind we know."
        raise wrong(name, why, str(error)) from None


def parse_email_url(url: str) -> dict[str, Any]:
    config: dict[str, Any] = dj_email_url.parse(url)
    if "EMAIL_BACKEND" not in config:  # it lets unknown kinds pass
        raise ValueError(url)
    # None would wait for ever for a mail server that says nothing.
    config["EMAIL_TIMEOUT"] = config.get("EMAIL_TIMEOUT") or 30
    return config


def each(rule: Callable[[str], object]) -> Callable[[list[str]], None]:
    """A rule for one value as a rule for a list of them."""

    def check(values: list[str]) -> None:
        for value in values:
            rule(value)

    return check


def an_object(value: object) -> None:
    if not isinstance(value, dict):
        raise ValidationError("Not a JSON object.")


# Providers that need no more than a client.
KNOWN_PROVIDERS = {
    "google": {"name": "Google", "issuer": "https://accounts.google.com"},
}
OF_PROVIDER = {"name", "issuer", "client_id", "client_secret"}
PROVIDER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


def providers(name: str, named: Any) -> dict[str, dict[str, str]]:
    """{id: name, issuer, client_id, client_secret}, of who signs people in. What is
    wrong is told without the values: one of them is a secret.
    """
    return {id_: provider_of(name, id_, told) for id_, told in named.items()}


def provider_of(name: str, id_: str, told: object) -> dict[str, str]:
    if not PROVIDER_ID.fullmatch(id_):
        raise wrong(name, f"{id_[:40]!r} is no id: use small letters, digits and -.")
    if not isinstance(told, dict):
        raise wrong(name, f"of {id_}: not a JSON object.")
    known = KNOWN_PROVIDERS.get(id_, {"name": id_, "client_secret": ""})
    provider = {"client_secret": ""} | known | told
    if missing := OF_PROVIDER - provider.keys():
        raise wrong(name, f"of {id_}: {', '.join(sorted(missing))} is missing.")
    if odd := provider.keys() - OF_PROVIDER:
        raise wrong(name, f"of {id_}: nothing is called {', '.join(sorted(odd))}.")
    if not all(isinstance(value, str) for value in provider.values()):
        raise wrong(name, f"of {id_}: each value is a text.")
    if not is_safe_to_ask(provider["issuer"]) or not provider["client_id"]:
        raise wrong(name, f"of {id_}: the issuer has an https address, a client an id.")
    return provider


def domain_of(url: str) -> str:
    """The domain of a web address; "" where it has a number in its place."""
    host = urlsplit(url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def read_key(path: Path) -> str:
    """A key that was made before; "" where none was."""
    return path.read_text().strip() if path.exists() else ""


def kept_secret_key(path: Path, size: int = 64) -> str:
    """The development key: made once, kept in an ignored file, owner-readable only."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(size)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
