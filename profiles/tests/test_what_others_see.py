"""What others see of a person: every endpoint, audience, viewer and field.

The fields are those of the schema. One that comes to it fails here until DECISIONS says
who sees it: "" is whoever sees the thing, a word is whoever came by a link that has it
among its `fields`.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.core import signing

from animecollections.api.paging import SALT
from animecollections.api.reference import openapi
from animecollections.scopes import with_groups
from animecollections.viewer import THINGS, Audience, SeenBy, digest_of
from collections_app.lists.for_others import ITEM_SEEN_BY, LIST_SEEN_BY
from collections_app.models import ListItem, OwnList
from collections_app.stats.for_others import FIGURES_SEEN_BY
from collections_app.watch_list.fields import COLUMNS_SEEN_BY
from conftest import WatchedClient, signed_in
from factories import UserFactory, personal_token
from profiles.models import Moderation, Preferences, User
from profiles.profile.answers import PROFILE_SEEN_BY
from profiles.public_pages import drawing
from profiles.sharing.fields import FIELDS
from profiles.tests.personal import picture
from profiles.tests.test_viewers import (
    EVERYTHING,
    MATURE,
    OPEN,
    PRIVATE,
    PROFILE,
    fill,
    titles,
)

__all__ = ["titles"]
pytestmark = pytest.mark.django_db
LISTS, SHARES = "/api/user/lists", "/api/user/shares"
# Those of a title, and of an entry: the catalogue's, or what everybody sees.
FACTS = dict.fromkeys(
    (
        "title", "imageUrl", "rating", "episodes", "mal_id", "format", "airing_status",
        "season", "year",
    ),
    "",
)  # fmt: skip
OF_ENTRY = dict.fromkeys(("type", "state", "progress", "score"), "")
FIGURES = dict.fromkeys(
    ("as_of", "totals", "by_format", "by_genre", "by_studio", "by_year"), ""
) | {"by_tag": "tags"}
DECISIONS = {
    "SharedProfile": {
        "user_name": "", "avatar": "", "banner_image": "", "favorite_animes": "",
        "favorite_genres": "", "favorite_studios": "", "frequency": "",
        "fanatic_level": "", "preferred_format": "", "watched_animes": "watched_animes",
        "name": "person", "last_name": "person", "birthday": "person",
        "gender": "person",
    },
    "SharedEntry": FACTS | {
        "anime_id": "", "type": "", "progress": "", "score": "", "state": "",
        "rewatches": "rewatches", "started_on": "dates", "finished_on": "dates",
        "notes": "notes", "tags": "tags", "episode_ranges": "episodes",
        "added_at": "dates", "updated_at": "dates",
    },
    "SharedList": {
        "id": "", "name": "", "description": "", "size": "",
        "created_at": "dates", "updated_at": "dates",
    },
    "SharedListItem": {
        "anime_id": "", "anime": "", "notes": "notes", "added_at": "dates",
    },
    "SharedStatistics": FIGURES | {
        "scores": "", "by_type": "", "by_state": "", "by_year_finished": "dates",
        "watched": "dates", "streaks": "dates",
    },
    "SharedStatisticsTotals": {
        "titles": "", "completed": "", "episodes": "", "minutes": "",
        "minutes_estimated": "", "scored": "", "mean_score": "",
        "rewatches": "rewatches",
    },
    "SharedYear": FIGURES | {
        "year": "", "month": "", "most_watched": "",
        "first_watched": "dates", "last_watched": "dates", "finished": "dates",
        "busiest_month": "dates", "busiest_day": "dates", "longest_streak": "dates",
        "months": "dates", "weekdays": "dates", "calendar": "dates",
    },
    "SharedYearTotals": {
        "titles": "", "episodes": "", "minutes": "", "minutes_estimated": "",
        "added": "", "finished": "", "scored": "", "mean_score": "",
        "days": "dates", "started": "dates",
    },
    "Comparison": dict.fromkeys(
        ("user_name", "shared", "scored", "mean_difference", "affinity"), ""
    ),
    "ComparedTitle": dict.fromkeys(
        ("anime_id", "title", "imageUrl", "own", "theirs"), ""
    ),
    "EntryOfOther": OF_ENTRY,
    "Watcher": OF_ENTRY | {"user_name": ""},
    "FeedItem": dict.fromkeys(
        (
            "user_name", "avatar", "anime_id", "title", "imageUrl", "total_episodes",
            "format", "year", "did", "episodes", "score", "at",
        ),
        "",
    ),
    "Shown": dict.fromkeys(
        (
            "of", "user_name", "profile", "entries", "lists", "list", "items", "stats",
            "year",
        ),
        "",
    ),
}  # fmt: skip
# What they are made of: figures, and titles as everybody has them.
PARTS = {
    "Anime", "EntryOfAnime", "DayTotals", "FinishedTitle", "MonthTotals", "NamedTitle",
    "OfFormat", "OfGenre", "OfState", "OfStudio", "OfTag", "OfType", "OfYear",
    "OfYearFinished", "ScoreCount", "Streak", "Streaks", "TitleOfDay", "Watched",
    "WatchedTitle", "WeekdayTotals", "YearWatched", "Episodes", "EpisodesTold",
}  # fmt: skip
SCHEMA = json.loads(openapi())
COMPONENTS = SCHEMA["components"]["schemas"]
OF_NAME = "/api/users/{user_name}"
OF_TITLE = "/api/animes/{anime_id}/following"
FEED = "/api/user/feed"
ADDRESSES = {
    OF_NAME, f"{OF_NAME}/watchList", f"{OF_NAME}/lists", f"{OF_NAME}/lists/{{list_id}}",
    f"{OF_NAME}/stats", f"{OF_NAME}/year/{{year}}", "/api/shared/{token}",
    "/api/user/view-as", f"{OF_NAME}/compare", OF_TITLE, FEED,
}  # fmt: skip


# --- Said of everything -------------------------------------------------------------


def named_in(schema):
    """The components that a piece of the schema leads to, however far."""
    found = {
        name
        for name in re.findall(r'#/components/schemas/(\w+)"', json.dumps(schema))
        if "properties" in COMPONENTS[name]  # not words
    }
    return found.union(*(named_in(COMPONENTS[name]) for name in found))


def test_every_field_of_every_answer_is_decided():
    paths = {
        path
        for path in SCHEMA["paths"]
        if path.startswith(("/api/users/", "/api/shared/", "/api/user/view-as"))
        or path in (OF_TITLE, FEED)
    }
    assert paths == ADDRESSES | FEEDS
    paths -= FEEDS  # they are walked below, by what must not be in them
    answers = [SCHEMA["paths"][path]["get"]["responses"]["200"] for path in paths]
    assert named_in(answers) - PARTS == DECISIONS.keys()
    for name, fields in DECISIONS.items():
        assert COMPONENTS[name]["properties"].keys() == fields.keys(), name


def test_every_field_that_a_link_has_to_name_is_behind_a_word():
    tables = (
        COLUMNS_SEEN_BY, PROFILE_SEEN_BY, FIGURES_SEEN_BY, LIST_SEEN_BY, ITEM_SEEN_BY,
    )  # fmt: skip
    named = {
        name
        for table in tables
        for name, seen_by in table.items()
        if seen_by is SeenBy.WHERE_NAMED
    }
    words = [name for names in FIELDS.values() for name in names]
    assert sorted(words) == sorted(named)


def test_every_column_of_lists_and_their_items_says_who_sees_it():
    for model, table in ((OwnList, LIST_SEEN_BY), (ListItem, ITEM_SEEN_BY)):
        assert {field.attname for field in model._meta.concrete_fields} == table.keys()


FEEDS = {
    f"{OF_NAME}/{of}.{name}"
    for of in ("watchList", "lists/{list_id}")
    for name in ("rss", "json")
}


# --- The walk -----------------------------------------------------------------------


@pytest.fixture
def filled(titles, client, alice):
    """Something in every field; on a list all titles, with notes. Its id."""
    fill(client, EVERYTHING)
    assert client.post("/api/user/profile", PROFILE).status_code == 200
    for id_ in (OPEN, MATURE):
        episodes = {"episode_ranges": {"watched": f"1-{id_},9", "skipped": ""}}
        changed = client.patch(f"/api/user/watchList/{id_}", episodes)
        assert changed.status_code == 200, changed.content
    made = client.post(LISTS, {"name": "Mine", "description": "x"}).json()["data"]
    for id_ in EVERYTHING:
        client.put(f"{LISTS}/{made['id']}/items/{id_}", {"notes": "On a list."})
    return made["id"]


def endpoints(name, list_id):
    """By what is asked for: the address, and the component of one of what it has."""
    url = f"/api/users/{name}"
    return {
        "profile": (url, "SharedProfile"),
        "watchList": (f"{url}/watchList", "SharedEntry"),
        "lists": (f"{url}/lists", "SharedList"),
        "items": (f"{url}/lists/{list_id}", "SharedListItem"),
        "stats": (f"{url}/stats", "SharedStatistics"),
        "year": (f"{url}/year/2016", "SharedYear"),
    }


def with_sign_in(name, list_id):
    """The same, with what only people who signed in may ask."""
    compare = (f"/api/users/{name}/compare", "ComparedTitle")
    watchers = (OF_TITLE.format(anime_id=OPEN), "Watcher")
    return endpoints(name, list_id) | {"compare": compare, "watchers": watchers}


def set_all(client, list_id, audience, history="nobody"):
    said = dict.fromkeys(THINGS, audience) | {"history": history}
    assert client.patch("/api/user/preferences", {"audience": said}).status_code == 200
    changed = client.patch(f"{LISTS}/{list_id}", {"audience": audience})
    assert changed.json()["data"]["audience"] == audience


def seen_fields(component, words):
    return {f for f, when in DECISIONS[component].items() if when in {"", *words}}


def check_fields(data, component, words):
    """Each field of it, and of its totals."""
    for one in data if isinstance(data, list) else [data]:
        assert one.keys() == seen_fields(component, words), component
        for side in {"own", "theirs"} & one.keys():
            assert one[side].keys() == OF_ENTRY.keys()
        if "totals" in one:
            totals = f"{component}Totals"
            assert one["totals"].keys() == seen_fields(totals, words), totals


def check_titles(data, of, seen):
    """Which titles it names or counts."""
    match of:
        case "profile":
            assert {*map(int, data["favorite_animes"])} == seen
        case "compare" | "watchList" | "items":
            assert {int(one["anime_id"]) for one in data} == seen
        case "lists":
            assert [one["size"] for one in data] == [len(seen)]
        case "stats":
            assert data["totals"]["titles"] == len(seen)
        case "year":
            assert data["totals"]["finished"] == len(seen)
        case "watchers":
            assert [one["user_name"] for one in data] == ["alice"]


def links_to_everything(client, list_id):
    """By what each is to: its address, the key it is under, and the component."""
    kinds = {
        "profile": ({"of": "profile"}, "profile", "SharedProfile"),
        "watchList": ({"of": "type", "id": "Watching"}, "entries", "SharedEntry"),
        "items": ({"of": "list", "id": list_id}, "items", "SharedListItem"),
        "stats": ({"of": "stats"}, "stats", "SharedStatistics"),
        "year": ({"of": "year", "id": "2016"}, "year", "SharedYear"),
    }
    return {
        of: (share(client, fields=[*FIELDS], **body), key, component)
        for of, (body, key, component) in kinds.items()
    }


def share(client, **body):
    response = client.post(SHARES, body)
    assert response.status_code == 200, response.content
    return response.json()["data"]["url"].removeprefix("http://127.0.0.1:8000")


def without_request_id(response):
    return {k: v for k, v in response.json().items() if k != "request_id"}


@dataclass(frozen=True)
class Asked:
    """One request of the walk, and what is to be answered: of whom each title and field
    is. `key` is where a link and `view-as` have it.
    """

    browser: Any
    url: str
    of: str
    component: str
    is_seen: bool
    seen: Collection[int] = (OPEN,)
    words: Collection[str] = ()
    key: str = ""

    def check(self, secrets, nobody_is):
        response = self.browser.get(self.url)
        assert not response.cookies
        assert not [one for one in secrets if one in response.content.decode()]
        if not self.is_seen and self.of == "watchers":
            assert response.json()["data"] == [], self
            return
        if not self.is_seen:
            assert without_request_id(response) == nobody_is, self
            return
        data = response.json()["data"]
        if self.key:
            assert data.keys() <= {"of", "user_name", self.key, "list"}
            assert data["user_name"] == "alice"
            data = data[self.key]
        check_fields(data, self.component, self.words)
        check_titles(data, self.of, {*self.seen})


# What stands in fields that others do not see, and of titles that they do not: in no
# page, picture or feed. Drama is seen, and so is Title 1.
HIDDEN = (
    "Title 2", "Title 3", "Title 4", "Horror", "Noir", "Note ", "tag 1", "On a list.",
    "Liddell", "1995",
)  # fmt: skip


def documents(list_id):
    """Pages and feeds by name, and the thing whose audience each needs."""
    of_things = {
        "profile": "", "watching": "/watchList", "list": f"/lists/{list_id}",
        "lists": "/lists", "stats": "/stats", "year": "/year/2016",
    }  # fmt: skip
    pages = [f"/u/Alice{path}" for path in of_things.values()]
    feeds = [
        f"/api/users/Alice/{of}.{name}"
        for of in ("watchList", f"lists/{list_id}")
        for name in ("rss", "json")
    ]
    return pages, [f"{page}/card.png" for page in pages], feeds


@pytest.fixture
def drawn(monkeypatch):
    """What went into pictures that were drawn, as text: nobody reads their pixels."""
    told = []
    draw = drawing.draw

    def and_tell(picture):
        told.append(repr(picture))
        return draw(picture)

    monkeypatch.setattr(drawing, "draw", and_tell)
    return told


def test_no_page_picture_or_feed_shows_what_is_not_seen(
    settings, alice, client, other_client, visitor, filled, drawn
):
    settings.RATES = settings.RATES | {"others": (10_000, 60)}
    Preferences.objects.exclude(user=alice).update(parental_control=False)
    secrets = {*HIDDEN, str(alice.pk), alice.pk.hex, alice.email}
    secrets |= {str(id_) for id_ in alice.entries.values_list("pk", flat=True)}
    pages, pictures, feeds = documents(filled)
    for audience in (*Audience.values, "days"):
        is_seen = audience in ("everyone", "days")
        history = "everyone" if audience == "days" else "nobody"
        set_all(client, filled, "everyone" if is_seen else audience, history)
        for browser in (visitor, client, other_client) if is_seen else (visitor,):
            nobody_is = browser.get("/u/nobody-at-all").content
            for url in (*pages, *pictures, *feeds):
                sees = is_seen and (url not in feeds or audience == "days")
                answer = browser.get(url)
                assert answer.status_code == (200 if sees else 404), (url, audience)
                assert not answer.cookies
                text = answer.content.decode(errors="ignore")
                assert not [one for one in secrets if one in text], url
                if not sees and url not in feeds:
                    assert answer.content == nobody_is
                if sees and url not in pictures:
                    assert ("Title 1" in text) == (not url.endswith(("lists", "stats")))
                if sees and url.endswith("/watchList"):
                    assert ("1 Jan 2016" in text) == (audience == "days")
    assert drawn
    assert not [one for one in secrets for picture in drawn if one in picture]
    assert any("Title 1" in picture for picture in drawn)


def as_others(client, at_names, audience):
    """What the owner is shown of what others see."""
    for viewer, audiences, seen in (
        ("visitor", {"everyone"}, {OPEN}),
        ("follower", {"followers", "everyone"}, {OPEN, MATURE}),
    ):
        for of, (_, component) in at_names.items():
            if of != "items":
                url = f"/api/user/view-as?viewer={viewer}&of={of}&year=2016"
                key, sees = {"watchList": "entries"}.get(of, of), audience in audiences
                yield Asked(client, url, of, component, sees, seen, key=key)


def everybody(alice, client, stranger, other_client, staff_client, visitor):
    """By who looks: their browser, the titles they then see, and the audiences of which
    they are.
    """
    all_, followers = {"everyone"}, {"followers", "everyone"}
    people = {
        name: UserFactory(user_name=name)
        for name in ("follower", "asking", "blocked", "blocker")
    }
    Preferences.objects.filter(user__in=[stranger, *people.values()]).update(
        parental_control=False
    )
    browsers = {name: signed_in(user) for name, user in people.items()}
    for browser in (other_client, staff_client, *browsers.values()):
        for id_ in EVERYTHING:
            browser.post("/api/user/watchList", {"animeId": id_, "type": "To Watch"})
    for name in ("follower", "asking", "blocked"):
        browsers[name].put("/api/user/following/alice")
    client.put("/api/user/requests/follower")
    client.put("/api/user/blocks/blocked")
    browsers["blocker"].put("/api/user/blocks/alice")
    follower = people["follower"]
    return {
        "visitor": (visitor, {OPEN}, all_),
        "owner": (client, {OPEN}, all_),
        # What an account is not let do it does not do here: a token sees no more.
        "owner's token": (script(alice, "read"), {OPEN}, all_),
        "staff": (staff_client, {OPEN}, all_),
        "stranger": (other_client, {OPEN, MATURE}, all_),
        "asking": (browsers["asking"], {OPEN, MATURE}, all_),
        "follower": (browsers["follower"], {OPEN, MATURE}, followers),
        "follower's token": (script(follower, "read"), {OPEN}, followers),
        "other token": (script(follower, "list:read"), {OPEN}, all_),  # no such scope
        "blocked": (browsers["blocked"], set(), set()),
        "blocker": (browsers["blocker"], set(), set()),
    }


def script(user, *scopes):
    scopes = with_groups(scopes)
    text = personal_token(user, *scopes)
    return WatchedClient(HTTP_AUTHORIZATION=f"Bearer {text}")


NOT_FOR = {"visitor": ("compare", "watchers"), "other token": ("compare", "watchers")}
FOLLOWS = ("follower", "follower's token")


@dataclass
class Walk:
    """viewers: of `everybody`. by_names, links: addresses, by what they are of."""

    viewers: dict[str, Any]
    by_names: dict[str, Any]
    links: dict[str, Any]

    def asked(self, audience, is_there=True, words=()):
        for name, (browser, seen, audiences) in self.viewers.items():
            sees = is_there and audience in audiences
            for of, (url, component) in self.by_names.items():
                if of in NOT_FOR.get(name, ()):
                    continue
                is_followed = of != "watchers" or name in FOLLOWS
                is_seen = sees and is_followed
                yield Asked(browser, url, of, component, is_seen, seen, words)
        for name in ("visitor", "blocked", "blocker"):
            sees = is_there and audience != "nobody" and name == "visitor"
            for of, (url, key, component) in self.links.items():
                browser = self.viewers[name][0]
                yield Asked(browser, url, of, component, sees, {OPEN}, FIELDS, key)


def test_who_sees_what_at_every_address(
    settings, alice, client, stranger, other_client, staff_client, visitor, filled
):
    settings.RATES = settings.RATES | {"others": (10_000, 60)}
    viewers = everybody(alice, client, stranger, other_client, staff_client, visitor)
    at_names = endpoints("Alice", filled)
    nobody_is = without_request_id(visitor.get("/api/users/nobody-at-all"))
    links = links_to_everything(client, filled)
    secrets = {str(alice.pk), alice.pk.hex, alice.email}
    secrets |= {str(id_) for id_ in alice.entries.values_list("pk", flat=True)}
    walk = Walk(viewers, with_sign_in("Alice", filled), links)
    for audience in Audience.values:
        set_all(client, filled, audience)
        for asked in (*walk.asked(audience), *as_others(client, at_names, audience)):
            asked.check(secrets, nobody_is)
    for name, of in ((name, of) for name, all_ in NOT_FOR.items() for of in all_):
        refused = viewers[name][0].get(walk.by_names[of][0])
        assert refused.status_code == (401 if name == "visitor" else 403)
    # Whoever sees the history sees days without a link.
    set_all(client, filled, "followers", history="followers")
    for asked in walk.asked("followers", words=["dates"]):
        asked.check(secrets, nobody_is)
    # What the owner is shown as a follower's is what one gets.
    for of, (url, _) in at_names.items():
        if of != "items":
            like = client.get(f"/api/user/view-as?viewer=follower&of={of}&year=2016")
            shown = like.json()["data"][{"watchList": "entries"}.get(of, of)]
            assert viewers["follower"][0].get(url).json()["data"] == shown, of
    # A locked account is not there.
    User.objects.filter(pk=alice.pk).update(is_active=False)
    for name in ("owner", "owner's token"):
        del viewers[name]
    for asked in walk.asked("everyone", is_there=False):
        asked.check(secrets, nobody_is)


# --- What staff withhold ------------------------------------------------------------


def withhold(user, thing, which="", content=""):
    whole = {"profile": user.pk, "list": which or None}.get(thing)
    Moderation.objects.create(
        user=user,
        thing=thing,
        which=which,
        state="withheld",
        content=content and digest_of(content),
        withholds=whole,
    )


def of_owner(client, list_id):
    """All that the owner reads of it."""
    for url in (
        "/api/user/profile", f"{LISTS}/{list_id}", f"{LISTS}/{list_id}/items",
        "/api/user/watchList", "/api/user/stats",
    ):  # fmt: skip
        response = client.get(url)
        assert response.status_code == 200, url
        yield response.json()["data"]


# What is withheld, what is asked for, and what stands there then.
WITHHELD = [
    ("avatar", "profile", {"avatar": None}),
    ("banner_image", "profile", {"banner_image": None}),
    (
        "profile_texts",
        "profile",
        {
            "favorite_genres": [], "favorite_studios": [], "frequency": None,
            "fanatic_level": None, "preferred_format": None, "name": None,
            "last_name": None,
        },
    ),
    ("list_name", "lists", {"name": "List"}),
    ("list_description", "lists", {"description": ""}),
    ("list_notes", "items", {"notes": ""}),
    ("notes", "watchList", {"notes": ""}),
]  # fmt: skip


def test_what_staff_withhold_nobody_else_sees(
    settings, alice, client, stranger, other_client, staff_client, visitor, filled
):
    """Of every audience, by name, by link and as others see it; its owner sees all."""
    settings.RATES = settings.RATES | {"others": (10_000, 60)}
    set_all(client, filled, "everyone")
    links = links_to_everything(client, filled)
    own = [*of_owner(client, filled)]
    at_names = endpoints("alice", filled)
    which = {"notes": "Watching"} | {f"list_{n}": filled for n in ("name", "notes")}
    which["list_description"] = filled
    for thing, of, values in WITHHELD:
        withhold(alice, thing, which.get(thing, ""))
        answers = [b.get(at_names[of][0]) for b in (visitor, other_client, client)]
        answers.append(staff_client.get(at_names[of][0]))
        if of in links:
            url, key, _ = links[of]
            answers.append(visitor.get(url))
        if of not in ("items", "watchList"):
            answers.append(client.get(f"/api/user/view-as?of={of}"))
        for response in answers:
            data = response.json()["data"]
            data = data.get(key, data.get(of, data)) if isinstance(data, dict) else data
            for one in data if isinstance(data, list) else [data]:
                shown = {n: one[n] for n in values if n in one}
                assert shown == {n: v for n, v in values.items() if n in shown}, thing
                assert shown or not (response.wsgi_request.path.startswith("/api/sha"))
        assert [*of_owner(client, filled)] == own, thing
        # A title, a number: nothing else changes for others.
        assert visitor.get(at_names["stats"][0]).json()["data"]["totals"]["titles"] == 1


def test_withheld_notes_do_not_come_back_with_another_type_or_list(
    alice, client, visitor, filled
):
    links = links_to_everything(client, filled)
    withhold(alice, "notes", "Completed")
    withhold(alice, "list_notes", "01a2316d-0000-7000-8000-000000000000")
    for of in ("watchList", "items"):
        url, key, _ = links[of]
        assert {one["notes"] for one in visitor.get(url).json()["data"][key]} == {""}


@pytest.mark.parametrize("audience", ["link", "followers", "everyone"])
def test_what_is_withheld_whole_is_not_there(
    alice, client, other_client, staff_client, visitor, filled, audience
):
    links = links_to_everything(client, filled)
    set_all(client, filled, audience)
    own = [*of_owner(client, filled)]
    nobody_is = without_request_id(visitor.get("/api/users/nobody-at-all"))
    at_names = endpoints("alice", filled)
    withhold(alice, "list", filled)
    for url in (at_names["items"][0], at_names["lists"][0], links["items"][0]):
        assert without_request_id(visitor.get(url)) == nobody_is
    assert visitor.get(links["stats"][0]).status_code == 200
    withhold(alice, "profile")
    everything = [url for url, *_ in (*at_names.values(), *links.values())]
    for browser in (visitor, other_client, staff_client, client):
        for url in everything:
            assert without_request_id(browser.get(url)) == nobody_is, url
    for of in ("profile", "watchList", "lists", "stats"):
        assert client.get(f"/api/user/view-as?of={of}").status_code == 404
    assert [*of_owner(client, filled)] == own


def test_what_is_withheld_stays_so_in_another_place_and_after_an_undo(
    alice, client, visitor, filled
):
    set_all(client, filled, "everyone")
    withhold(alice, "list_name", filled, "Mine")
    body = {"name": "  MINE ", "audience": "everyone"}
    again = client.post(LISTS, {"name": body["name"]}).json()["data"]["id"]
    client.patch(f"{LISTS}/{again}", {"audience": "everyone"})
    changed = client.patch(f"{LISTS}/{filled}", {"name": "Another"}).json()

    def names():
        seen = visitor.get("/api/users/alice/lists").json()["data"]
        return [one["name"] for one in seen]

    assert names() == ["List", "List"]
    operation = changed["meta"]["operation_id"]
    undone = client.post(f"/api/user/operations/{operation}/undo")
    assert undone.status_code == 200, undone.content
    assert names() == ["List", "List"]
    # A picture, at whichever of its addresses and in whichever place.
    url = client.post("/api/uploadImage", {"image": picture("red")}).json()["data"]
    withhold(alice, "avatar", "", url.rpartition("/")[2])
    client.post("/api/user/profile", {"avatar": None, "banner_image": url})
    assert visitor.get("/api/users/alice").json()["data"]["banner_image"] is None
    assert client.get("/api/user/profile").json()["data"]["banner_image"] == url


def test_of_whom_something_is_withheld_it_costs_one_statement(
    alice, client, visitor, filled, budget
):
    set_all(client, filled, "everyone")
    withhold(alice, "list_name", filled)
    with budget(4, "whose name, who sees what, what is withheld, the lists"):
        visitor.get("/api/users/alice/lists")


def test_who_sees_what_in_their_feed(
    settings, alice, client, stranger, other_client, staff_client, visitor, filled
):
    """Who follows, of each audience; the others have nobody's in it."""
    settings.RATES = settings.RATES | {"others": (10_000, 60)}
    viewers = everybody(alice, client, stranger, other_client, staff_client, visitor)
    secrets = {str(alice.pk), alice.pk.hex, alice.email, "Note", "tag "}
    for audience in Audience.values:
        set_all(client, filled, audience, history=audience)
        for name, (browser, seen, audiences) in viewers.items():
            response = browser.get(FEED)
            if name in ("visitor", "other token"):
                assert response.status_code == (401 if name == "visitor" else 403)
                continue
            content = response.content.decode()
            assert not [one for one in secrets if one in content]
            data = response.json()["data"]
            is_seen = name.startswith("follower") and audience in audiences
            check_fields(data, "FeedItem", ())
            found = {int(one["anime_id"]) for one in data}
            assert found == (seen if is_seen else set()), (audience, name)
    # The history alone does not show what others see of it, nor the rest without it.
    for history, others in (("followers", "nobody"), ("nobody", "followers")):
        set_all(client, filled, others, history=history)
        assert viewers["follower"][0].get(FEED).json()["data"] == []


