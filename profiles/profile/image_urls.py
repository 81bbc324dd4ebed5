"""Addresses of pictures: which may stand in a profile, and which are known here.

A profile may show any web address (`is_web_address`) or a picture of ours: its owner
chooses it, browsers load it, and this server never does. An upload answers back only
addresses that are known: ours, of an image host, or what the profile shows already.
"""

import re
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.http import is_same_domain

from animecollections.db.ids import masked, unmasked

MAX_LENGTH = 1000
FOLDER = "images/"
MASKED_FOLDER = "pictures/"
# images/<user id>/<hash of the content>.webp, as services.images names a file.
USER_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OWN_PATH = re.compile(rf"{FOLDER}{USER_ID}/[0-9a-f]{{32}}\.webp", re.ASCII)
# Browsers read "\" as "/", and drop line breaks: such an address says two things.
UNSAFE = re.compile(r"[\s<>\"\\]")


def public_url(path: str, site: str) -> str:
    """Where a browser gets a stored picture; `site` is the root this request came to.

    A storage elsewhere (S3, a CDN) has addresses of its own, and keeps them.
    """
    return urljoin(site, default_storage.url(path))


def is_own_path(path: str) -> bool:
    return OWN_PATH.fullmatch(path) is not None


def own_path(url: str, site: str) -> str | None:
    """The name in the storage of a picture of ours, absolute or "/media/…"; or None."""
    if len(url) > MAX_LENGTH or UNSAFE.search(url):
        return None
    try:
        whole = urljoin(site, url)
    except ValueError:
        return None
    for root in (site, settings.PUBLIC_URL):
        folder = public_url(FOLDER, root).partition("?")[0]
        path = FOLDER + whole.removeprefix(folder)
        if whole.startswith(folder) and is_own_path(path):
            return path
    return None


def path_of_ours(url: str) -> str | None:
    """The name in the storage that an address ends with, on whichever site: what is
    shown then comes from our storage, or is nothing.
    """
    _, folder, rest = url.partition(f"/{FOLDER}")
    path = f"{FOLDER}{rest}"
    return path if folder and is_own_path(path) else None


def picture_identity(url: str) -> str:
    """What a picture is, at whichever of its addresses: ours are named by a hash of
    their content.
    """
    path = path_of_ours(url)
    return path.rpartition("/")[2] if path else url


def is_from_us(url: str, user_id: UUID) -> bool:
    """Whether others are shown a file of theirs that we store: it never changes."""
    path = path_of_ours(url)
    return path is not None and path.startswith(f"{FOLDER}{user_id}/")


def url_for_others(url: str | None, user_id: UUID) -> str | None:
    """The same picture at an address that does not tell whose it is: paths of ours name
    the account. Where it names another account it is shown as its owner wrote it, for
    they know that id, and nobody is given the mask of an id that they chose.
    """
    if not url or not is_from_us(url, user_id):
        return url or None
    file_name = picture_identity(url)
    mask = masked(user_id, "pictures", file_name)
    return f"{settings.PUBLIC_URL}/{MASKED_FOLDER}{mask}/{file_name}"


def unmasked_path(mask: str, file_name: str) -> str:
    """The name in the storage of a picture at such an address."""
    try:
        user_id = unmasked(UUID(mask), "pictures", file_name)
    except ValueError:
        return ""
    return f"{FOLDER}{user_id}/{file_name}"


def is_web_address(url: str) -> bool:
    """An http or https address with a host, and nothing that hides another one."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it checks it)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and not UNSAFE.search(url)
    )


def is_of_image_host(url: str) -> bool:
    """An https address of a host in IMAGE_HOSTS (".example.org": and below it)."""
    if not is_web_address(url):
        return False
    parts = urlsplit(url)
    return (
        parts.scheme == "https"
        and parts.port in (None, 443)
        and any(
            is_same_domain(parts.hostname or "", host.lower())
            for host in settings.IMAGE_HOSTS
        )
    )
