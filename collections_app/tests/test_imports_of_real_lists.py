"""Lists that real people exported, where the folder shared/data is at hand."""

import xml.etree.ElementTree as ET
from collections import Counter

import pytest
from django.utils import timezone

from collections_app import transfer
from collections_app.models import Anime, ExternalId, WatchListEntry
from collections_app.tests.diaries import diary
from collections_app.tests.imports import apply, counts, rows, upload
from collections_app.tests.lists import DATA, needs_data

pytestmark = [pytest.mark.django_db, needs_data]
FILES = [
    "mal_one_user_2022.xml",
    "mal_one_user_2024.xml",
    "mal_one_user_2026.xml",
    "mal_366.xml",
    "mal_1077.xml",
    "anilist_one_user.json",
    "kitsu_as_mal_one_user.xml",
]


def records_of(name):
    return transfer.read((DATA / name).read_bytes()).rows


@pytest.fixture
def catalogue(db):
    """The titles of all these files, by their MyAnimeList ids."""
    titles = {
        int(record.ids["mal"]): record.title
        for name in FILES
        for record in records_of(name)
        if "mal" in record.ids
    }
    now = timezone.now()
    Anime.objects.bulk_create(
        Anime(id=id_, mal_id=id_, title=title, updated_at=now)
        for id_, title in titles.items()
    )
    ExternalId.objects.bulk_create(
        ExternalId(anime_id=id_, site="mal", external_id=str(id_)) for id_ in titles
    )


@pytest.mark.parametrize("name", FILES)
def test_the_counts_add_up_and_the_second_time_changes_nothing(client, catalogue, name):
    data = (DATA / name).read_bytes()
    plan = upload(client, data)
    summary = dict(plan["summary"])
    assert summary.pop("rows") == sum(summary.values()) == len(records_of(name))
    apply(client, plan)
    added = summary["add"]
    assert WatchListEntry.objects.count() == added > 100
    again = upload(client, data)
    assert again["summary"]["unchanged"] == added
    assert not {"add", "update", "conflict"} & counts(again).keys()


def test_one_list_at_three_dates_ends_at_the_latest(client, catalogue):
    """Nothing twice, nothing lost, whatever the order of the files."""
    for year in (2022, 2026, 2024):
        data = (DATA / f"mal_one_user_{year}.xml").read_bytes()
        apply(client, upload(client, data, exported_at=f"{year}-06-01"))
    entry_of = {entry["anime_id"]: entry for entry in WatchListEntry.objects.values()}
    for record in records_of("mal_one_user_2026.xml"):
        entry = entry_of[int(record.ids["mal"])]
        said = {name: entry[name] for name in record.values}
        assert said == record.values, record.title


def test_what_was_changed_here_since_is_not_lost(client, catalogue):
    name = "mal_one_user_2022.xml"
    apply(client, upload(client, (DATA / name).read_bytes(), exported_at="2022-06-01"))
    first = records_of(name)[0]
    url = f"/api/user/watchList/{first.ids['mal']}"
    client.patch(url, {"score": 1.5, "notes": "mine"})
    later = (DATA / "mal_one_user_2024.xml").read_bytes()
    plan = upload(client, later, exported_at="2024-06-01")
    apply(client, plan)
    entry = client.get(url).json()["data"]
    assert (entry["score"], entry["notes"]) == (1.5, "mine")
    assert all(row["reason"] for row in rows(client, plan, outcome="conflict"))


def years_by_the_file(name):
    """Episodes by year, read without our reader: of what is completed, when."""
    years = Counter()
    root = ET.fromstring((DATA / name).read_bytes())  # noqa: S314  (a file of ours)
    for anime in root.iter("anime"):
        said = {child.tag: (child.text or "").strip() for child in anime}
        year = said.get("my_finish_date", "")[:4]
        if said["my_status"] == "Completed" and year.strip("0"):
            years[int(year)] += int(said["my_watched_episodes"])
    return {year: number for year, number in years.items() if number}


@pytest.mark.parametrize(
    "name", ["mal_366.xml", "mal_1077.xml", "mal_one_user_2026.xml"]
)
def test_the_years_are_those_of_the_dates(client, catalogue, name):
    expected = years_by_the_file(name)
    apply(client, upload(client, (DATA / name).read_bytes()))
    this_year = timezone.now().year
    for year in {*range(this_year - 20, this_year + 1), *expected}:
        told = client.get("/api/user/stats", {"year": year}).json()["data"]
        assert told["totals"]["episodes"] == expected.get(year, 0), year
    assert diary(watched_on=timezone.now().date().isoformat()) == {}
