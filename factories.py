"""Test data with factory_boy; the cast is in conftest.py."""

from typing import Any

import factory
from django.utils import timezone

from collections_app.catalogue.models import AiringStatus, Format, Season
from collections_app.models import Anime, ExternalId
from profiles.models import PersonalToken, User
from profiles.personal_tokens import texts

PASSWORD = "Right-Horse-7"  # noqa: S105  (of a made-up cast)


class UserFactory(factory.django.DjangoModelFactory):
    """A whole account (state, profile, preferences) that signs in with PASSWORD."""

    class Meta:
        model = User

    user_name = factory.Sequence(lambda n: f"viewer{n}")
    email = factory.LazyAttribute(lambda user: f"{user.user_name}@example.org")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


def personal_token(user: User, *scopes: str) -> str:
    """The text of a new personal token."""
    text = texts.new_text(user.pk)
    PersonalToken.objects.create(
        user=user,
        name="a script",
        prefix=texts.shown(text),
        digest=texts.digest(text),
        scopes=" ".join(scopes),
        auth_epoch=user.auth_epoch,
    )
    return text


class AnimeFactory(factory.django.DjangoModelFactory):
    """A finished TV title of 12 episodes; its id is its MyAnimeList id."""

    class Meta:
        model = Anime
        skip_postgeneration_save = True

    id = factory.Sequence(lambda n: 1_000_000 + n)
    mal_id = factory.SelfAttribute("id")
    title = factory.Sequence(lambda n: f"Title {n}")
    format = Format.TV
    airing_status = AiringStatus.FINISHED
    season = Season.FALL
    year = 2006
    episodes = 12
    rating = 8.62
    weighted_rating = factory.SelfAttribute("rating")  # of so many people
    picture_url = factory.LazyAttribute(lambda a: f"https://img.example.org/{a.id}.jpg")
    updated_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def its_id_at_myanimelist(self: Anime, create: bool, extracted: Any) -> None:
        if create and self.mal_id:
            ExternalId.objects.create(anime=self, site="mal", external_id=self.mal_id)
