"""Where an app may be told what a person decided: what it can register, and whether it
asks for one of those. Letter for letter (RFC 9700), but for the port of an app that
listens on the person's own machine (RFC 8252).
"""

import re
from collections.abc import Collection

MOST = 10
LONGEST = 300  # letters
# What an address may be made of (RFC 3986), without the fragment; no backslash, which
# browsers take for a slash.
LETTERS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+", re.ASCII)
HOST = r"(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?"
WEB = re.compile(rf"https://{HOST}(?::\d{{1,5}})?(?:[/?].*)?", re.ASCII)
LOCALHOST = re.compile(r"http://localhost(?::\d{1,5})?(?:[/?].*)?", re.ASCII)
LOOPBACK = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?P<rest>(?:[/?].*)?)",
    re.ASCII,
)
# Of a domain that its maker has, turned around: another app is not likely to have it.
PRIVATE = re.compile(r"[a-z][a-z0-9+\-]*(?:\.[a-z0-9+\-]+)+:/.*", re.ASCII)


def what_is_wrong(uri: str) -> str | None:
    """A sentence on why an app cannot register it; None where it can."""
    if len(uri) > LONGEST:
        return f"It has more than {LONGEST} letters."
    if "#" in uri:
        return "It has a fragment (#): leave it out."
    if "*" in uri:
        return "It has a wildcard (*): write each address in full."
    if not LETTERS.fullmatch(uri):
        return "It has a character that an address cannot have: encode it."
    if any(kind.fullmatch(uri) for kind in (WEB, LOOPBACK, LOCALHOST, PRIVATE)):
        return None
    return (
        "Use https://…, http://127.0.0.1/… for an app on the person's own machine, or "
        "a scheme of your own domain such as org.example.app:/…."
    )


def is_registered(uri: str, registered: Collection[str]) -> bool:
    """Whether it is one of them. What was registered may be of an older rule."""
    if what_is_wrong(uri):
        return False
    return uri in registered or without_port(uri) in {
        without_port(one) for one in registered if LOOPBACK.fullmatch(one)
    }


def without_port(uri: str) -> str:
    """Of a loopback address, where any port is the same; else as it is."""
    found = LOOPBACK.fullmatch(uri)
    return found["host"] + found["rest"] if found else uri