# --- Caches and robots --------------------------------------------------------------


def test_what_becomes_private_is_gone_at_once_from_caches_that_ask(
    client, visitor, filled
):
    """They hold it only if we say each time that it is still so."""
    set_all(client, filled, "everyone")
    for url, _ in endpoints("alice", filled).values():
        first = visitor.get(url)
        assert first["Cache-Control"] == "public, no-cache"
        assert "X-Robots-Tag" not in first
        held = {"If-None-Match": first["ETag"]}
        assert visitor.get(url, headers=held).status_code == 304
        assert client.get(url)["Cache-Control"] == "private, no-cache"
    # What nobody else sees does not show in a tag.
    url = "/api/users/alice/watchList"
    held = {"If-None-Match": visitor.get(url)["ETag"]}
    client.patch(f"/api/user/watchList/{PRIVATE}", {"progress": 2})
    client.patch(f"/api/user/watchList/{OPEN}", {"notes": "Not for others."})
    assert visitor.get(url, headers=held).status_code == 304
    client.patch(f"/api/user/watchList/{OPEN}", {"is_private": True})
    assert visitor.get(url, headers=held).json()["data"] == []
    held = {"If-None-Match": visitor.get(url)["ETag"]}
    set_all(client, filled, "followers")
    assert visitor.get(url, headers=held).status_code == 404


