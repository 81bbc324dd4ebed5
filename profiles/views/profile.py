"""Profile and preferences over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from animecollections.api.conditional import (
    not_modified,
    precondition,
    revision_tag,
)
from animecollections.api.rendering import answer
from animecollections.api.schema import Example, documented, header
from history.writing import WritingViewSet
from profiles.answers import (
    IdentityAnswer,
    PreferencesAnswer,
    ProfileAnswer,
    identity_answer,
    preferences_answer,
    profile_answer,
)
from profiles.models import Preferences, Profile
from profiles.serializers.preferences import PreferencesInput
from profiles.serializers.profile import ProfileInput, UpdateProfileInput
from profiles.services import profile as services
from profiles.services.titles import TitleWarning

IF_MATCH = header(
    "If-Match",
    'The revision you saw, `"41"`, or the ETag of an answer; 412 if it moved on.',
)
PROFILE = {
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "name": "Alice",
    "last_name": "Doe",
    "birthday": "1995-05-20",
    "gender": "female",
    "avatar": "https://anime.example.org/media/images/550e8400-e29b-41d4-a716-"
    "446655440000/5d41402abc4b2a76b9719d911017c592.webp",
    "banner_image": None,
    "favorite_animes": ["21", "16498"],
    "favorite_genres": ["Slice of Life", "Boys Love"],
    "favorite_studios": ["Studio Ghibli"],
    "frequency": "weekly",
    "fanatic_level": "hardcore_otaku",
    "preferred_format": "TV",
    "watched_animes": ["1535"],
    "updated_at": "2026-11-23T09:30:00Z",
}
LEFT_OUT: TitleWarning = {
    "code": "title_unknown",
    "message": 'The catalogue has no anime called "one_peace", so it was left out of '
    "favorite_animes: send an id.",
    "field": "favorite_animes",
    "value": "one_peace",
    "anime_id": None,
    "candidates": [],
}
CHOSEN: TitleWarning = {
    "code": "title_chosen",
    "message": '"hunter_x_hunter" was read as "Hunter x Hunter (2011)", the best '
    "known of 2 anime with this name: send an id to choose another.",
    "field": "favorite_animes",
    "value": "hunter_x_hunter",
    "anime_id": "11061",
    "candidates": ["136"],
}
PREFERENCES = {
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "enfasiscolor": "#3498db",
    "enfasis_color": "#3498db",
    "parentalControl": True,
    "parental_control": True,
    "trackSearchHistory": True,
    "scoreFormat": "10.0",
    "titleLanguage": "romaji",
    "timezone": "Europe/Madrid",
    "language": "es",
    "theme": "auto",
    "updated_at": "2026-11-23T09:30:00Z",
}

changes_profile = documented(
    "Changes the fields that are sent, and returns the whole profile.",
    description='null, "" and [] clear. Anime are ids, or titles and slugs such as '
    "`code_geass`. If several have the name, the one on most lists and sites is "
    "used. A name that no anime has, or several that cannot be told apart, is left "
    "out. `meta.warnings` reports both.",
    scope="profile:write",
    tags=["Profile"],
    body=ProfileInput,
    data=ProfileAnswer,
    meta={"warnings": list[TitleWarning]},
    parameters=[IF_MATCH],
    errors=["unknown_anime_ids", "ambiguous_id", "revision_mismatch"],
    body_examples={
        "onboarding form": {
            "birthday": "1995-05-20",
            "favorite_animes": ["one_piece", "hunter_x_hunter", "one_peace"],
            "favorite_genres": ["slice_of_life", "boys love"],
            "favorite_studios": ["studio_ghibli"],
            "fanatic_level": "hardcore_otaku",
            "preferred_format": "tv",
            "frequency": "",
        }
    },
    examples={"changed": Example(PROFILE, {"warnings": [CHOSEN, LEFT_OUT]})},
)
changes_preferences = documented(
    "Changes the fields that are sent, and returns all preferences.",
    scope="profile:write",
    tags=["Profile"],
    body=PreferencesInput,
    data=PreferencesAnswer,
    parameters=[IF_MATCH],
    errors=["revision_mismatch"],
    body_examples={
        "colour": {"enfasiscolor": "#3498db", "parentalControl": True},
        "time zone": {"timezone": "Europe/Madrid"},
    },
    examples={"changed": PREFERENCES},
)


class ProfileViewSet(WritingViewSet):
    @documented(
        "The profile.",
        scope="profile:read",
        tags=["Profile"],
        data=ProfileAnswer,
        examples={"profile": PROFILE},
        etag=True,
    )
    def retrieve(self, request: Request) -> Response:
        at = self.account.revisions
        etag = self.etag(at.parts["profile"])
        if (fresh := not_modified(request, etag)) is not None:
            return fresh
        profile = Profile.objects.get(user_id=self.user_id)
        return answer(profile_answer(profile), headers={"ETag": etag})

    @changes_profile
    def create(self, request: Request) -> Response:
        return self.save(request)

    @changes_profile
    def partial_update(self, request: Request) -> Response:
        return self.save(request)

    def save(self, request: Request) -> Response:
        body = ProfileInput(data=request.data, context=self.context(request))
        body.is_valid(raise_exception=True)
        saved = services.update_profile(
            user_id=self.user_id,
            values=body.validated_data,
            through=self.through,
            only_if=precondition(request),
        )
        return answer(
            profile_answer(saved.profile),
            meta={"warnings": saved.warnings} if saved.warnings else None,
            headers={"ETag": self.etag(saved.revision)},
        )

    @documented(
        "Changes the user name (`name`), avatar or banner.",
        description='"" and null keep what is there.',
        scope="profile:write",
        tags=["Profile"],
        body=UpdateProfileInput,
        data=IdentityAnswer,
        parameters=[IF_MATCH],
        errors=["user_name_taken", "revision_mismatch"],
        body_examples={"new name": {"name": "alice_doe", "avatar": ""}},
        examples={
            "changed": {
                "id": PROFILE["user_id"],
                "name": "alice_doe",
                "avatar": PROFILE["avatar"],
                "banner_image": None,
            }
        },
    )
    def update_identity(self, request: Request) -> Response:
        body = UpdateProfileInput(data=request.data, context=self.context(request))
        body.is_valid(raise_exception=True)
        user, saved = services.update_identity(
            user_id=self.user_id,
            values=body.validated_data,
            through=self.through,
            only_if=precondition(request),
        )
        etag = self.etag(saved.revision)
        return answer(identity_answer(user, saved.profile), headers={"ETag": etag})

    def etag(self, revision: int) -> str:
        return revision_tag(self.request, revision, self.account.revisions.epoch)

    def context(self, request: Request) -> dict[str, Any]:
        """What the fields of both forms need to know."""
        site = request.build_absolute_uri("/")
        return {"today": self.account.today, "site": site}


class PreferencesViewSet(WritingViewSet):
    @documented(
        "The preferences.",
        scope="profile:read",
        tags=["Profile"],
        data=PreferencesAnswer,
        examples={"preferences": PREFERENCES},
        etag=True,
    )
    def retrieve(self, request: Request) -> Response:
        at = self.account.revisions
        etag = self.etag(at.parts["preferences"])
        if (fresh := not_modified(request, etag)) is not None:
            return fresh
        preferences = Preferences.objects.get(user_id=self.user_id)
        return answer(preferences_answer(preferences), headers={"ETag": etag})

    @changes_preferences
    def create(self, request: Request) -> Response:
        return self.save(request)

    @changes_preferences
    def partial_update(self, request: Request) -> Response:
        return self.save(request)

    def save(self, request: Request) -> Response:
        body = PreferencesInput(data=request.data)
        body.is_valid(raise_exception=True)
        preferences, revision = services.update_preferences(
            user_id=self.user_id,
            values=body.validated_data,
            through=self.through,
            only_if=precondition(request),
        )
        etag = self.etag(revision)
        return answer(preferences_answer(preferences), headers={"ETag": etag})

    def etag(self, revision: int) -> str:
        return revision_tag(self.request, revision, self.account.revisions.epoch)
