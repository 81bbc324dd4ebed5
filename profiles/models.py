"""Who the user is: account, signs-in, profile, preferences, uploaded images."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Count, Max, Q

from animecollections.db.ids import new_epoch, new_id
from animecollections.db.owned import NamesOwner, OwnedQuerySet, OwnedRow, owner
from animecollections.viewer import (
    Viewer,
    is_in_audience,
    is_own,
)
from profiles.managers import LoginClaimManager, UserManager
from profiles.names import fold_email, fold_user_name


class User(AbstractBaseUser, PermissionsMixin):
    """An account. E-mails are kept folded; so is the key of the user name."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    user_name = models.CharField(max_length=50)
    user_name_key = models.CharField(max_length=100, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Sessions and token families carry the epoch they were made in; another one here
    # ends them all with one update, whatever else runs at that moment. Random, so
    # that no two writers arrive at the same. A form that saves a user names its
    # fields (update_fields), or it could bring an old epoch back.
    auth_epoch = models.PositiveIntegerField(default=new_epoch, editable=False)
    # Of the newest link to choose a password, and how many went out since when.
    reset_key = models.PositiveIntegerField(db_default=0, default=0, editable=False)
    reset_mails = models.PositiveIntegerField(db_default=0, default=0, editable=False)
    reset_mails_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    is_claimed: bool  # whether a claim led to it (UserManager.known_by)

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["user_name"]

    class Meta:
        # What staff may do from the page of a user; profiles/staff_groups.py says who.
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
            )
        ]

    def __str__(self) -> str:
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

    # The user's id, then a secret (profiles/sessions.py); older ones are a secret only.
    session_key = models.CharField("session key", max_length=64, primary_key=True)
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    auth_epoch = models.PositiveIntegerField(default=0)
    user_agent = models.CharField(max_length=300, blank=True)

    objects: ClassVar = BaseSessionManager()

    def __str__(self) -> str:
        return f"session of {self.user_id} until {self.expire_date:%Y-%m-%d}"


class TokenFamily(NamesOwner):
    """An app's sign-in: all the tokens that descend from one e-mail and password.

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

    class Meta:
        verbose_name_plural = "token families"

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


class WrongPasswords(models.Model):
    """Wrong passwords for one e-mail from one network, known or not; enough of them
    lock it there, and enough from all networks close it to new places. Deleting the
    rows unlocks.
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


class FailedSignIns(models.Model):
    """How many wrong passwords came on a day (UTC): nobody's, so it stays when the
    count that locks is forgiven.
    """

    day = models.DateField(primary_key=True)
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "failed sign-ins"

    def __str__(self) -> str:
        return f"{self.number} on {self.day}"


class Gender(models.TextChoices):
    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, viewer: Viewer) -> Self:
        return self.filter(is_own(viewer) | is_in_audience(viewer))


class Profile(models.Model):
    """What a user tells of themselves. `name` is the first name, not the user name."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="profile"
    )
    name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    birthday = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=6, choices=Gender.choices, blank=True)
    avatar = models.CharField(max_length=1000, blank=True)
    banner_image = models.CharField(max_length=1000, blank=True)
    # Ordered: lists of anime ids, and of names.
    favorite_animes = models.JSONField(default=list, blank=True)
    watched_animes = models.JSONField(default=list, blank=True)
    favorite_genres = models.JSONField(default=list, blank=True)
    favorite_studios = models.JSONField(default=list, blank=True)
    frequency = models.CharField(max_length=50, blank=True)
    fanatic_level = models.CharField(max_length=50, blank=True)
    preferred_format = models.CharField(max_length=50, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ProfileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


class ScoreFormat(models.TextChoices):
    TENTHS = "10.0"
    TEN = "10"
    HUNDRED = "100"
    STARS = "5"
    SMILEYS = "3"


class TitleLanguage(models.TextChoices):
    ROMAJI = "romaji"
    ENGLISH = "english"
    NATIVE = "native"


class Theme(models.TextChoices):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Preferences(models.Model):
    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="preferences"
    )
    accent_color = models.CharField(max_length=7, default="#3498DB")
    # On until the user says otherwise: catalogue answers then hide mature titles.
    parental_control = models.BooleanField(default=True)
    track_search_history = models.BooleanField(default=True)
    score_format = models.CharField(
        max_length=4, choices=ScoreFormat.choices, default=ScoreFormat.TENTHS
    )
    title_language = models.CharField(
        max_length=7, choices=TitleLanguage.choices, default=TitleLanguage.ROMAJI
    )
    timezone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=2, default="en")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(language__in=["en", "es"]), name="preferences_language"
            )
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class ImageQuerySet(OwnedQuerySet["Image"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def version(self) -> tuple[object, ...]:
        """Another for every set of them: a new one is the newest, none comes back."""
        at = self.order_by().aggregate(Count("id"), Max("created_at"))
        return tuple(at.values())


class Image(OwnedRow):
    """An uploaded image, re-encoded; `path` is its name in the default storage."""

    user = owner("images")
    path = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ImageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "path"], name="image_user_path_unique"
            )
        ]

    def __str__(self) -> str:
        return self.path


class MadeExport(OwnedRow):
    """That somebody took a file of what is theirs: which and when, not what is in it.
    A record for them and for staff, and no change: it takes no revision.
    """

    user = owner("made_exports")
    format = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(help_text="bytes")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "id"], name="made_export_unique")
        ]

    def __str__(self) -> str:
        return f"{self.format}, {self.size} bytes"


class Erasure(models.Model):
    """That an account was erased, and nothing of whose it was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    # Through what, and by whom of the staff where it was not its owner.
    through = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    files_of = models.UUIDField(
        null=True, blank=True, help_text="empty once the files are gone too"
    )

    def __str__(self) -> str:
        return f"an account, on {self.at:%Y-%m-%d}"


class PrivacyRequestQuerySet(models.QuerySet["PrivacyRequest"]):
    def open(self) -> Self:
        """Those that wait, the most urgent first."""
        return self.filter(status=PrivacyRequest.Status.OPEN).order_by("due_on")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def at(self, now: datetime) -> Self:
        """Those that are shown at a moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now).order_by("starts_at")


class PrivacyRequest(models.Model):
    """What somebody asked for by letter or mail, and what became of it: a register, as
    the law wants. It outlives the account, and then says nothing of whose it was.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "a copy of their data"
        ERASURE = "erasure", "erasure"
        CORRECTION = "correction", "correction"
        OBJECTION = "objection", "objection, or less use"

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="privacy_requests"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    received_on = models.DateField()
    reference = models.CharField(
        max_length=50,
        help_text="Where the letter is filed, such as a ticket's number. It stays for "
        "good: nobody's name.",
    )
    details = models.TextField(
        blank=True, max_length=1000, help_text="It goes when the account is erased."
    )
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.OPEN)
    due_on = models.DateField(help_text="a month after it came")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PrivacyRequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=Q(status="open"),
                name="privacy_request_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.reference}"


class Notice(models.Model):
    """What all are told for a while, such as that the service will be away; it ends by
    itself. Empty Spanish is shown as the English.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.CharField(max_length=300)
    text_es = models.CharField("text in Spanish", max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="notice_ends"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Figure(models.Model):
    """A figure of the dashboard, on one day; computed by a job, never by a page."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    day = models.DateField()
    value = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "name"], name="figure_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.day}"