def test_what_a_follower_sees_is_theirs_alone_and_ends_with_following(
    client, stranger, other_client, visitor, filled
):
    set_all(client, filled, "followers")
    other_client.put("/api/user/following/alice")
    client.put(f"/api/user/requests/{stranger.user_name}")
    urls = [url for url, _ in endpoints("alice", filled).values()]
    tags = {}
    for url in urls:
        first = other_client.get(url)
        assert first["Cache-Control"] == "private, no-cache"
        assert first["X-Robots-Tag"] == "noindex"
        assert {"Cookie", "Authorization"} <= {*first["Vary"].split(", ")}
        tags[url] = {"If-None-Match": first["ETag"]}
        assert other_client.get(url, headers=tags[url]).status_code == 304
        assert visitor.get(url, headers=tags[url]).status_code == 404
    client.delete(f"/api/user/followers/{stranger.user_name}")
    for url in urls:
        assert other_client.get(url, headers=tags[url]).status_code == 404


def test_a_cursor_tells_nothing_that_is_not_seen(client, visitor, alice, filled):
    """A place between others tells of those that are hidden: nobody reads it."""
    set_all(client, filled, "everyone")
    client.patch(f"/api/user/watchList/{PRIVATE}", {"is_private": False})
    found = []
    for url in (
        "/api/users/alice/watchList?ordering=-score&limit=1",
        f"/api/users/alice/lists/{filled}?limit=1",
    ):
        page = visitor.get(url).json()
        cursor = page["meta"]["next_cursor"]
        with pytest.raises(signing.BadSignature):
            signing.loads(cursor, salt=SALT)
        rest = visitor.get(f"{url}&cursor={cursor}").json()
        assert rest["meta"]["next_cursor"] is None
        found.append([one["anime_id"] for one in page["data"] + rest["data"]])
        plain = signing.dumps(["", 1, 1], salt=SALT)
        for other in (cursor[:-3], plain, "%C3%A9"):
            refused = visitor.get(f"{url}&cursor={other}")
            assert refused.json()["code"] == "invalid_cursor"
    assert [sorted(ids) for ids in found] == [[str(OPEN), str(PRIVATE)]] * 2
    wrong = visitor.get("/api/users/alice/watchList?ordering=added_at")
    assert wrong.status_code == 400


