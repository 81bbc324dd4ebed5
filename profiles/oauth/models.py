"""The tables of registered apps, and of the codes by which people let them in."""

from typing import ClassVar, Self

from django.db import models

from animecollections.db.ids import new_id
from animecollections.db.owned import OwnedRow, owner


class AppQuerySet(models.QuerySet["App"]):
    def of(self, user_id: object) -> Self:
        return self.filter(user_id=user_id)

    def working(self) -> Self:
        return self.filter(stopped_at=None)


class App(models.Model):
    """A program that somebody registered, which asks people for access.

    Not a row of its owner's alone: the sign-ins of all who gave it access refer to it,
    so it is on every machine of a database that is spread. Where it is gone or
    stopped, it signs nobody in; no other row has to change for that.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "profiles.User",
        models.CASCADE,
        related_name="registered_apps",
        db_constraint=False,  # the user is on one machine
    )
    name = models.CharField(max_length=60)
    # Look-alikes have the same (developers/names.py).
    name_key = models.CharField(max_length=200, blank=True, db_default="")
    description = models.CharField(max_length=300, blank=True)
    website = models.URLField(max_length=300, blank=True)
    redirect_uris = models.JSONField(
        default=list, blank=True, help_text="where it may be told what a person decided"
    )
    is_confidential = models.BooleanField(
        default=False, help_text="runs on a server, and so can keep a secret"
    )
    secret_digest = models.CharField(max_length=64, blank=True)
    secret_prefix = models.CharField(
        max_length=20, blank=True, help_text="the first letters of its secret"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(
        null=True, blank=True, help_text="by staff, for everybody"
    )
    stopped_why = models.TextField(blank=True)

    objects: ClassVar = AppQuerySet.as_manager()

    class Meta:
        permissions: ClassVar = [("stop_app", "Can stop an app for everybody")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name_key"],
                condition=~models.Q(name_key=""),
                name="app_name_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def client_id(self) -> str:
        return str(self.pk)


class AuthorizationCode(OwnedRow):
    """What an app takes tokens with, once and soon, after a person let it in.

    Its text names the person, so that it is found among their rows. A used one stays
    until it expires: used again, it ends the sign-in that it began.
    """

    user = owner("authorization_codes")
    digest = models.CharField(max_length=64)
    app = models.ForeignKey(
        App, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    # As the app wrote it; it must write the same when it takes the tokens.
    redirect_uri = models.TextField()
    scopes = models.TextField(help_text="with blanks between them")
    mature = models.BooleanField(default=False)
    challenge = models.CharField(max_length=43)
    auth_epoch = models.PositiveIntegerField()
    # Of the sign-in that it begins.
    family_id = models.UUIDField(default=new_id)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="authorization_code_unique"
            )
        ]

    def __str__(self) -> str:
        return f"code of {self.user_id}"


class DeviceCode(models.Model):
    """A device without a keyboard that waits for a person to let it in.

    It is found by what the person types before anybody knows whose it will be. `key` is
    a keyed hash of that; the device holds it too, and a secret.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ALLOWED = "allowed"
        DENIED = "denied"
        USED = "used"

    key = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=64, help_text="a hash of the device's secret")
    app = models.ForeignKey(
        App, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    scopes = models.TextField(help_text="with blanks between them")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    # Who decided. Not kept by the database: it may be on another machine.
    user = models.ForeignKey(
        "profiles.User",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    auth_epoch = models.PositiveIntegerField(default=0)
    mature = models.BooleanField(default=False)
    # The device asks no more often than so many seconds.
    interval = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"device code of {self.app_id}"
