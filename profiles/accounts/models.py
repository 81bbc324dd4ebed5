"""Who the user is: the account, signing in and out, passwords, tokens: the tables."""

from datetime import date
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from animecollections.db.ids import new_epoch, new_id
from animecollections.db.owned import NamesOwner, OwnedRow, owner
from profiles.accounts.identifiers import fold_email, fold_user_name
from profiles.accounts.managers import LoginClaimManager, UserManager


class User(AbstractBaseUser, PermissionsMixin):
    """An account. E-mails are kept folded; so is the key of the user name."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    user_name = models.CharField(max_length=50)
    user_name_key = models.CharField(max_length=100, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # When its owner was last seen to read this e-mail: by a link, or by a provider.
    email_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Sessions and token families carry the epoch they were made in; another one here
    # ends them all with one update, whatever else runs at that moment. Random, so
    # that no two writers arrive at the same. A form that saves a user names its
    # fields (update_fields), or it could bring an old epoch back.
    auth_epoch = models.PositiveIntegerField(default=new_epoch, editable=False)
    # Of the newest link to choose a password, and how many went out since when.
    reset_key = models.PositiveIntegerField(db_default=0, default=0, editable=False)
    reset_mails = models.PositiveIntegerField(db_default=0, default=0, editable=False)
    reset_mails_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Which second factors are on, with blanks between them. They have tables of their
    # own; here a sign-in reads them with the rest, for no statement more. Written by
    # profiles/second_factor/factors.py alone.
    second_factors = models.CharField(
        max_length=40, blank=True, default="", db_default="", editable=False
    )

    # Whose sandbox it is (accounts/sandboxes.py). No foreign key: where the database is
    # spread by user, its owner may be on another machine. Erasure takes it along.
    sandbox_of = models.UUIDField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    is_claimed: bool  # whether a claim led to it (UserManager.known_by)

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["user_name"]

    class Meta:
        # What staff may do from the page of a user; profiles/staff/groups.py says who.
        permissions: ClassVar = [
            ("help_user", "Can sign people out, lock, unlock and mail them a link"),
            ("reveal_user", "Can see what is private, for a reason"),
            ("restore_user", "Can undo changes and put lists back"),
            ("export_user", "Can take a person's export"),
            ("erase_user", "Can erase an account"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(user_name=""), name="user_name_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(sandbox_of=None) | Q(is_staff=False, is_superuser=False),
                name="sandbox_is_no_staff",
            ),
        ]
        indexes: ClassVar = [  # for the dashboard
            models.Index(fields=["created_at"], name="user_created_at"),
            models.Index(
                fields=["id"], condition=Q(is_active=False), name="user_locked"
            ),
            models.Index(  # what counts nowhere
                fields=["id"], condition=~Q(sandbox_of=None), name="user_sandbox"
            ),
        ]

    def __str__(self) -> str:
        return self.user_name

    def get_full_name(self) -> str:
        """What the admin calls staff in its menu."""
        return self.user_name

    def clean(self) -> None:
        self.email = fold_email(self.email)
        self.user_name_key = fold_user_name(self.user_name)

    def is_meant_by(self, text: str) -> bool:
        """Whether somebody who has to say whom they mean said this one. A name may be
        one that nobody can type; e-mail and id do as well.
        """
        return text.strip() in {self.user_name.strip(), self.email, str(self.pk)}

    def set_password(self, raw_password: str | None) -> None:
        """A new password ends what was signed in by the old one, from wherever it
        comes: the API, the admin, `manage.py changepassword`.
        """
        super().set_password(raw_password)
        self.auth_epoch = new_epoch()

    def get_session_auth_hash(self) -> str:
        """Carries the epoch, so that Django's own `login()` keeps it with a session."""
        return f"{self.auth_epoch}:{super().get_session_auth_hash()}"


class LoginClaim(models.Model):
    """That an e-mail or a user name is taken, and whose it is: the one row that decides
    it between all who want the same at once (decision 35).

    Without a constraint to users: a claim is written before its user, and where the
    database is spread over machines it may be on another one.
    """

    # "email:…" or "name:…", folded as the user's own column is.
    value = models.CharField(max_length=260, primary_key=True)
    user = models.ForeignKey(
        User, models.DO_NOTHING, related_name="claims", db_constraint=False
    )

    objects: ClassVar[LoginClaimManager] = LoginClaimManager()

    def __str__(self) -> str:
        return f"{self.value} is {self.user_id}"


