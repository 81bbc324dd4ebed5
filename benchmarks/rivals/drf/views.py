"""A model serializer, a generic view, and their address."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers
from rest_framework.response import Response

from benchmarks.rivals import shared
from benchmarks.rivals.drf.models import Anime, CatalogueState, Change, Entry, State


class EntrySerializer(serializers.ModelSerializer):
    anime_id = serializers.CharField()
    title = serializers.CharField(source="anime.title")
    imageUrl = serializers.SerializerMethodField()
    rating = serializers.FloatField(source="anime.rating")
    episodes = serializers.IntegerField(source="anime.episodes")
    mal_id = serializers.IntegerField(source="anime.mal_id")
    format = serializers.CharField(source="anime.format")
    airing_status = serializers.CharField(source="anime.airing_status")
    season = serializers.SerializerMethodField()
    year = serializers.IntegerField(source="anime.year")
    score = serializers.SerializerMethodField()
    started_on = serializers.SerializerMethodField()
    finished_on = serializers.SerializerMethodField()

    class Meta:
        model = Entry
        fields = (
            "id", "user_id", "anime_id", "type", "title", "imageUrl", "rating",
            "episodes", "mal_id", "format", "airing_status", "season", "year",
            "progress", "score", "state", "rewatches", "started_on", "finished_on",
            "notes", "tags", "priority", "is_private", "added_at", "updated_at",
            "revision",
        )  # fmt: skip

    def to_representation(self, entry):
        anime = entry.anime
        return super().to_representation(entry) | shared.airing_of(
            anime.airing_status, anime.episodes, entry.progress
        )

    def get_imageUrl(self, entry):
        return entry.anime.picture_url or None

    def get_season(self, entry):
        return entry.anime.season or None

    def get_score(self, entry):
        return None if entry.score is None else entry.score / 10

    def get_started_on(self, entry):
        return entry.started_on or None

    def get_finished_on(self, entry):
        return entry.finished_on or None


class AddSerializer(serializers.Serializer):
    animeId = serializers.PrimaryKeyRelatedField(queryset=Anime.objects.all())
    type = serializers.ChoiceField(
        choices=["Collection", "Completed", "To Watch", "Watching"]
    )


class WatchList(generics.ListCreateAPIView):
    serializer_class = EntrySerializer

    def get_queryset(self):
        entries = Entry.objects.filter(user=self.request.user)
        return entries.select_related("anime").order_by("-added_at", "-id")

    def list(self, request):
        state = State.objects.get(user=request.user)
        catalogue = CatalogueState.objects.get(id=1).revision
        cursor = shared.cursor_of(state.epoch, state.list_revision, catalogue)
        data = self.get_serializer(self.get_queryset(), many=True).data
        return Response({"success": True, "data": data, "meta": {"cursor": cursor}})

    def create(self, request):
        sent = AddSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        anime, type_ = sent.validated_data["animeId"], sent.validated_data["type"]
        now, operation_id = timezone.now(), uuid4()
        with transaction.atomic():
            state = State.objects.select_for_update().get(user=request.user)
            before = Entry.objects.filter(user=request.user, anime=anime).first()
            Change.objects.filter(
                user=request.user,
                anime_id=anime.pk,
                kind="remove",
                at__gt=now - timedelta(hours=24),
            ).first()
            state.revision += 1
            state.list_revision = state.revision
            state.save(update_fields=["revision", "list_revision"])
            values = {"type": type_, "state": "active"}
            values |= {"updated_at": now, "revision": state.revision}
            entry, _ = Entry.objects.update_or_create(
                user=request.user, anime=anime, defaults=values
            )
            Change.objects.create(
                user=request.user,
                revision=state.revision,
                kind="update",
                anime_id=anime.pk,
                before={"type": before.type if before else None},
                after={"type": type_},
                operation_id=operation_id,
                at=now,
            )
        data = {
            "message": "Anime added to watch list",
            "entry": self.get_serializer(entry).data,
        }
        meta = {"operation_id": operation_id}
        return Response({"success": True, "data": data, "meta": meta})


urlpatterns = [path("api/user/watchList", WatchList.as_view())]
