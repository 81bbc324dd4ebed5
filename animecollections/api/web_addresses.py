"""Addresses of other servers, as settings and those servers name them."""

from urllib.parse import urlsplit

HERE = {"localhost", "127.0.0.1", "::1"}


def is_safe_to_ask(text: str) -> bool:
    """Whether it is https; without, only what does not leave this machine."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        address = urlsplit(text)
        host = address.hostname
    except ValueError:
        return False
    if not host or address.username is not None:
        return False
    return address.scheme == "https" or (address.scheme == "http" and host in HERE)
