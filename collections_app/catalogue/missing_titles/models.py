"""Wordings that the catalogue does not find, and what editors did about them."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from collections_app.catalogue.models import Anime


class MissingStatus(models.TextChoices):
    OPEN = "open", "Open"
    LINKED = "linked", "Linked to a title"
    DISMISSED = "dismissed", "Dismissed"


class MissingTitle(models.Model):
    """A wording of searches or imported files, once an editor did something about it.
    Which wordings there are the dashboard's figures say.
    """

    key = models.CharField(max_length=500, unique=True, help_text="folded for search")
    text = models.CharField("wording", max_length=500)
    status = models.CharField(
        max_length=10, choices=MissingStatus.choices, default=MissingStatus.OPEN
    )
    anime = models.ForeignKey(
        Anime, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-id"]

    def __str__(self) -> str:
        return self.text
