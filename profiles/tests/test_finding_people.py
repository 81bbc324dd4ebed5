"""Whom staff mean: the exact name first, and numbers that say what they leave out."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from animecollections import admin
from collections_app.tests.test_add_to_watch_list import add
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from profiles.models import User, WrongPasswords

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:profiles_user_changelist")
FIND = reverse("admin:find")
ENTRIES = reverse("admin:collections_app_watchlistentry_changelist")


@pytest.fixture
def crowd(db):
    """More people than a search answers, whose names have "ana" in them."""
    for number in range(admin.MOST_PEOPLE + 5):
        UserFactory(user_name=f"a-banana-{number:03}", email=f"b{number}@example.org")
    UserFactory(user_name="anastasia", email="z1@example.org")
    return UserFactory(user_name="ana", email="z2@example.org")


def names_on(page):
    return [user.user_name for user in page.context["cl"].result_list]


def count_on(page):
    """The line under a list, in words."""
    [line] = re.findall(r'<div class="py-4">(.*?)</div>', page.content.decode())
    return re.sub("<.*?>", "", line)


@pytest.mark.parametrize("text", ["ana", "ANA", "z2@example.org", "Z2@EXAMPLE.ORG"])
def test_the_exact_one_comes_first(staff_client, crowd, text):
    assert names_on(staff_client.get(PEOPLE, {"q": text}))[0] == "ana"


def test_then_what_begins_so_then_what_contains_it(staff_client, crowd):
    names = names_on(staff_client.get(PEOPLE, {"q": "ana"}))
    assert names[:3] == ["ana", "anastasia", "a-banana-000"]
    found = staff_client.get(FIND, {"q": "ana"})
    shown = [user.user_name for user, _ in found.context["found"]]
    assert shown[:3] == ["ana", "anastasia", "a-banana-000"]
    assert "The 20 closest." in found.content.decode()


def test_a_whole_email_leads_to_its_owner_whoever_else_has_it_in_theirs(
    staff_client, crowd
):
    UserFactory(user_name="other", email="xz2@example.org")
    WrongPasswords.objects.create(
        email="z2@example.org", address="10.0.0.7", count=9, last_at=timezone.now()
    )
    answer = staff_client.get(FIND, {"q": "Z2@example.org"})
    assert answer.headers["Location"].endswith(f"/{crowd.pk}/change/")


def test_the_exact_name_says_so(staff_client, crowd):
    found = staff_client.get(FIND, {"q": "ana"}).context["found"]
    assert [why for _, why in found[:2]] == ["exactly this name", "e-mail, name or id"]


def test_an_address_that_locked_somebody_shows_the_locks(staff_client, alice):
    for email in (alice.email, "nobody@example.net"):
        WrongPasswords.objects.create(
            email=email, address="10.0.0.7", count=9, last_at=timezone.now()
        )
    found = staff_client.get(FIND, {"q": "10.0.0.7"})
    assert len(found.context["locks"]) == 2


def test_the_box_of_a_form_offers_the_exact_one_first(staff_client, crowd):
    asked = {
        "term": "ana",
        "app_label": "collections_app",
        "model_name": "watchlistentry",
        "field_name": "user",
    }
    answer = staff_client.get(reverse("admin:autocomplete"), asked).json()
    assert answer["results"][0]["text"] == "ana"


def test_an_order_that_is_asked_for_holds(staff_client, crowd):
    names = names_on(staff_client.get(PEOPLE, {"q": "ana", "o": "-0"}))
    assert names == sorted(names, reverse=True)


def test_a_search_that_leaves_people_out_says_so(staff_client, crowd):
    closest = "100 users, of the 100 people whose name is closest – not of all"
    page = staff_client.get(PEOPLE, {"q": "ana"})
    assert count_on(page) == closest
    assert "100 results" not in page.content.decode()
    assert count_on(staff_client.get(PEOPLE, {"q": "anast"})) == "1 user"


def test_rows_of_the_one_who_is_meant_are_found(staff_client, crowd):
    add(signed_in(crowd), AnimeFactory(id=1).pk)
    page = staff_client.get(ENTRIES, {"q": "ana"})
    assert [entry.user for entry in page.context["cl"].result_list] == [crowd]


def test_the_closest_are_asked_for_way_by_way(crowd, budget):
    with budget(3, "exact, beginning, part"):
        assert User.objects.closest("ana", 3)[0] == crowd.pk
    with budget(1, "an exact one is enough"):
        assert User.objects.closest("ana", 1) == [crowd.pk]


@pytest.mark.parametrize("text", ["", " ", "\N{COMBINING ACUTE ACCENT}", "%", "_"])
def test_what_names_nobody_finds_nobody(alice, text):
    assert User.objects.closest(text, 10) == []


def test_a_filter_says_among_how_many_it_looked(staff_client, client, monkeypatch):
    for number in range(1, 5):
        add(client, AnimeFactory(id=number).pk)
    everything = staff_client.get(ENTRIES, {"state__exact": "active"})
    assert count_on(everything) == "4 watch-list entries"
    monkeypatch.setattr(admin, "MOST_LOOKED_AT", 3)
    page = staff_client.get(ENTRIES, {"state__exact": "active"})
    assert count_on(page) == "3 watch-list entries, among the newest 3 – not of all"


def test_thousands_are_written_as_such(staff_client, client, monkeypatch):
    monkeypatch.setattr(admin, "MOST_COUNTED", 1_000)
    monkeypatch.setattr(
        admin.BoundedPaginator, "count", admin.AtLeast(admin.MOST_COUNTED)
    )
    assert count_on(staff_client.get(PEOPLE)) == "1,000+ users"