class Session(AbstractBaseSession, NamesOwner):
    """A browser's sign-in, with the user in a column: one statement checks it."""

    # The user's id, then a secret (accounts/sessions.py); older ones are a secret only.
    session_key = models.CharField("session key", max_length=64, primary_key=True)
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    auth_epoch = models.PositiveIntegerField(default=0)
    user_agent = models.CharField(max_length=300, blank=True)
    # Right to five minutes; null, and "", of those made before they were noted.
    created_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_from = models.CharField(max_length=64, blank=True, db_default="")
    proved_at = models.DateTimeField(null=True, blank=True)  # accounts/proofs.py
    # Of staff who gave the admin their password, and no code yet: the API is closed.
    waits_for_code = models.BooleanField(default=False, db_default=False)

    objects: ClassVar = BaseSessionManager()

    def __str__(self) -> str:
        return f"session of {self.user_id} until {self.expire_date:%Y-%m-%d}"


class TokenFamily(NamesOwner):
    """An app's sign-in: all the tokens that descend from one e-mail and password, or
    from one permission that a person gave to a registered app.

    `refresh_id` names the one refresh token that is still good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="token_families")
    auth_epoch = models.PositiveIntegerField()
    refresh_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    # Of a registered app; else there is none, and the sign-in may do everything. The
    # row of the app may go first: without it the family signs nobody in.
    app = models.ForeignKey(
        "profiles.App",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="families",
        db_constraint=False,
        db_index=False,
    )
    scopes = models.TextField(
        blank=True, db_default="", help_text="of an app, with blanks between them"
    )
    mature = models.BooleanField(
        default=False,
        db_default=False,
        help_text="an app may see mature titles, where its user sees them",
    )
    used_from = models.CharField(max_length=64, blank=True, db_default="")
    proved_at = models.DateTimeField(null=True, blank=True)  # accounts/proofs.py

    class Meta:
        verbose_name_plural = "token families"
        indexes: ClassVar = [  # of those who let an app in
            models.Index(
                fields=["app"],
                condition=Q(app__isnull=False),
                name="token_family_app",
            )
        ]

    def __str__(self) -> str:
        return f"tokens of {self.user_id}"


class Ticket(NamesOwner):
    """Opens one live socket, once and soon, for the sign-in that asked for it.

    `key` is the sha256 of what the client holds: its user, a dot, a secret. To use a
    ticket is to delete its row.
    """

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="tickets")
    # An Account's SignIn, in columns.
    kind = models.CharField(max_length=10)
    sign_in = models.CharField(max_length=64)
    until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"ticket of {self.user_id}"


class SecondStep(NamesOwner):
    """A sign-in whose password was right, and that waits for a second factor. To use
    it is to delete its row.

    `key` is the sha256 of the ticket that the client holds: its user, a dot, a secret.
    """

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="second_steps")
    auth_epoch = models.PositiveIntegerField()
    is_app = models.BooleanField(help_text="tokens are wanted, not a session")
    device = models.CharField(max_length=64, blank=True, help_text="a hash")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"second step of {self.user_id}"


class WrongPasswords(models.Model):
    """Wrong passwords for one e-mail from one network, known or not; enough of them
    lock it there, and enough from all networks close it to new places. Deleting the
    rows unlocks. Wrong codes of a second factor count in the same way, for the user
    and not for an e-mail (`lockouts.codes_of`).
    """

    email = models.CharField(max_length=254)
    address = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "wrong passwords"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "address"], name="wrong_passwords_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} for {self.email} from {self.address}"


class KnownPlace(OwnedRow):
    """A network or a browser that its owner signed in from, as a hash. While others
    guess at an account, these get in at once.
    """

    class Kind(models.TextChoices):
        NETWORK = "network"
        DEVICE = "device"

    user = owner("known_places")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    key = models.CharField(max_length=64)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="known_place_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class FailedSignInsQuerySet(models.QuerySet["FailedSignIns"]):
    def with_total(self) -> Self:
        """How many came on each day: `number`, and what its parts counted."""
        parts = FailedSignInsPart.objects.filter(day=OuterRef("day")).order_by()
        counted = parts.values("day").values(total=Sum("number"))
        return self.annotate(total=F("number") + Coalesce(Subquery(counted), 0))

    def number_on(self, day: date) -> int:
        found: Any = self.filter(day=day).with_total().first()
        return int(found.total) if found else 0


class FailedSignIns(models.Model):
    """That wrong passwords came on a day (UTC): nobody's, so it stays when the count
    that locks is forgiven. `number` is what releases before the parts counted.
    """

    day = models.DateField(primary_key=True)
    number = models.PositiveIntegerField()

    objects: ClassVar = FailedSignInsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "failed sign-ins"

    def __str__(self) -> str:
        return f"{self.number} on {self.day}"


class FailedSignInsPart(models.Model):
    """How many of a day's wrong passwords one of its parts counted. With one row a day
    all guessers of the world would wait for each other's commits.
    """

    PARTS = 16

    day = models.DateField()
    part = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "parts of failed sign-ins"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "part"], name="failed_sign_ins_part_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} of part {self.part} on {self.day}"
