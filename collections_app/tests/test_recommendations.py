"""GET /api/user/recommendations, and the daily job that makes them."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from collections_app.models import Anime, SimilarTitles, WatchListEntry
from collections_app.recommendations import making
from collections_app.tests.airings import say
from factories import AnimeFactory, UserFactory, personal_token
from profiles.models import Preferences, User

pytestmark = pytest.mark.django_db
URL = "/api/user/recommendations"
LAST_WEEK = timezone.now() - timedelta(days=7)


@pytest.fixture(autouse=True)
def titles(db):
    """1 to 9; 1 to 6 are what the same people watch."""
    return [AnimeFactory(id=n, title=f"Title {n}") for n in range(1, 10)]


def have(user, *ids, **values):
    defaults = {
        "type": "Completed",
        "added_at": LAST_WEEK,
        "updated_at": LAST_WEEK,
        "revision": 1,
    }
    for id_ in ids:
        WatchListEntry.objects.create(user=user, anime_id=id_, **defaults | values)


def people(number, *ids, **values):
    made = UserFactory.create_batch(number)
    for user in made:
        have(user, *ids, **values)
    return made


def series(first, *later):
    """Each the sequel of the one before."""
    franchise = [first, *later]
    Anime.objects.filter(id__in=franchise).update(franchise=first)
    for before, after in zip(franchise, later, strict=False):
        relation = {"type": "prequel", "ids": [f"mal:{before}"]}
        say(Anime.objects.get(id=after), "relations", {"relations": [relation]})


def asked(client, query=""):
    response = client.get(URL + query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def ids(client, query=""):
    return [int(one["anime"]["id"]) for one in asked(client, query)]


def similar(anime_id):
    return {id_ for id_, *_ in SimilarTitles.objects.get(pk=anime_id).similar}


def test_what_the_same_people_watch_comes_first_with_the_reasons(client, alice):
    people(6, 1, 2, 3)
    people(6, 7, 8)
    have(alice, 1, 2)
    making.relate_titles()
    first, *_ = asked(client)
    assert (first["anime"]["id"], first["anime"]["title"]) == ("3", "Title 3")
    assert {(one["anime_id"], one["kind"]) for one in first["because"]} == {
        ("1", "people"),
        ("2", "people"),
    }
    # Nor does anything come that nobody has with it, but as what is best known.
    assert [one["because"] for one in asked(client)[1:]] == [[]] * 6


def test_what_fewer_than_five_people_have_in_common_is_told_of_nobody(alice):
    people(4, 1, 2)
    have(alice, 1)
    making.relate_titles()
    assert similar(1) == set()


def test_private_entries_and_those_who_opted_out_count_never(alice):
    hidden = people(3, 1, 2)
    for user in hidden:
        WatchListEntry.objects.of(user.pk).filter(anime_id=2).update(is_private=True)
    out = people(3, 1, 2)
    Preferences.objects.filter(user__in=out).update(help_recommend=False)
    sandboxes = people(3, 1, 2)
    for one in sandboxes:
        User.objects.filter(pk=one.pk).update(sandbox_of=alice.pk)
    people(4, 1, 2)
    people(3, 1, 2, state="dropped", type="Collection")
    people(3, 1, 2, type="To Watch")
    making.relate_titles()
    assert similar(1) == set()
    assert SimilarTitles.objects.get(pk=1).lists == 4


def test_what_was_like_a_title_that_is_gone_is_forgotten(alice):
    people(6, 1, 2)
    making.relate_titles()
    Anime.objects.filter(id=1).update(gone_since=timezone.now())
    making.relate_titles()
    assert not SimilarTitles.objects.filter(pk=1).exists()


def test_where_people_are_few_genres_and_studios_say_it(client, alice):
    Anime.objects.filter(id__in=[1, 5, 6]).update(genre_names=["Mystery"])
    Anime.objects.filter(id__in=[1, 5]).update(studio_names=["Madhouse"])
    have(alice, 1)
    making.relate_titles()
    found = asked(client)
    assert [one["anime"]["id"] for one in found[:2]] == ["5", "6"]
    assert found[0]["because"] == [
        {"anime_id": "1", "title": "Title 1", "kind": "genres"}
    ]


def test_never_what_is_listed_mature_or_gone(client, alice):
    people(6, 1, 2, 3, 4, 5, 6)
    have(alice, 1)
    have(alice, 2, type="To Watch")
    Anime.objects.filter(id=3).update(mature=True)
    Anime.objects.filter(id=4).update(gone_since=LAST_WEEK)
    making.relate_titles()
    assert {*ids(client)} == {5, 6, 7, 8, 9}
    Preferences.objects.filter(user=alice).update(parental_control=False)
    assert 3 in ids(client)


def test_no_later_part_whose_first_is_not_seen_and_nothing_of_what_was_dropped(
    client, alice
):
    series(2, 3, 4)
    series(5, 6)
    people(6, 1, 2, 3, 4, 5, 6)
    have(alice, 1)
    making.relate_titles()
    found = ids(client)
    assert {2, 5} <= {*found}
    assert not {3, 4, 6} & {*found}
    have(alice, 2)
    assert {3, 4} & {*ids(client)} == {3}
    have(alice, 5, type="Collection", state="dropped")
    assert 6 not in ids(client)


def test_where_no_relation_is_known_a_name_tells_later_parts(client, alice):
    for id_, name in ((2, "aria"), (3, "aria season 2"), (4, "aria the 2nd season")):
        Anime.objects.filter(id=id_).update(sort_title=name)
    people(6, 1, 2, 3, 4)
    have(alice, 1)
    making.relate_titles()
    assert not {3, 4} & {*ids(client)}
    have(alice, 2)
    assert {3, 4} <= {*ids(client)}


def test_what_is_named_after_an_older_related_title_waits_for_it(client, alice):
    """As catalogues have it: 2 is related to 3, and 3 to 4, and nobody says how."""
    told = {
        2: ("steins", 2011, ["mal:3"]),
        3: ("steins movie", 2013, ["mal:2", "mal:4"]),
        4: ("steins district", 2015, ["mal:3"]),
        5: ("steins", 2020, ["mal:2"]),  # made anew
        6: ("aria", 2010, ["mal:2"]),
    }
    for id_, (name, year, related) in told.items():
        Anime.objects.filter(id=id_).update(sort_title=name, year=year, related=related)
    people(6, 1, 2, 3, 4, 5, 6)
    have(alice, 1)
    making.relate_titles()
    assert {2, 5, 6} <= {*ids(client)}
    assert not {3, 4} & {*ids(client)}
    have(alice, 2)
    assert {3, 4} <= {*ids(client)}


def test_a_title_planned_is_not_one_that_was_seen(client, alice):
    series(2, 3)
    people(6, 1, 2, 3)
    have(alice, 1)
    have(alice, 2, type="To Watch")
    making.relate_titles()
    assert 3 not in ids(client)


def test_like_one_title(client, alice):
    people(6, 1, 2)
    people(6, 7, 8)
    have(alice, 1)
    making.relate_titles()
    first, *_ = asked(client, "?based_on=anime:7")
    assert first["anime"]["id"] == "8"
    assert first["because"] == [{"anime_id": "7", "title": "Title 7", "kind": "people"}]
    assert 7 not in ids(client, "?based_on=anime:mal:7")
    assert client.get(f"{URL}?based_on=anime:999").json()["code"] == "anime_not_found"


@pytest.mark.parametrize("text", ["me", "anime:", "anime:x", "7"])
def test_what_nothing_can_be_based_on_is_refused(client, text):
    refused = client.get(f"{URL}?based_on={text}").json()
    assert [*refused["fields"]] == ["based_on"]


def test_formats_and_limit(client, alice):
    people(6, 1, 2, 3, 4)
    have(alice, 1)
    Anime.objects.filter(id__in=[3, 9]).update(format="Movie")
    making.relate_titles()
    assert ids(client, "?format=movie") == [3, 9]
    assert len(ids(client, "?limit=2")) == 2


def test_the_same_for_a_day(client, alice):
    people(6, 1, 2, 3, 4)
    people(6, 7, 8)
    have(alice, 1, 2, 9, 5, 6)
    making.relate_titles()
    before = asked(client)
    have(alice, 7, added_at=timezone.now())
    after = asked(client)
    assert after == [one for one in before if one["anime"]["id"] != "7"]


def test_who_is_new_need_not_wait_for_tomorrow(client, alice):
    people(6, 1, 2)
    have(alice, 1, added_at=timezone.now())
    making.relate_titles()
    assert ids(client)[0] == 2


def test_an_empty_list_is_shown_what_is_best_known(client):
    Anime.objects.filter(id=4).update(renown=500)
    assert ids(client)[0] == 4
    assert asked(client)[0]["because"] == []


def test_visitors_and_scopes(visitor, alice):
    assert visitor.get(URL).status_code == 401
    script = {"Authorization": f"Bearer {personal_token(alice, 'profile:read')}"}
    refused = visitor.get(URL, headers=script)
    assert refused.json()["details"] == {"scope": "list:read"}


def test_what_it_costs(client, alice, budget):
    series(2, 3)
    people(6, 1, 2, 3, 4)
    have(alice, 1)
    making.relate_titles()
    client.put("/api/user/hidden/9")
    etag = client.get(URL).headers["ETag"]
    with budget(1, "sign-in check"):
        same = client.get(URL, headers={"If-None-Match": etag})
    assert same.status_code == 304
    with budget(
        14,
        "sign-in, list, hidden (2), what is alike, candidates, best known, prequels "
        "(4), first parts by name (2), the titles",
    ):
        asked(client)


# --- The daily job --------------------------------------------------------------------


def test_the_job_goes_on_where_it_was(alice, monkeypatch):
    people(6, 1, 2)
    monkeypatch.setattr(making, "TITLES_AT_ONCE", 4)
    monkeypatch.setattr(making, "store", stopped_after(1, making.store))
    with pytest.raises(KeyboardInterrupt):
        making.relate_titles()
    assert SimilarTitles.objects.count() == 4
    monkeypatch.undo()
    assert making.relate_titles() == "5 titles related by 6 lists"
    assert making.relate_titles() == "no title was due"


def stopped_after(number, store):
    left = [number]

    def store_some(*args):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        store(*args)

    return store_some


def test_out_of_time_it_leaves_the_rest_to_the_next_run(alice, monkeypatch):
    monkeypatch.setattr(making, "TITLES_AT_ONCE", 4)
    monkeypatch.setattr(making, "LONGEST", timedelta(seconds=-1))
    assert making.relate_titles() == (
        "0 titles related by 0 lists, 9 wait for the next run"
    )


def test_of_very_many_people_it_reads_some_by_chance(monkeypatch):
    made = people(12, 1, 2)
    monkeypatch.setattr(making, "MOST_PEOPLE", 6)
    monkeypatch.setattr(making, "PEOPLE_AT_ONCE", 2)
    found = [id_ for some in making.some_people(Random(1)) for id_ in some]
    assert 0 < len(found) <= 6
    assert len({*found}) == len(found)
    assert {*found} <= {user.pk for user in made}


def test_everybody_is_read_in_slices(monkeypatch):
    made = people(5, 1, 2)
    monkeypatch.setattr(making, "PEOPLE_AT_ONCE", 2)
    slices = list(making.some_people(Random(1)))
    assert [len(some) for some in slices] == [2, 2, 1]
    assert {id_ for some in slices for id_ in some} == {user.pk for user in made}