def test_a_picture_is_shown_without_its_owners_id(client, visitor, alice, filled):
    set_all(client, filled, "everyone")
    url = client.post("/api/uploadImage", {"image": picture("red")}).json()["data"]
    client.post("/api/user/profile", {"avatar": url})
    url = visitor.get("/api/users/alice").json()["data"]["avatar"]
    assert str(alice.pk) not in url
    path = url.removeprefix("http://127.0.0.1:8000")
    # Of an id that its owner chose, or of what is none, nobody gets a mask.
    file_name = path.rpartition("/")[2]
    for id_ in (UUID(int=0), "-" * 36):
        url = f"https://x.example/images/{id_}/{file_name}"
        client.post("/api/user/profile", {"avatar": url})
        assert visitor.get("/api/users/alice").json()["data"]["avatar"] == url
    shown = visitor.get(path)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    shown.close()
    assert visitor.get(path.replace("/pictures/", "/pictures/0")).status_code == 404


# --- Statements, rates --------------------------------------------------------------


def test_each_answer_needs_few_statements(
    client, other_client, visitor, filled, budget
):
    set_all(client, filled, "everyone")
    needed = {
        "profile": (4, "whose name, who sees what, the profile, titles it may name"),
        "watchList": (3, "whose name, who sees what, the entries"),
        "lists": (3, "whose name, who sees what, the lists"),
        "items": (4, "whose name, who sees what, the list, what is on it"),
        "stats": (5, "whose name, who sees what, statistics"),
        "year": (10, "whose name, who sees what, a year"),
    }
    for of, (url, _) in endpoints("alice", filled).items():
        with budget(*needed[of]):
            first = visitor.get(url)
        assert first.status_code == 200
        with budget(*needed[of]):
            held = visitor.get(url, headers={"If-None-Match": first["ETag"]})
        assert held.status_code == 304
    with budget(5, "the sign-in, what the two are to each other, and as above"):
        assert other_client.get("/api/users/alice/watchList").status_code == 200
    link = share(client, of="type", id="Watching")
    with budget(4, "the link, who sees what, the entries, its use"):
        assert visitor.get(link).status_code == 200


