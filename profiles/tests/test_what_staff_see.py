"""What pages of staff tell besides what they show: by order, and by what they load."""

import re

import pytest

from animecollections.identity import Origin
from collections_app.models import WatchListEntry
from factories import AnimeFactory
from profiles.models import Profile
from profiles.staff import services as support

pytestmark = pytest.mark.django_db
LIST = "/admin/collections_app/watchlistentry/"
COLUMNS = {"watched": 5, "own_score": 6}


@pytest.fixture
def scored(alice, client):
    """Private entries, in another order by score and progress than by age."""
    for id_, score in ((1, 5.0), (2, 9.0), (3, 1.0), (4, 7.0)):
        AnimeFactory(id=id_, episodes=100)
        body = {"animeId": id_, "type": "Watching", "score": score, "is_private": True}
        answer = client.post(
            "/api/user/watchList", body | {"progress": int(score) * 10}
        )
        assert answer.status_code == 200
    assert WatchListEntry.objects.filter(is_private=True).count() == 4


def order_of(browser, query):
    page = browser.get(f"{LIST}?{query}")
    return [entry.anime_id for entry in page.context["cl"].result_list]


@pytest.mark.parametrize("column", COLUMNS.values(), ids=list(COLUMNS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_order_tells_no_masked_value(staff_client, alice, scored, column, sign):
    of_alice = f"user__id__exact={alice.pk}"
    plain = order_of(staff_client, of_alice)
    assert plain == [4, 3, 2, 1]
    for query in (f"o={sign}{column}", f"{of_alice}&o={sign}{column}"):
        assert order_of(staff_client, query) == plain


@pytest.mark.parametrize("column", COLUMNS.values(), ids=list(COLUMNS))
def test_whoever_gave_a_reason_may_sort(staff_client, staff, alice, scored, column):
    by = Origin("admin", actor_id=staff.pk)
    support.reveal(user=alice, reason="A test.", through=by)
    query = f"user__id__exact={alice.pk}&o={column}"
    assert order_of(staff_client, query) == [3, 1, 4, 2]


ELSEWHERE = [
    "https://tracker.example.net/a.png",
    "http://127.0.0.1/a.png",
    "https://evil.example/media/a.png",
    "https://tracker.example.net/images/x/y.webp",
]


@pytest.mark.parametrize("field", ["avatar", "banner_image"])
@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_address_that_a_user_gives_is_loaded(staff_client, alice, field, url):
    Profile.objects.filter(user=alice).update(**{field: url})
    for page in (
        f"/admin/profiles/user/{alice.pk}/change/",
        f"/admin/profiles/profile/{alice.pk}/change/",
    ):
        text = staff_client.get(page).content.decode()
        loaded = re.findall(r'(?:src|href|poster)="([^"]+)"', text)
        assert not [one for one in loaded if one.startswith(url[:20])]
        assert url in text  # staff read it


def test_a_picture_of_ours_comes_from_our_storage(staff_client, alice):
    name = f"images/{alice.pk}/{'0' * 32}.webp"
    address = f"https://evil.example/media/{name}"
    Profile.objects.filter(user=alice).update(avatar=address)
    page = staff_client.get(f"/admin/profiles/user/{alice.pk}/change/")
    text = page.content.decode()
    assert f'src="/media/{name}"' in text
    assert f'src="{address}"' not in text


def test_a_picture_of_a_host_that_is_configured_is_shown(staff_client, alice, settings):
    settings.IMAGE_HOSTS = ["cdn.example.org"]
    Profile.objects.filter(user=alice).update(avatar="https://cdn.example.org/a.png")
    page = staff_client.get(f"/admin/profiles/user/{alice.pk}/change/")
    text = page.content.decode()
    assert 'src="https://cdn.example.org/a.png"' in text
    assert 'referrerpolicy="no-referrer"' in text
    policy = page["Content-Security-Policy"]
    [sources] = re.findall(r"img-src ([^;]+)", policy)
    assert "https://cdn.example.org" in sources.split()
    assert "https://cdn.myanimelist.net" in sources.split()
    assert "https:" not in sources.split()


def test_other_pages_show_covers_of_any_site(visitor):
    policy = visitor.get("/")["Content-Security-Policy"]
    assert "https:" in policy
