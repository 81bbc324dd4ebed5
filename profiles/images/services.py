"""Uploaded pictures: judged, re-encoded, kept in the storage, and taken away again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Count, Sum

from animecollections.api.errors import ApiError
from animecollections.api.permits import Permits, long_work
from animecollections.db.ids import time_of
from animecollections.identity import Origin
from history.log.recording import recording
from history.models import ChangeKind, UserState
from profiles.count_corrections.models import CountCorrection
from profiles.images.base64_text import decode_base64, decode_data_url
from profiles.images.encoding import Kind, ProcessedImage, process
from profiles.images.models import Image
from profiles.images.refusals import ImageRefused
from profiles.images.storage import is_removed, storage_failures_told
from profiles.profile.image_urls import (
    FOLDER,
    MAX_LENGTH,
    is_of_image_host,
    own_path,
)
from profiles.profile.models import Profile

logger = logging.getLogger(__name__)

MAX_IMAGES = 200
MAX_STORED = 100 * 1024 * 1024
# A picture can take 300 MB while it is decoded: one at a time in each process, by turn.
DECODER = Permits(1, waiting=settings.WEB_THREADS)


def read(
    image: bytes | str, *, kind: Kind, user_id: UUID, site: str
) -> ProcessedImage | str:
    """A picture, given as its bytes, base64, a data URL or an address, made ready.

    An address is only ever given back, if it is one we know; nothing is fetched.
    `site` is the root that the request came to. Takes a while, and no lock.
    """
    if isinstance(image, str) and is_address(image, site):
        return known_address(image, user_id=user_id, site=site)
    with long_work.held(user_id):
        data = decode(image) if isinstance(image, str) else image
        with DECODER.held(user_id), refusals_told():
            return process(data, kind)


def is_address(text: str, site: str) -> bool:
    """Base64 has no colon, and nothing of it looks like a whole address of ours."""
    scheme, colon, _ = text[:100].strip().partition(":")
    if colon:
        return scheme.lower() != "data"
    return own_path(text, site) is not None


def known_address(url: str, *, user_id: UUID, site: str) -> str:
    """The address as it came: ours, of an image host, or what the profile shows now.

    A profile may show any web address (addresses.py), and the form that edits it sends
    the present pictures along with whatever it changes.
    """
    is_known = (
        own_path(url, site) is not None
        or is_of_image_host(url)
        or url in shown_now(user_id)
    )
    if is_known and len(url) <= MAX_LENGTH:
        return url
    raise ApiError("image_address_unknown")


def shown_now(user_id: UUID) -> tuple[str, ...]:
    """The addresses of avatar and banner."""
    pictures = Profile.objects.filter(user_id=user_id)
    return pictures.values_list("avatar", "banner_image").first() or ()


def decode(text: str) -> bytes:
    with refusals_told():
        if text.lstrip()[:5].lower() == "data:":
            _, data = decode_data_url(text)
            return data
        return decode_base64(text)


@contextmanager
def refusals_told() -> Iterator[None]:
    try:
        yield
    except ImageRefused as refusal:
        raise ApiError(
            refusal.code,
            fields={"image": [refusal.message]},
            sentence=refusal.message,
        ) from None


def keep(*, user_id: UUID, picture: ProcessedImage, kind: Kind, through: Origin) -> str:
    """The picture's name in the storage: the same picture again is the same file.

    The file is written under the user's lock, so that no removal of the same picture,
    nor the erasure of the account, comes between row and file.
    """
    path = f"{FOLDER}{user_id}/{picture.name}"
    with recording(user_id=user_id, through=through):
        is_new = not Image.objects.of(user_id).filter(path=path).exists()
        if is_new:
            check_room(user_id, len(picture.content))
            Image.objects.create(
                user_id=user_id,
                path=path,
                kind=kind,
                width=picture.width,
                height=picture.height,
                size=len(picture.content),
            )
        with storage_failures_told():
            if is_new:  # a crash may have left half of it
                default_storage.delete(path)
            if not default_storage.exists(path):
                default_storage.save(path, as_file(picture))
    return path


def as_file(picture: ProcessedImage) -> SimpleUploadedFile:
    """With its type, which a storage such as S3 keeps and answers with."""
    return SimpleUploadedFile(picture.name, picture.content, "image/webp")


def check_room(user_id: UUID, size: int) -> None:
    kept = Image.objects.of(user_id).aggregate(
        number=Count("id"), size=Sum("size", default=0)
    )
    if kept["number"] >= MAX_IMAGES or kept["size"] + size > MAX_STORED:
        raise ApiError(
            "images_full", number=MAX_IMAGES, megabytes=MAX_STORED // 1024**2
        )


def remove(*, user_id: UUID, image_id: UUID, through: Origin) -> None:
    """Row and file; a profile that shows it then shows none. 404 `not_found`."""
    with recording(user_id=user_id, through=through) as write:
        image = Image.objects.of(user_id).filter(id=image_id).first()
        if image is None:
            raise ApiError("not_found")
        profile = Profile.objects.get(user_id=user_id)
        shown = [
            name
            for name in ("avatar", "banner_image")
            if getattr(profile, name).endswith(image.path)
        ]
        if shown:
            for name in shown:
                setattr(profile, name, "")
            profile.save(update_fields=[*shown, "updated_at"])
            write.change(ChangeKind.PROFILE)
        image.delete()
        counts = {"images": 1, "images_bytes": image.size}
        CountCorrection.objects.take_away(counts)
        CountCorrection.objects.put_back(time_of(image_id), counts)
        remove_after_commit(user_id, [image.path])


def remove_after_commit(user_id: UUID, paths: list[str]) -> None:
    """A file left over, which the log names, is a lesser evil than a row without one:
    so not before the rows are gone for good.
    """
    transaction.on_commit(lambda: remove_unused(user_id, paths), robust=True)


def remove_unused(user_id: UUID, paths: list[str]) -> None:
    """Under the lock that uploads take: the same picture may have come again."""
    with transaction.atomic():
        UserState.objects.hold(user_id)  # None where the account was erased
        again = Image.objects.of(user_id).filter(path__in=paths)
        for path in set(paths) - set(again.values_list("path", flat=True)):
            is_removed(path)
