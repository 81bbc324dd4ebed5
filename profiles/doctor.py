"""What can be wrong with accounts and their pictures."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial, reduce
from itertools import groupby
from operator import itemgetter, or_
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.ops.findings import Check, Finding, Look
from profiles.accounts.models import User
from profiles.images import services as service
from profiles.images.models import Image
from profiles.profile.image_urls import FOLDER
from profiles.profile.repair import make_whole

# A file is written before its row is committed: a new one may yet get it.
YOUNG = timedelta(days=1)


class Accounts(Look):
    """A user always has state, profile and preferences: every request joins them."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        parts = ("state", "profile", "preferences")
        lacks = [Q(**{f"{name}__isnull": True}) for name in parts]
        users = User.objects.filter(reduce(or_, lacks), pk__in=people).order_by("pk")
        rows = users.values_list("pk", *(f"{name}__pk" for name in parts))
        for user_id, *there in rows:
            without = [n for n, pk in zip(parts, there, strict=True) if pk is None]
            yield Finding(
                f"User {user_id} is without {' and '.join(without)}, "
                "and cannot sign in",
                "makes an empty one",
                partial(make_whole, user_id),
            )


class RowsOfImages(Look):
    """Rows without a file; `files_of_images` looks for the opposite."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        images = Image.objects.across_users().filter(user_id__in=people)
        in_order = images.order_by("user_id", "path")
        rows = in_order.values_list("user_id", "pk", "path")
        for user_id, theirs in groupby(rows, itemgetter(0)):
            files = files_of(str(user_id))
            for _, pk, path in theirs:
                if path not in files and is_there(user_id, pk):
                    yield Finding(
                        f"The file {path} is missing, but its row exists",
                        "removes the row, also from the profile",
                        partial(
                            service.remove,
                            user_id=user_id,
                            image_id=pk,
                            through=Origin("command"),
                        ),
                    )


def is_there(user_id: UUID, image_id: UUID) -> bool:
    """Still, and not only on a replica."""
    here = Image.objects.of(user_id).using(DEFAULT_DB_ALIAS)
    return here.filter(pk=image_id).exists()


def files_of_images() -> Iterator[Finding | None]:
    """Files without a row, folder by folder: one is a person's, named by their id."""
    for folder in sorted(folders()):
        yield from orphans(folder, files_of(folder) - paths_in_rows(folder))
        yield None


def paths_in_rows(folder: str) -> set[str]:
    try:
        rows = Image.objects.of(UUID(folder))
    except ValueError:
        return set()
    return set(rows.values_list("path", flat=True))


def orphans(folder: str, paths: set[str]) -> Iterator[Finding]:
    """Left over by a crash, or by a storage that failed to delete."""
    until = timezone.now() - YOUNG
    old = [p for p in sorted(paths) if default_storage.get_modified_time(p) < until]
    if old:
        yield Finding(
            f"{len(old)} files in {FOLDER}{folder}/ belong to no row",
            "deletes them",
            partial(remove, folder, old),
        )


def remove(folder: str, paths: list[str]) -> None:
    """Under the lock of the user, should there be one still."""
    try:
        user_id = UUID(folder)
    except ValueError:  # nobody's: no upload can bring such a file again
        for path in paths:
            default_storage.delete(path)
    else:
        service.remove_unused(user_id, paths)


def folders() -> set[str]:
    if not default_storage.exists(FOLDER):
        return set()
    return set(default_storage.listdir(FOLDER)[0])


def files_of(folder: str) -> set[str]:
    path = f"{FOLDER}{folder}/"
    if not default_storage.exists(path):
        return set()
    return {path + name for name in default_storage.listdir(path)[1]}


def sweep() -> str:
    """The job: files of nobody go; rows without a file are left to a person."""
    number = 0
    for finding in files_of_images():
        if finding and finding.fix:
            finding.fix()
            number += 1
    return f"orphan files of {number} folders deleted"


CHECKS = (
    Check("accounts", "accounts that lack a part", look=Accounts),
    Check(
        "images",
        "files without a row, rows without a file",
        files_of_images,
        lambda: len(folders()),
        RowsOfImages,
    ),
)
