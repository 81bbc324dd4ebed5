"""How accounts come to be, who has which e-mail and name, and what is read of them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Manager, Q, QuerySet

from animecollections.db.compiled import Compiled, for_database
from animecollections.db.spread import is_spread
from history.models import UserState
from profiles.accounts.identifiers import (
    check_email,
    check_user_name,
    fold_email,
    fold_user_name,
)

if TYPE_CHECKING:
    from profiles.accounts.models import User

TRIGRAM = 3  # what is shorter no index finds within a text


SHOWN_COLUMNS = {
    "avatar": "profile__avatar",
    "banner_image": "profile__banner_image",
    "accent_color": "preferences__accent_color",
}
SHOWN = Compiled(
    lambda user_id: (
        apps.get_model("profiles.User")
        ._default_manager.filter(pk=user_id)
        .values_list(*SHOWN_COLUMNS.values())
    ),
    UUID,
)
# Of each kind of claim: the column of the user that holds the same text.
COLUMNS = {"email": "email", "name": "user_name_key"}
# A statement that finds nobody is asked all the same: time must not tell who is known.
NOBODY = UUID(int=0)
# It locks the row where it is ours already. Never an error of the database's own: one
# that was caught would cost a savepoint, and on Citus comes under another code.
TAKE = """
INSERT INTO profiles_loginclaim (value, user_id) VALUES (%s, %s)
ON CONFLICT (value) DO UPDATE SET user_id = excluded.user_id
WHERE profiles_loginclaim.user_id = excluded.user_id
"""


class ClaimedError(IntegrityError):
    """Somebody else has it; `kind` is email, name or oidc."""

    def __init__(self, value: str) -> None:
        super().__init__(f"{value} is somebody else's")
        self.kind = value.partition(":")[0]


def claims_of(user: "User") -> list[str]:
    """What an account claims."""
    return [f"{kind}:{getattr(user, column)}" for kind, column in COLUMNS.items()]


class LoginClaimManager(Manager[Any]):
    """Claims are taken and given up in the transaction that changes their user."""

    def take(self, user_id: UUID, values: Iterable[str]) -> None:
        """ClaimedError where one is somebody else's; two at once wait here, each for
        the same in the same order.
        """
        for value in sorted(values):
            if not self._write(user_id, value) and not self._take_over(user_id, value):
                raise ClaimedError(value)

    def give_up(self, user_id: UUID, values: Iterable[str]) -> None:
        for value in sorted(values):
            self.filter(value=value, user_id=user_id).delete()

    def move(self, user_id: UUID, before: Iterable[str], after: Iterable[str]) -> None:
        """Of an account that gets another e-mail or name, those of both."""
        self.take(user_id, {*after} - {*before})
        self.give_up(user_id, {*before} - {*after})

    def claimed_besides(self, user_id: UUID) -> set[str]:
        """What an account claims besides what it is called: e-mails that it can take
        back, and what it is called by providers that it signs in with.
        """
        besides = {"email": ("EmailChange", "old_email"), "oidc": ("Identity", "key")}
        return {
            f"{kind}:{text}"
            for kind, (model, column) in besides.items()
            for text in apps.get_model("profiles", model)
            ._default_manager.filter(user_id=user_id)
            .exclude(**{column: ""})
            .values_list(column, flat=True)
        }

    def is_in_use(self, user_id: UUID, value: str) -> bool:
        """Whether a claim of an account is to what it still has."""
        kind, _, text = value.partition(":")
        users = apps.get_model("profiles", "User")._default_manager.filter(pk=user_id)
        if kind in COLUMNS and users.filter(**{COLUMNS[kind]: text}).exists():
            return True
        return value in self.claimed_besides(user_id)

    def owner_of(self, value: str) -> UUID | None:
        return self.filter(value=value).values_list("user_id", flat=True).first()

    def _write(self, user_id: UUID, value: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [value, for_database(user_id)])
            return bool(cursor.rowcount > 0)

    def _take_over(self, user_id: UUID, value: str) -> bool:
        """One that is not in use: left by a release that knew no claims. Its row is
        locked first, so that nobody takes it meanwhile.
        """
        claim = self.select_for_update().filter(value=value).first()
        if claim is None:
            return self._write(user_id, value)
        if self.is_in_use(claim.user_id, value):
            return False
        return bool(self.filter(value=value).update(user_id=user_id))


def claims() -> LoginClaimManager:
    manager: LoginClaimManager = apps.get_model("profiles", "LoginClaim").objects
    return manager


class UserManager(BaseUserManager["User"]):
    """Makes accounts whole: a user always has state, profile and preferences."""

    def create_user(
        self, email: str, user_name: str, password: str | None = None, **extra: object
    ) -> "User":
        user = self.model(email=email, user_name=user_name, **extra)
        user.set_password(password)
        self.add(user)
        return user

    def add(self, user: "User", **preferences: str) -> None:
        """preferences: those that are not the usual ones."""
        user.email = fold_email(user.email)
        user.user_name_key = fold_user_name(user.user_name)
        with transaction.atomic():
            claims().take(user.pk, claims_of(user))
            user.save(using=self._db, force_insert=True)
            UserState.objects.create(user=user)
            for name, values in (("Profile", {}), ("Preferences", preferences)):
                model = apps.get_model("profiles", name)
                model._default_manager.create(user=user, **values)

    def create_superuser(
        self, email: str, user_name: str, password: str | None = None, **extra: object
    ) -> "User":
        """For `manage.py createsuperuser`, which shows a ValidationError as a line."""
        email, user_name = check_email(email), check_user_name(user_name)
        staff = {"is_staff": True, "is_superuser": True}
        try:
            return self.create_user(email, user_name, password, **staff, **extra)
        except IntegrityError:
            raise ValidationError(
                "An account with this e-mail or user name already exists."
            ) from None

    def get_by_natural_key(self, username: str | None) -> "User":
        user = self.known_by("email", fold_email(username or ""))
        if user is None:
            raise self.model.DoesNotExist
        return user

    def known_by(self, kind: str, text: str, *related: str) -> "User | None":
        """Who has this e-mail (kind `email`), or this key of a user name (`name`): by
        the claim, then by the id.

        One without a claim was made by the release before claims, while it still
        served. Its column finds it, but not in a database that is spread over machines:
        there everybody has claimed (`distribute` sees to it), and to ask for a column
        is to ask every machine.
        """
        users = self.select_related(*related).filter(**{COLUMNS[kind]: text})
        owner = claims().owner_of(f"{kind}:{text}")
        user = None
        if owner or is_spread():  # somebody unknown must cost as much
            user = users.filter(pk=owner or NOBODY).first()
        is_claimed = user is not None
        if user is None and not is_spread():
            user = users.first()
        if user is not None:
            user.is_claimed = is_claimed
        return user

    def find(self, text: str) -> "User | None":
        """Whom an operator means: by id, else e-mail, else user name. In this order,
        for a name can be spelled like another person's id.
        """
        with suppress(ValueError):
            if user := self.filter(pk=UUID(text.strip())).first():
                return user
        return self.known_by("email", fold_email(text)) or self.known_by(
            "name", fold_user_name(text)
        )

    def closest(self, text: str, limit: int) -> list[UUID]:
        """Whom staff mean by a text, the closest first: by the whole e-mail or name (or
        how it looks), by its beginning, by any part of three characters or more; or by
        the whole id.

        Each way has an index (parts: PostgreSQL's); the next is asked for what is left.
        """
        email, key = fold_email(text), fold_user_name(text)
        ways = [
            Q(email=email) | Q(user_name_key=key),
            Q(email__startswith=email) | Q(user_name_key__startswith=key),
        ]
        if len(text.strip()) >= TRIGRAM:
            ways.append(
                Q(email__contains=email)
                | Q(user_name__icontains=text)
                | Q(user_name_key__contains=key)
            )
        with suppress(ValueError):
            ways.insert(0, Q(pk=UUID(text)))
        found: dict[UUID, None] = {}
        for way in ways if text.strip() else ():
            if len(found) < limit:
                rows = self.filter(way).exclude(pk__in=found).order_by("user_name_key")
                ids = rows.values_list("pk", flat=True)[: limit - len(found)]
                found |= dict.fromkeys(ids)
        return list(found)

    def people(self) -> "QuerySet[User]":
        """All but sandboxes."""
        return self.filter(sandbox_of=None)

    def sandboxes(self) -> "QuerySet[User]":
        return self.exclude(sandbox_of=None)

    def for_mail(self) -> "QuerySet[User]":
        """Who may get mail, with their language."""
        return self.people().filter(is_active=True).select_related("preferences")

    def to_mail(self, email: str) -> "User | None":
        """The same, by the address."""
        user = self.known_by("email", email, "preferences")
        return user if user and user.is_active and not user.sandbox_of else None

    def shown(self, user_id: UUID) -> Mapping[str, Any] | None:
        """What a page shows of its signed-in user; one statement, None when gone."""
        rows = SHOWN.fetch(user_id)
        return dict(zip(SHOWN_COLUMNS, rows[0], strict=True)) if rows else None
