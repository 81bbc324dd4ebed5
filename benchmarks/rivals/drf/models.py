"""The product's tables, as far as the two requests need them."""

from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    user_name = models.CharField(max_length=50)
    is_active = models.BooleanField()

    USERNAME_FIELD = "email"

    class Meta:
        db_table = "profiles_user"
        managed = False


class Preferences(models.Model):
    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    timezone = models.CharField(max_length=64)

    class Meta:
        db_table = "profiles_preferences"
        managed = False


class State(models.Model):
    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    epoch = models.PositiveIntegerField()
    revision = models.PositiveBigIntegerField()
    list_revision = models.PositiveBigIntegerField()

    class Meta:
        db_table = "history_userstate"
        managed = False


class CatalogueState(models.Model):
    revision = models.PositiveBigIntegerField()

    class Meta:
        db_table = "collections_app_cataloguestate"
        managed = False


class Anime(models.Model):
    title = models.CharField(max_length=500)
    picture_url = models.CharField(max_length=1000)
    rating = models.FloatField(null=True)
    episodes = models.PositiveIntegerField(null=True)
    mal_id = models.PositiveIntegerField(null=True)
    format = models.CharField(max_length=10)
    airing_status = models.CharField(max_length=10)
    season = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField(null=True)
    schedule = models.JSONField(null=True)

    class Meta:
        db_table = "collections_app_anime"
        managed = False


class Entry(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.CASCADE)
    anime = models.ForeignKey(Anime, models.PROTECT)
    type = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default="active")
    progress = models.PositiveIntegerField(default=0)
    score = models.PositiveSmallIntegerField(null=True)
    rewatches = models.PositiveIntegerField(default=0)
    started_on = models.CharField(max_length=10)
    finished_on = models.CharField(max_length=10)
    notes = models.TextField()
    tags = models.JSONField(default=list)
    priority = models.PositiveSmallIntegerField(default=0)
    is_private = models.BooleanField(default=False)
    added_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField()

    class Meta:
        db_table = "collections_app_watchlistentry"
        managed = False


class Change(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    user = models.ForeignKey(User, models.CASCADE)
    revision = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12)
    anime_id = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    operation_id = models.UUIDField()
    position = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=1)
    watched = models.IntegerField(default=0)
    at = models.DateTimeField()
    through = models.CharField(max_length=12, default="token")
    client_id = models.CharField(max_length=100)
    request_id = models.CharField(max_length=64)

    class Meta:
        db_table = "history_change"
        managed = False
