"""What can be wrong with accounts and their pictures."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial, reduce
from itertools import groupby, islice
from operator import itemgetter, or_
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.ops.findings import Check, Finding, Look
from profiles.accounts.claims import claim_again, forget_claim
from profiles.accounts.managers import COLUMNS, claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.figures import running_counts
from profiles.following import services as following
from profiles.following.models import APART, MIRROR, Tie, TieKind
from profiles.images import services as service
from profiles.images.models import Image
from profiles.personal_data.erasure import erase
from profiles.profile.image_urls import FOLDER
from profiles.profile.repair import make_whole

# A file is written before its row is committed: a new one may yet get it.
YOUNG = timedelta(days=1)
AT_ONCE = 400  # accounts, with two claims each: SQLite takes 999 parameters


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


class Ties(Look):
    """Each has a mirror at the other person. Erased people have none left."""

    def of(self, people: Sequence[UUID]) -> Iterator[Finding]:
        for user_id in people:
            ties = Tie.objects.of(user_id).order_by("pk").iterator(AT_ONCE)
            while some := list(islice(ties, AT_ONCE)):
                yield from one_sided(user_id, some)


def one_sided(user_id: UUID, ties: Sequence[Tie]) -> Iterator[Finding]:
    others = {tie.person_id for tie in ties}
    rows = Tie.objects.across_users().filter(user_id__in=others, person_id=user_id)
    mirrors = set(rows.values_list("user_id", "kind"))
    there: set[UUID] | None = None
    for tie in ties:
        mirror = (tie.person_id, MIRROR[TieKind(tie.kind)].value)
        if mirror in mirrors or not following.is_one_sided(tie):
            continue
        if there is None:
            there = set(User.objects.filter(pk__in=others).values_list("pk", flat=True))
        is_there = tie.person_id in there
        mend = following.mend if is_there else following.end_with_nobody
        is_block = is_there and tie.kind in APART
        yield Finding(
            f"User {user_id} {tie}, who has no such row",
            "makes the block whole" if is_block else "ends it",
            partial(mend, tie),
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


def claims() -> Iterator[Finding | None]:
    """Both ways: who has not claimed what they are called, and who claims more. So many
    at a time: where the database is spread, an account and its claims are apart.
    """
    for users in in_parts(User, ("pk", *COLUMNS.values())):
        wanted = {
            f"{kind}:{name}": user_id
            for user_id, *names in users
            for kind, name in zip(COLUMNS, names, strict=True)
        }
        held = LoginClaim.objects.in_bulk(wanted)
        for value, user_id in wanted.items():
            if value not in held or held[value].user_id != user_id:
                yield Finding(
                    f"User {user_id} has {kind_of(value)} that they do not claim: "
                    "another could take it",
                    "claims it",
                    partial(claim_again, user_id),
                )
        yield None
    for rows in in_parts(LoginClaim, ("value", "user_id")):
        accounts_ = User.objects.in_bulk({user_id for _, user_id in rows})
        for value, user_id in rows:
            user = accounts_.get(user_id)
            is_called_so = user is not None and value in claims_of(user)
            if not is_called_so and not LoginClaim.objects.is_in_use(user_id, value):
                yield Finding(
                    f"User {user_id} claims {kind_of(value)} that is not theirs "
                    "(any more)",
                    "forgets the claim",
                    partial(forget_claim, value, user_id),
                )
        yield None


def sandboxes() -> Iterator[Finding | None]:
    """Each has its owner, with whom it goes."""
    rows = User.objects.sandboxes().order_by("pk")
    pairs = rows.values_list("pk", "sandbox_of").iterator(AT_ONCE)
    while some := list(islice(pairs, AT_ONCE)):
        owners = [owner_id for _, owner_id in some]
        there = set(User.objects.filter(pk__in=owners).values_list("pk", flat=True))
        for user_id, owner_id in some:
            if owner_id not in there:
                yield Finding(
                    f"The sandbox {user_id} is of nobody",
                    "erases it",
                    partial(erase, user_id=user_id, through=Origin("command")),
                )
        yield None


def in_parts(model: Any, columns: tuple[str, ...]) -> Iterator[list[Any]]:
    """All rows in the order of their key, which is the first of these columns."""
    rows = model.objects.order_by("pk").values_list(*columns)
    part = list(rows[:AT_ONCE])
    while part:
        yield part
        part = list(rows.filter(pk__gt=part[-1][0])[:AT_ONCE])


def kind_of(claim: str) -> str:
    kinds = {"email": "an e-mail", "oidc": "a sign-in by a provider"}
    return kinds.get(claim.partition(":")[0], "a user name")


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


def counts() -> Iterator[Finding | None]:
    """Those of the dashboard, which follow the log, compared with all rows."""
    wrong = running_counts.off()
    yield None
    if wrong:
        number, first = sum(map(abs, wrong.values())), min(wrong)
        yield Finding(
            f"The counts of the dashboard are {number:,} off ({first}: "
            f"{wrong[first]:+,}): something wrote beside the one write path",
            "counts all anew",
            running_counts.count_anew,
            is_odd=True,
        )


CHECKS = (
    Check("accounts", "accounts that lack a part", look=Accounts),
    Check("claims", "who has which e-mail and user name", claims),
    Check(
        "images",
        "files without a row, rows without a file",
        files_of_images,
        lambda: len(folders()),
        RowsOfImages,
    ),
    Check("sandboxes", "sandbox accounts whose owner is gone", sandboxes),
    Check("ties", "following and blocks that one side alone has", look=Ties),
    Check("counts", "counts of the dashboard compared with all rows", counts),
)
