"""What can be wrong with accounts and their pictures."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.ops.findings import Check, Finding
from profiles.accounts.claims import claim_again, forget_claim
from profiles.accounts.managers import COLUMNS
from profiles.accounts.models import LoginClaim, User
from profiles.images import services as service
from profiles.images.models import Image
from profiles.profile.image_urls import FOLDER
from profiles.profile.repair import make_whole

# A file is written before its row is committed: a new one may yet get it.
YOUNG = timedelta(days=1)
WHAT = {"email": "an e-mail", "name": "a user name"}


def accounts() -> Iterator[Finding | None]:
    """A user always has state, profile and preferences: every request joins them."""
    for name in ("state", "profile", "preferences"):
        without = User.objects.filter(**{f"{name}__isnull": True}).order_by()
        for user_id in without.values_list("pk", flat=True).iterator():
            yield Finding(
                f"User {user_id} is without {name}, and cannot sign in",
                "makes an empty one",
                partial(make_whole, user_id),
            )
        yield None


def claims() -> Iterator[Finding | None]:
    """Both ways: who has not claimed what they are called, and who claims more."""
    for kind, column in COLUMNS.items():
        value = Concat(Value(f"{kind}:"), column, output_field=CharField())
        mine = LoginClaim.objects.filter(
            value=OuterRef("claim"), user_id=OuterRef("pk")
        )
        without = User.objects.annotate(claim=value).exclude(Exists(mine)).order_by()
        for user_id in without.values_list("pk", flat=True).iterator():
            yield Finding(
                f"User {user_id} has {WHAT[kind]} that they do not claim: another "
                "could take it",
                "claims it",
                partial(claim_again, user_id),
            )
        yield None
        theirs = User.objects.annotate(claim=value).filter(
            pk=OuterRef("user_id"), claim=OuterRef("value")
        )
        claimed = LoginClaim.objects.filter(value__startswith=f"{kind}:").order_by()
        rows = claimed.exclude(Exists(theirs)).values_list("value", "user_id")
        for claim, user_id in rows.iterator():
            yield Finding(
                f"User {user_id} claims {WHAT[kind]} that is not theirs (any more)",
                "forgets the claim",
                partial(forget_claim, claim, user_id),
            )
        yield None


def images() -> Iterator[Finding | None]:
    seen: set[str] = set()
    rows = (
        Image.objects.across_users()
        .order_by("user_id", "path")
        .values_list("user_id", "pk", "path")
    )
    for user_id, theirs in groupby(rows.iterator(), itemgetter(0)):
        seen.add(str(user_id))
        files = files_of(str(user_id))
        paths = {path: pk for _, pk, path in theirs}
        for path in paths.keys() - files:
            yield Finding(
                f"The file {path} is missing, but its row exists",
                "removes the row, also from the profile",
                partial(
                    service.remove,
                    user_id=user_id,
                    image_id=paths[path],
                    through=Origin("command"),
                ),
            )
        yield from orphans(str(user_id), files - paths.keys())
    for folder in folders() - seen:
        yield from orphans(folder, files_of(folder))
        yield None


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
    for finding in images():
        if finding and finding.fix and "belong to no row" in finding.says:
            finding.fix()
            number += 1
    return f"orphan files of {number} folders deleted"


CHECKS = (
    Check("accounts", "accounts that lack a part", accounts),
    Check("claims", "who has which e-mail and user name", claims),
    Check("images", "files without a row, rows without a file", images),
)