def test_names_are_tried_only_so_often(settings, visitor, db):
    settings.RATES = settings.RATES | {"others": (3, 60)}
    codes = [visitor.get(f"/api/users/name{n}").status_code for n in range(5)]
    assert codes == [404, 404, 404, 429, 429]


@pytest.mark.parametrize(
    "path", ["alice%00", "%F0%9F%98%80", "a" * 300, "alice/year/99999"]
)
def test_what_is_no_name_year_or_list_is_404(visitor, alice, path):
    assert visitor.get(f"/api/users/{path}").status_code == 404


def test_nobody_else_sees_a_smart_list(client, visitor, alice, filled):
    set_all(client, filled, "everyone")
    body = {"name": "Noted", "kind": "smart", "rules": {"notes": "so"}}
    smart = client.post(LISTS, body).json()["data"]["id"]
    for refused in (
        client.patch(f"{LISTS}/{smart}", {"audience": "link"}),
        client.post(SHARES, {"of": "list", "id": smart}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "list_is_smart")
    assert client.patch(f"{LISTS}/{smart}", {"audience": "nobody"}).status_code == 200
    # Also one that was given an audience in another way.
    OwnList.objects.of(alice.pk).filter(pk=smart).update(audience="everyone")
    seen = visitor.get("/api/users/alice/lists").json()["data"]
    assert [one["id"] for one in seen] == [filled]
    assert visitor.get(f"/api/users/alice/lists/{smart}").status_code == 404


def test_another_persons_list_is_not_theirs(client, other_client, visitor, filled):
    set_all(client, filled, "everyone")
    other = UserFactory(user_name="carol")
    said = {"audience": dict.fromkeys(THINGS, "everyone")}
    signed_in(other).patch("/api/user/preferences", said)
    assert visitor.get(f"/api/users/carol/lists/{filled}").status_code == 404
    assert (
        other_client.patch(f"{LISTS}/{filled}", {"audience": "nobody"}).status_code
        == 404
    )
