"""Titles corrected by hand."""

from unittest.mock import ANY

import pytest

from animecollections.identity import Origin
from collections_app.catalogue import planning
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.facts import UNKNOWN
from collections_app.models import Anime, CatalogueState, SearchName
from collections_app.tests.catalogues import BEBOP, import_file, write
from history.models import StaffAction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", BEBOP))


def edit(facts):
    why = "The site says so."
    catalogue.edit(anime_id=1, facts=facts, reason=why, through=Origin("admin"))


def test_a_correction_takes_a_revision_and_all_that_follows_from_it():
    facts = {"title": "Space Cowboys", "genre_names": ["Drama"], "episodes": 27}
    edit(facts)
    act = StaffAction.objects.get()
    assert (act.action, act.anime_id, act.reason) == (
        "edit_title",
        1,
        "The site says so.",
    )
    assert act.before == {"title": "Cowboy Bebop", "genre_names": ANY, "episodes": 26}
    assert act.after == facts
    bebop = Anime.objects.get()
    assert (bebop.episodes, bebop.sort_title) == (27, "space cowboys")
    assert bebop.genres.get().name == "Drama"
    assert SearchName.objects.filter(name="space cowboys").exists()
    assert not SearchName.objects.filter(name="cowboy bebop").exists()
    assert bebop.revision == CatalogueState.objects.get().revision == 2


def test_a_correction_that_changes_nothing_takes_none():
    edit({"episodes": 26, "synonyms": BEBOP["synonyms"]})
    assert not StaffAction.objects.exists()
    assert CatalogueState.objects.get().revision == 1


def test_the_facts_are_the_columns_of_a_title():
    """One table names them; it and the model keep in step."""
    columns = {field.name for field in Anime._meta.concrete_fields}
    kept_elsewhere = {"id", "sort_title", "revision", "gone_since", "held_facts"}
    kept_elsewhere |= {"prominence", "renown"}  # of search
    kept_elsewhere |= {"names_elsewhere", "votes", "franchise"}  # of source_facts
    kept_elsewhere |= {"status_by_dates", "weighted_rating", "schedule"}
    times = {"created_at", "updated_at"}
    assert set(UNKNOWN) == columns - kept_elsewhere - times
    for name, value in UNKNOWN.items():
        field = Anime._meta.get_field(name)
        assert (
            field.null
            if value is None
            else field.get_default() == value or (name == "title")
        )


def test_without_its_row_of_state_the_catalogue_makes_it_anew(tmp_path):
    CatalogueState.objects.all().delete()
    import_file(write(tmp_path / "more.jsonl", BEBOP | {"episodes": 1}))
    assert CatalogueState.objects.get().revision == 1
    assert planning.next_own_id(CatalogueState.objects.get()) == 100_000_000
