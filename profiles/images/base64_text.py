"""Pictures sent as text: base64, and data URLs."""

import base64
from typing import Final

from profiles.images.containers import MEDIA_TYPES, find_format
from profiles.images.refusals import (
    MAX_ENCODED,
    ImageRefused,
    check_bytes,
    too_many_bytes,
)

MAX_DATA_URL_HEAD: Final = 500


def decode_base64(text: str) -> bytes:
    """The bytes of standard base64; white space is the only thing that may be in it."""
    if len(text) > MAX_ENCODED:
        raise too_many_bytes()
    try:
        packed = text.encode("ascii").translate(None, b" \t\n\r\f\v")
        data = base64.b64decode(packed, validate=True)
    except ValueError:
        raise ImageRefused(
            "base64_invalid",
            "The image is not valid base64; encode the file with the standard"
            " alphabet (A–Z, a–z, 0–9, + and /) and padding, and send it again.",
        ) from None
    check_bytes(data)
    return data


def decode_data_url(text: str) -> tuple[str, bytes]:
    """The true media type and the bytes of `data:image/png;base64,…`."""
    if len(text) > MAX_ENCODED:
        raise too_many_bytes()
    head, comma, body = text.strip().partition(",")
    scheme, _, media = head[:MAX_DATA_URL_HEAD].lower().partition(":")
    declared, *parameters = (part.strip() for part in media.split(";"))
    if scheme != "data" or not comma or parameters[-1:] != ["base64"]:
        raise ImageRefused(
            "base64_invalid",
            "The image is not a base64 data URL; send it in the form"
            " data:image/png;base64,… with the file in base64 after the comma.",
        )
    data = decode_base64(body)
    media_types = MEDIA_TYPES[find_format(data)]
    if declared not in media_types:
        raise ImageRefused(
            "data_url_mismatch",
            "The data URL declares a type that does not match its bytes, which "
            f"are {media_types[0]}; declare that type and send it again.",
        )
    return media_types[0], data
