"""People with lists, told of what happens to titles."""

from typing import Any

from conftest import signed_in
from factories import UserFactory
from profiles.models import Preferences, User, UserNotice

LIST = "/api/user/watchList"
NOTICES = "/api/user/notices"


def person(name: str, **wanted: Any) -> User:
    user: User = UserFactory(user_name=name)
    Preferences.objects.filter(user=user).update(**wanted)
    return user


def keep(user: User, anime_id: int, type_: str = "Watching", **values: Any) -> None:
    body = {"animeId": anime_id, "type": type_, **values}
    response = signed_in(user).post(LIST, body)
    assert response.status_code == 200, response.content


def told(user: User) -> list[tuple[str, int | None, int | None]]:
    """Of each notice its kind, title and episode, the oldest first."""
    rows = UserNotice.objects.of(user.pk).order_by("pk")
    return [(row.kind, row.anime_id, row.data.get("episode")) for row in rows]
