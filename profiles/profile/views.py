"""Profile and preferences over HTTP."""

from functools import partial
from uuid import UUID

from rest_framework.request import Request

from animecollections.api.conditional import (
    precondition,
    revision_tag,
    unless_held,
)
from animecollections.api.rendering import Answer, answer
from animecollections.api.schema import Example, Refusal, documented, header
from history.idempotency.views import IdempotentViewSet
from profiles.profile import services
from profiles.profile.answers import (
    IdentityAnswer,
    PreferencesAnswer,
    ProfileAnswer,
    identity_answer,
    preferences_answer,
    profile_answer,
)
from profiles.profile.examples import (
    IDENTITY,
    ONBOARDING_FORM,
    PREFERENCES,
    PROFILE,
    TITLE_CHOSEN,
    TITLE_LEFT_OUT,
)
from profiles.profile.models import Preferences, Profile
from profiles.profile.preference_serializers import PreferencesInput
from profiles.profile.serializers import ProfileInput, UpdateProfileInput
from profiles.profile.titles import TitleWarning

IF_MATCH = header(
    "If-Match",
    'The revision you saw, `"41"`, or the ETag of an answer; 412 if it moved on.',
)

PROFILE_CHANGED = Refusal(
    "revision_mismatch",
    "ProfileChanged",
    {"profile": ProfileAnswer, "revision": int},
    {"profile": PROFILE, "revision": 41},
)
IDENTITY_CHANGED = Refusal(
    "revision_mismatch",
    "IdentityChanged",
    {"profile": ProfileAnswer, "identity": IdentityAnswer, "revision": int},
    {"profile": PROFILE, "identity": IDENTITY, "revision": 41},
)
PREFERENCES_CHANGED = Refusal(
    "revision_mismatch",
    "PreferencesChanged",
    {"preferences": PreferencesAnswer, "revision": int},
    {"preferences": PREFERENCES, "revision": 41},
)
changes_profile = partial(
    documented,
    "Changes the fields that are sent, and returns the whole profile.",
    description='null, "" and [] clear. Anime are ids, or titles and slugs such as '
    "`code_geass`. If several have the name, the one on most lists and sites is "
    "used. A name that no anime has, or several that cannot be told apart, is left "
    "out. `meta.warnings` reports both.",
    scope="profile:write",
    tags=["Profile"],
    body=ProfileInput,
    data=ProfileAnswer,
    meta={"warnings?": list[TitleWarning]},
    parameters=[IF_MATCH],
    errors=["unknown_anime_ids", "ambiguous_id", PROFILE_CHANGED],
    body_examples={"onboarding form": ONBOARDING_FORM},
    examples={
        "changed": Example(PROFILE, {"warnings": [TITLE_CHOSEN, TITLE_LEFT_OUT]})
    },
)
changes_preferences = partial(
    documented,
    "Changes the fields that are sent, and returns all preferences.",
    description="`audience` needs the scope `sharing` too.",
    scope="profile:write",
    tags=["Profile"],
    body=PreferencesInput,
    data=PreferencesAnswer,
    meta={"operation_id?": UUID},
    parameters=[IF_MATCH],
    errors=[PREFERENCES_CHANGED],
    body_examples={
        "colour": {"enfasiscolor": "#3498db", "parentalControl": True},
        "time zone": {"timezone": "Europe/Madrid"},
        "who sees what": {"audience": {"watching": "everyone", "stats": "link"}},
    },
    examples={"changed": PREFERENCES},
)


class ProfileViewSet(IdempotentViewSet):
    @documented(
        "The profile.",
        name="getProfile",
        scope="profile:read",
        tags=["Profile"],
        data=ProfileAnswer,
        examples={"profile": PROFILE},
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        at = self.account.revisions
        etag = unless_held(request, self.etag(at.parts["profile"]))
        profile = Profile.objects.get(user_id=self.user_id)
        return answer(profile_answer(profile), headers={"ETag": etag})

    @changes_profile(name="saveProfile")
    def create(self, request: Request) -> Answer:
        return self.save(request)

    @changes_profile(name="changeProfile")
    def partial_update(self, request: Request) -> Answer:
        return self.save(request)

    def save(self, request: Request) -> Answer:
        saved = services.update_profile(
            user_id=self.user_id,
            values=self.read_body(ProfileInput, self.context(request)),
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
        name="updateProfile",
        description='"" and null keep what is there.',
        scope="profile:write",
        tags=["Profile"],
        body=UpdateProfileInput,
        data=IdentityAnswer,
        parameters=[IF_MATCH],
        errors=["user_name_taken", "user_name_withheld", IDENTITY_CHANGED],
        body_examples={"new name": {"name": "alice_doe", "avatar": ""}},
        examples={"changed": IDENTITY},
    )
    def update_identity(self, request: Request) -> Answer:
        user, saved = services.update_identity(
            user_id=self.user_id,
            values=self.read_body(UpdateProfileInput, self.context(request)),
            through=self.through,
            only_if=precondition(request),
        )
        etag = self.etag(saved.revision)
        return answer(identity_answer(user, saved.profile), headers={"ETag": etag})

    def etag(self, revision: int) -> str:
        return revision_tag(self.request, revision, self.account.revisions.epoch)

    def context(self, request: Request) -> dict[str, object]:
        """What the fields of both forms need to know."""
        site = request.build_absolute_uri("/")
        return {"today": self.account.today, "site": site}


class PreferencesViewSet(IdempotentViewSet):
    @documented(
        "The preferences.",
        name="getPreferences",
        scope="profile:read",
        tags=["Profile"],
        data=PreferencesAnswer,
        examples={"preferences": PREFERENCES},
        etag=True,
    )
    def retrieve(self, request: Request) -> Answer:
        at = self.account.revisions
        etag = unless_held(request, self.etag(at.parts["preferences"]))
        preferences = Preferences.objects.get(user_id=self.user_id)
        return answer(preferences_answer(preferences), headers={"ETag": etag})

    @changes_preferences(name="savePreferences")
    def create(self, request: Request) -> Answer:
        return self.save(request)

    @changes_preferences(name="changePreferences")
    def partial_update(self, request: Request) -> Answer:
        return self.save(request)

    def save(self, request: Request) -> Answer:
        values = self.read_body(PreferencesInput)
        if any(name.startswith("audience_") for name in values):
            self.require_scope("sharing")
        saved = services.update_preferences(
            user_id=self.user_id,
            values=values,
            through=self.through,
            only_if=precondition(request),
        )
        done = saved.operation_id
        return answer(
            preferences_answer(saved.preferences),
            meta={"operation_id": done} if done else None,
            headers={"ETag": self.etag(saved.revision)},
        )

    def etag(self, revision: int) -> str:
        return revision_tag(self.request, revision, self.account.revisions.epoch)
