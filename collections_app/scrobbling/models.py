"""What came from players, what each source may send, and what a person decided."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner

LONGEST_NAME = 300  # of a series, an episode, a library, an account
LEAST_PERCENT = 80


class Player(models.TextChoices):
    """Who sent it, by the shape of what was sent."""

    PLEX = "plex", "Plex"
    JELLYFIN = "jellyfin", "Jellyfin"
    EMBY = "emby", "Emby"
    KODI = "kodi", "Kodi"
    TAUTULLI = "tautulli", "Tautulli"
    OWN = "own", "own JSON"


class ScrobbleState(models.TextChoices):
    DONE = "done", "written to the list"
    ALREADY = "already", "the list had it already"
    WAITING = "waiting", "not recognised: waits for a decision"
    DISMISSED = "dismissed", "no title of the catalogue, its owner says"
    UNDONE = "undone", "its write was undone"


class MatchedBy(models.TextChoices):
    """The rule that said which episode of which title it is."""

    REMEMBERED = "remembered", "a rule that its owner made"
    SITE_ID = "site_id", "an id of an anime site"
    SEASON_MAP = "season_map", "an id of a series, and the map of its seasons"
    NAME_AND_MAP = "name_and_map", "the name of a series, and the map of its seasons"
    NAME = "name", "its name"
    REDIRECT = "redirect", "an episode that is another title's"
    BY_HAND = "by_hand", "its owner"


class ScrobbleQuerySet(OwnedQuerySet["Scrobble"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def waiting(self, rule_key: str) -> Self:
        """Those of one series and season that nobody has decided on, oldest first."""
        waits = self.filter(state=ScrobbleState.WAITING, rule_key=rule_key)
        return waits.order_by("id")


class Scrobble(OwnedRow):
    """One event of a player: an episode or film that was watched."""

    user = owner("scrobbles")
    key = models.CharField(
        max_length=64, help_text="hash of the event: the same one again changes nothing"
    )
    token_id = models.UUIDField(
        null=True, blank=True, help_text="of the token or app that sent it"
    )
    token_name = models.CharField(max_length=100, blank=True)
    player = models.CharField(max_length=10, choices=Player.choices)
    account = models.CharField(max_length=LONGEST_NAME, blank=True)
    library = models.CharField(max_length=LONGEST_NAME, blank=True)
    series = models.CharField(
        max_length=LONGEST_NAME, blank=True, help_text="or the name of the film"
    )
    title = models.CharField(
        max_length=LONGEST_NAME, blank=True, help_text="of the episode"
    )
    is_film = models.BooleanField(default=False)
    season = models.PositiveIntegerField(null=True, blank=True)
    episode = models.PositiveIntegerField(null=True, blank=True)
    episode_end = models.PositiveIntegerField(
        null=True, blank=True, help_text="the last one of a file that has several"
    )
    year = models.PositiveIntegerField(null=True, blank=True)
    ids = models.JSONField(default=dict, blank=True, help_text="by site, as sent")
    rule_key = models.CharField(
        max_length=LONGEST_NAME, help_text="series and season, as rules name them"
    )
    watched_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ScrobbleState.choices)
    matched_by = models.CharField(max_length=12, choices=MatchedBy.choices, blank=True)
    # No foreign key: it is a note of what was, and titles are merged.
    anime_id = models.PositiveIntegerField(null=True, blank=True)
    anime_episode = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True, help_text="why it waits")
    candidate_ids = models.JSONField(
        default=list, blank=True, help_text="the titles that it may be, where it waits"
    )
    operation_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ScrobbleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="scrobble_user_key")
        ]
        indexes: ClassVar = [
            # The same episode again within hours; what waits, by series.
            models.Index(fields=["user", "anime_id"], name="scrobble_user_anime"),
            models.Index(fields=["user", "state", "id"], name="scrobble_user_state"),
        ]

    def __str__(self) -> str:
        return f"scrobble {self.id}"


class ScrobbleRule(OwnedRow):
    """What a person said of a series and season, which counts from then on."""

    user = owner("scrobble_rules")
    key = models.CharField(max_length=LONGEST_NAME)
    series = models.CharField(max_length=LONGEST_NAME, blank=True)
    season = models.PositiveIntegerField(null=True, blank=True)
    is_film = models.BooleanField(default=False)
    anime_id = models.PositiveIntegerField(
        null=True, blank=True, help_text="empty: no title, and nothing is asked"
    )
    offset = models.IntegerField(
        default=0, help_text="added to the player's number of an episode"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OwnedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="scrobble_rule_user_key"
            )
        ]

    def __str__(self) -> str:
        return f"rule {self.id}"


class ScrobbleSource(OwnedRow):
    """What is taken of one token or app; without a row everything is.

    token_id: of the personal token or app. No foreign key: those rows are their own.
    """

    user = owner("scrobble_sources")
    token_id = models.UUIDField()
    accounts = models.JSONField(
        default=list, blank=True, help_text="of the player; empty: all"
    )
    libraries = models.JSONField(default=list, blank=True, help_text="empty: all")
    least_percent = models.PositiveSmallIntegerField(default=LEAST_PERCENT)
    fills_gaps = models.BooleanField(
        default=True, help_text="whether the episodes before it count as watched too"
    )
    heard_at = models.DateTimeField(null=True, blank=True)
    heard = models.CharField(
        max_length=20, blank=True, help_text="what became of the last event"
    )

    objects: ClassVar = OwnedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "token_id"], name="scrobble_source_user_token"
            )
        ]

    def __str__(self) -> str:
        return f"source {self.token_id}"


NO_TOKEN = UUID(int=0)


def no_settings(user_id: UUID, token_id: UUID | None) -> ScrobbleSource:
    """Of a token or app of which nothing was chosen, or of a session: that has no id,
    and is never saved.
    """
    return ScrobbleSource(user_id=user_id, token_id=token_id or NO_TOKEN)
