"""Imports at the same time, and beside people at work."""

import pytest

from collections_app.catalogue.importing import run as catalogue_import
from collections_app.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Listing,
    NameKind,
    SearchName,
)
from collections_app.tests.catalogues import import_file, title, write
from collections_app.tests.test_add_to_watch_list import URL
from collections_app.tests.test_watch_list_races import at_once
from conftest import signed_in
from factories import UserFactory

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(catalogue_import, "FIRST_BATCH", 10)
    monkeypatch.setattr(catalogue_import, "LARGEST_BATCH", 10)


def test_two_imports_at_once_end_as_one_after_the_other(tmp_path):
    """In opposite order, half without MyAnimeList ids: none twice, none lost."""
    titles = [
        title(f"mal:{n} kitsu:{n}" if n % 2 else f"kitsu:{n}", f"Title {n}")
        for n in range(1, 101)
    ]
    one = write(tmp_path / "one.jsonl", *titles, repository="one")
    other = write(tmp_path / "other.jsonl", *titles[::-1], repository="other")
    said = at_once([lambda: import_file(one), lambda: import_file(other)])
    assert all(text.startswith("Imported 100 titles") for text in said)
    assert Anime.objects.count() == ExternalId.objects.filter(site="kitsu").count()
    assert Anime.objects.count() == 100
    assert Anime.objects.filter(mal_id=None, id__gte=100_000_000).count() == 50
    assert Listing.objects.count() == 200
    assert SearchName.objects.filter(kind=NameKind.TITLE).count() == 100
    stamped = set(Anime.objects.values_list("revision", flat=True))
    assert stamped == set(range(1, CatalogueState.objects.get().revision + 1))
    again = at_once([lambda: import_file(one), lambda: import_file(other)])
    assert all("100 unchanged" in text for text in again)


def test_an_import_leaves_people_room_to_write(tmp_path):
    def edition(name, **facts):
        titles = (title(f"mal:{n}", f"Title {n}", **facts) for n in range(1, 201))
        return write(tmp_path / name, *titles)

    import_file(edition("first.jsonl"))
    alice = UserFactory()
    assert signed_in(alice).post(URL, {"animeId": 7, "type": "Watching"}).data

    def watch():
        device = signed_in(alice)
        return [device.post(f"{URL}/7/increment", {}).status_code for _ in range(30)]

    newer = edition("second.jsonl", episodes=100)
    said, statuses = at_once([lambda: import_file(newer), watch])
    assert "200 updated" in said
    assert statuses == [200] * 30
    assert alice.entries.get().progress == 30
    assert Anime.objects.filter(episodes=100).count() == 200
