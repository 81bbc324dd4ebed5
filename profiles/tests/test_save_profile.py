"""POST, PATCH and GET /api/user/profile."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import ExternalId
from collections_app.catalogue.search.search_names import search_names
from collections_app.catalogue.writes import store_names
from collections_app.models import Genre, Studio
from factories import AnimeFactory
from history.models import Change, UserState
from profiles.figures import services as figures

pytestmark = pytest.mark.django_db

URL = "/api/user/profile"
EMPTY = {
    "name": None,
    "last_name": None,
    "birthday": None,
    "gender": None,
    "avatar": None,
    "banner_image": None,
    "favorite_animes": [],
    "favorite_genres": [],
    "favorite_studios": [],
    "frequency": None,
    "fanatic_level": None,
    "preferred_format": None,
    "watched_animes": [],
}
WHOLE = {
    "name": "Alice",
    "last_name": "Doe",
    "birthday": "1995-05-20",
    "gender": "female",
    "avatar": "https://img.example.org/a.png",
    "banner_image": "https://img.example.org/b.png",
    "favorite_animes": ["1535"],
    "favorite_genres": ["Slice of Life", "Boys Love"],
    "favorite_studios": ["Ghibli"],
    "frequency": "weekly",
    "fanatic_level": "casual",
    "preferred_format": "TV",
    "watched_animes": ["1535"],
}


def titled(title, **more):
    """An anime that can be found by its names."""
    anime = AnimeFactory(title=title, **more)
    store_names({anime.id: search_names(vars(anime))})
    return anime


def told(response):
    """The profile without who and when."""
    assert response.status_code == 200, response.json()
    data = response.json()["data"]
    return {name: data[name] for name in data if name not in ("user_id", "updated_at")}


def refused(response):
    body = response.json()
    assert (response.status_code, body["success"]) == (400, False), body
    assert body["error"]
    return body


def revision_of(user):
    return UserState.objects.get(user=user).revision


def test_a_new_account_has_an_empty_profile(client, alice):
    assert told(client.get(URL)) == EMPTY
    assert client.get(URL).json()["data"]["user_id"] == str(alice.id)


@pytest.mark.parametrize("method", ["post", "patch"])
def test_all_of_it_is_saved_and_answered(client, death_note, method):
    assert told(getattr(client, method)(URL, WHOLE)) == WHOLE
    assert told(client.get(URL)) == WHOLE


def test_what_is_absent_is_kept(client, death_note):
    client.post(URL, WHOLE)
    assert told(client.post(URL, {"last_name": "Liddell"})) == WHOLE | {
        "last_name": "Liddell"
    }


@pytest.mark.parametrize("empty", [None, "", []])
def test_null_blank_and_an_empty_array_clear(client, death_note, empty):
    client.post(URL, WHOLE)
    assert told(client.post(URL, dict.fromkeys(WHOLE, empty))) == EMPTY


def test_a_text_of_spaces_clears_too(client):
    client.post(URL, {"name": "Alice"})
    assert told(client.post(URL, {"name": "  "}))["name"] is None


def test_the_onboarding_form_of_the_existing_client(client):
    one_piece = titled("One Piece")
    titan = titled("Shingeki no Kyojin", english_title="Attack on Titan")
    Studio.objects.create(key="studio ghibli", name="Studio Ghibli")
    form = {
        "name": "Alice",
        "last_name": "Doe",
        "birthday": "1995-05-20",
        "gender": "",
        "frequency": "occasionally",
        "fanatic_level": "hardcore_otaku",
        "preferred_format": "tv",
        "favorite_animes": ["one_piece", "attack_on_titan"],
        "watched_animes": ["attack_on_titan"],
        "favorite_studios": ["studio_ghibli"],
        "favorite_genres": ["slice_of_life", "boys love"],
    }
    profile = told(client.post(URL, form))
    assert profile["favorite_animes"] == [str(one_piece.id), str(titan.id)]
    assert profile["watched_animes"] == [str(titan.id)]
    assert profile["favorite_studios"] == ["Studio Ghibli"]
    assert profile["favorite_genres"] == ["Slice of Life", "Boys Love"]
    assert profile["frequency"] == "occasionally"
    assert profile["fanatic_level"] == "hardcore_otaku"
    assert profile["preferred_format"] == "TV"
    assert profile["gender"] is None


# Anime


def test_anime_are_ids_of_ours_or_of_other_sites_as_numbers_or_text(client, death_note):
    AnimeFactory(id=7)
    ExternalId.objects.create(anime=death_note, site="kitsu", external_id="1376")
    sent = {"favorite_animes": [7, "1535", "kitsu:1376", "7"]}
    assert told(client.post(URL, sent))["favorite_animes"] == ["7", "1535"]


@pytest.mark.parametrize(
    "text", ["Re Zero", "re_zero", "RE-ZERO", " re  zero ", "re:zero", "REzero"]
)
def test_titles_match_without_regard_to_case_underscores_dashes_and_spaces(
    client, text
):
    anime = titled("Re:Zero")
    assert told(client.post(URL, {"favorite_animes": [text]}))["favorite_animes"] == [
        str(anime.id)
    ]


def test_a_title_counts_before_a_synonym_and_its_own_spelling_before_a_like_one(
    client,
):
    gintama = titled("Gintama")
    titled("Gintama°")
    titled("Silver Soul", synonyms=["Gintama"])
    sent = {"favorite_animes": ["gintama"]}
    assert told(client.post(URL, sent))["favorite_animes"] == [str(gintama.id)]


def chosen(response):
    """The id that one slug was taken for, and what is told of it."""
    [id_] = told(response)["favorite_animes"]
    return id_, response.json().get("meta", {}).get("warnings", [None])[0]


def test_of_several_of_one_name_the_one_on_most_lists_is_meant(client):
    older = titled("Hunter x Hunter", external_ids={"mal": "136", "kitsu": "114"})
    newer = titled("Hunter x Hunter (2011)", external_ids={"mal": "11061"})
    listed = client.post(
        "/api/user/watchList", {"animeId": newer.id, "type": "To Watch"}
    )
    assert listed.status_code == 200
    figures.rank_titles()  # as the worker does once a day
    id_, warning = chosen(client.post(URL, {"favorite_animes": ["hunter_x_hunter"]}))
    assert id_ == str(newer.id)
    assert warning["code"] == "title_chosen"
    assert warning["message"].startswith(
        '"hunter_x_hunter" was read as "Hunter x Hunter (2011)"'
    )
    assert (warning["value"], warning["anime_id"]) == ("hunter_x_hunter", id_)
    assert warning["candidates"] == [str(older.id)]


def test_without_lists_the_one_of_most_sites_and_then_the_clearly_better_is_meant(
    client,
):
    titled("Trigun", external_ids={"mal": "1"}, rating=9.0)
    known = titled("Trigun (2023)", external_ids={"mal": "2", "kitsu": "2"}, rating=7.0)
    assert chosen(client.post(URL, {"favorite_animes": ["trigun"]}))[0] == str(known.id)
    first = titled("Fairy Tail", rating=7.57)
    titled("Fairy Tail (2014)", rating=7.63)
    sent = {"favorite_animes": ["fairy_tail"]}
    assert chosen(client.post(URL, sent))[0] == str(first.id)


@pytest.mark.parametrize(
    ("slug", "title", "more"),
    [
        ("code_geass", "Code Geass: Hangyaku no Lelouch", {}),
        ("evangelion", "Shinseiki Evangelion", {}),
        (
            "jojo_bizarre_adventure",
            "JoJo no Kimyou na Bouken (TV)",
            {"synonyms": ["JoJo's Bizarre Adventure: Season 1"]},
        ),
        ("frieren", "Sousou no Frieren", {}),
    ],
)
def test_a_slug_that_is_a_part_of_names_means_where_the_series_began(
    client, slug, title, more
):
    titled(f"{title}: The Movie", format="Movie", year=1990, **more)
    titled(f"{title} 2nd Season", year=2013, **more)
    first = titled(title, year=2012, **more)
    titled("Another of this word", year=1980)
    id_, warning = chosen(client.post(URL, {"favorite_animes": [slug]}))
    assert id_ == str(first.id)
    assert (warning["code"], len(warning["candidates"])) == ("title_chosen", 2)


def test_a_whole_name_that_hardly_any_site_has_gives_way(client):
    titled("demon slayer", external_ids={"anidb": "1"})
    sites = dict.fromkeys(("mal", "kitsu", "anidb", "anilist", "livechart"), "1")
    known = titled(
        "Kimetsu no Yaiba",
        synonyms=["Demon Slayer: Kimetsu no Yaiba"],
        external_ids=sites,
    )
    sent = {"favorite_animes": ["demon_slayer"]}
    assert chosen(client.post(URL, sent))[0] == str(known.id)


def test_a_name_that_no_other_has_is_taken_without_a_word(client):
    one_piece = titled("One Piece")
    titled("One Piece Film: Red", rating=9.5)
    response = client.post(URL, {"favorite_animes": ["one_piece"]})
    assert chosen(response) == (str(one_piece.id), None)


def test_a_mature_title_is_meant_by_its_whole_name_alone(client):
    mature = titled("Some Title: Director's Cut", mature=True)
    response = client.post(URL, {"favorite_animes": ["some_title"]})
    assert told(response)["favorite_animes"] == []
    sent = {"favorite_animes": ["some_title_directors_cut"]}
    assert chosen(client.post(URL, sent)) == (str(mature.id), None)


def test_a_part_of_a_hundred_names_means_none_of_them(client):
    for number in range(101):
        titled(f"Monogatari {number}")
    response = client.post(URL, {"favorite_animes": ["monogatari"]})
    assert told(response)["favorite_animes"] == []
    assert response.json()["meta"]["warnings"][0]["code"] == "title_unknown"


def test_a_title_that_names_no_single_anime_is_left_out_and_told(client, death_note):
    twins = [titled("Momiji"), titled("Momiji")]
    sent = {"favorite_animes": ["momiji", 1535, "no_such_title"]}
    response = client.post(URL, sent)
    assert told(response)["favorite_animes"] == ["1535"]
    ambiguous, unknown = response.json()["meta"]["warnings"]
    assert ambiguous["code"] == "title_ambiguous"
    assert ambiguous["candidates"] == [str(twin.id) for twin in twins]
    assert unknown["code"] == "title_unknown"
    assert (unknown["field"], unknown["value"]) == ("favorite_animes", "no_such_title")


def test_a_title_without_letters_names_nothing(client):
    titled("-")
    response = client.post(URL, {"favorite_animes": ["___"]})
    assert told(response)["favorite_animes"] == []
    assert response.json()["meta"]["warnings"][0]["code"] == "title_unknown"


def test_unknown_ids_of_both_lists_are_told_at_once_and_nothing_is_saved(
    client, alice, death_note
):
    sent = {
        "name": "Alice",
        "favorite_animes": [1535, 404],
        "watched_animes": ["405", "mal:406"],
    }
    body = refused(client.post(URL, sent))
    assert body["code"] == "unknown_anime_ids"
    assert all(id_ in body["error"] for id_ in ("404", "405", "mal:406"))
    assert told(client.get(URL)) == EMPTY
    assert revision_of(alice) == 0


def test_an_id_that_two_titles_claim_is_refused(client):
    for anime in AnimeFactory.create_batch(2):
        ExternalId.objects.create(anime=anime, site="kitsu", external_id="5")
    body = refused(client.post(URL, {"watched_animes": ["kitsu:5"]}))
    assert body["code"] == "ambiguous_id"


@pytest.mark.parametrize(
    "item", [True, 1.5, 0, -1, 2**31, "0", " 7 ", "٧", str(2**31), None, {}, [], ""]
)
def test_what_is_neither_id_nor_title_is_refused(client, death_note, item):
    body = refused(client.post(URL, {"favorite_animes": [1535, item]}))
    assert "favorite_animes" in body["fields"]
    assert told(client.get(URL)) == EMPTY


@pytest.mark.parametrize("name", ["favorite_animes", "favorite_genres"])
@pytest.mark.parametrize("value", ["one_piece", 5, {"0": "x"}, True])
def test_a_list_has_to_be_an_array(client, name, value):
    assert name in refused(client.post(URL, {name: value}))["fields"]


def test_a_list_has_at_most_500(client):
    ids = [anime.id for anime in AnimeFactory.create_batch(500)]
    body = refused(client.post(URL, {"favorite_animes": [*ids, 1]}))
    assert "500" in body["error"]
    profile = told(client.post(URL, {"favorite_animes": ids}))
    assert profile["favorite_animes"] == [str(id_) for id_ in ids]


def test_the_number_of_statements_does_not_grow_with_the_lists(client, budget):
    anime = [titled(f"Story of {number}") for number in range(60)]
    words = "sign-in check, 3 for anime, 2 for names, lock, profile, 3 writes"
    for count in (2, 30):
        sent = {
            "favorite_animes": [one.id for one in anime[:count]],
            "watched_animes": [one.title for one in anime[30 : 30 + count]],
            "favorite_genres": [f"genre {number}" for number in range(count)],
            "favorite_studios": [f"studio {number}" for number in range(count)],
        }
        with budget(11, words):
            response = client.post(URL, sent)
        assert len(told(response)["watched_animes"]) == count


# Words


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("a1_pictures", "A-1 Pictures"),
        ("production_ig", "Production I.G"),
        ("studio_bones", "Bones"),
        ("studio_ghibli", "Studio Ghibli"),
        ("ghibli", "Studio Ghibli"),
        ("wit_studio", "Wit Studio"),
    ],
)
def test_studios_are_known_by_the_slugs_of_the_existing_client(client, slug, name):
    Studio.objects.create(key=fold(name), name=name)
    sent = {"favorite_studios": [slug]}
    assert told(client.post(URL, sent))["favorite_studios"] == [name]


def test_words_match_known_ones_and_others_are_kept_as_sent(client):
    Genre.objects.create(key="sci fi", name="Sci-Fi")
    sent = {
        "frequency": "DAILY",
        "fanatic_level": "Hardcore Otaku",
        "preferred_format": "movie",
        "favorite_genres": ["sci_fi", "My Own Genre", "SCI-FI", "my_own_genre"],
    }
    profile = told(client.post(URL, sent))
    assert profile["frequency"] == "daily"
    assert profile["fanatic_level"] == "hardcore_otaku"
    assert profile["preferred_format"] == "Movie"
    assert profile["favorite_genres"] == ["Sci-Fi", "My Own Genre"]
    assert told(client.post(URL, {"frequency": "When_it Rains"}))["frequency"] == (
        "When_it Rains"
    )


@pytest.mark.parametrize("word", ["no_preference", "No Preference"])
def test_no_preference_is_null(client, word):
    client.post(URL, {"preferred_format": "OVA"})
    sent = {"preferred_format": word, "favorite_genres": [word]}
    profile = told(client.post(URL, sent))
    assert (profile["preferred_format"], profile["favorite_genres"]) == (None, [])


# Values that are refused


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birthday", "1995-5-20"),
        ("birthday", "1995-02-30"),
        ("birthday", "1899-12-31"),
        ("birthday", "1995-05-20T00:00:00Z"),
        ("birthday", "20-05-1995"),
        ("birthday", "١٩٩٥-٠٥-٢٠"),
        ("birthday", 19950520),
        ("gender", "Male"),
        ("gender", "unknown"),
        ("gender", True),
        ("name", 5),
        ("name", ["Alice"]),
        ("name", "x" * 101),
        ("name", "\u200b\u200f"),
        ("name", "\u3164"),
        ("name", "Al\u0007ice"),
        ("frequency", "x" * 51),
        ("favorite_genres", ["x" * 51]),
        ("favorite_genres", ["\u200b"]),
        ("favorite_genres", [5]),
        ("favorite_studios", [""]),
        ("avatar", "javascript:alert(1)"),
        ("avatar", "data:image/png;base64,AAAA"),
        ("avatar", "//example.org/a.png"),
        ("avatar", "/media/../admin"),
        ("avatar", "/media/images/nobody.webp"),
        ("avatar", "https://user:secret@example.org/a.png"),
        ("avatar", "https://good.example\\@evil.example/a.png"),
        ("avatar", "https://example.org/a b.png"),
        ("avatar", "https://example.org:99999/a.png"),
        ("avatar", "https://[::1/a.png"),
        ("avatar", "https://"),
        ("avatar", "ftp://example.org/a.png"),
        ("avatar", "https://example.org/" + "a" * 1000),
        ("avatar", 5),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    client, alice, name, value
):
    assert (
        name in refused(client.post(URL, {"last_name": "Doe", name: value}))["fields"]
    )
    assert told(client.get(URL)) == EMPTY
    assert revision_of(alice) == 0


def test_a_birthday_is_not_in_the_future(client):
    today = timezone.now().date()
    refused(client.post(URL, {"birthday": str(today + timedelta(days=1))}))
    assert told(client.post(URL, {"birthday": str(today)}))["birthday"] == str(today)


def test_composed_and_decomposed_letters_are_one(client):
    assert told(client.post(URL, {"name": "Zoe\u0301"}))["name"] == "Zo\u00e9"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sent=st.dictionaries(st.sampled_from(sorted(WHOLE)), anything, max_size=4))
def test_whatever_is_sent_is_read_or_refused(client, sent):
    response = client.post(URL, sent)
    assert response.status_code in (200, 400), response.json()
    assert response.json()["success"] == (response.status_code == 200)
    assert client.get(URL).status_code == 200


# Revisions, and who sees what


def test_a_change_takes_one_revision_and_the_same_again_none(client, alice):
    client.post(URL, {"name": "Alice", "frequency": "daily"})
    client.post(URL, {"name": "Alice", "frequency": "Daily"})
    client.post(URL, {})
    state = UserState.objects.get(user=alice)
    assert (state.revision, state.profile_revision) == (1, 1)
    change = Change.objects.get(user=alice)
    assert (change.kind, change.through, change.after) == ("profile", "session", {})


def test_a_body_cannot_say_whose_profile_it_is(client, alice, stranger):
    sent = {"name": "Eve", "user": str(stranger.id), "id": 5, "revision": 99}
    assert client.post(URL, sent).json()["data"]["user_id"] == str(alice.id)
    stranger.profile.refresh_from_db()
    assert stranger.profile.name == ""


def test_a_stranger_sees_their_own(client, other_client):
    client.post(URL, {"name": "Alice"})
    assert told(other_client.get(URL)) == EMPTY


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_a_visitor_is_asked_to_sign_in(visitor, method):
    response = getattr(visitor, method)(URL, {})
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_an_unchanged_profile_is_told_before_it_is_read(client, budget):
    etag = client.get(URL).headers["ETag"]
    with budget(1, "sign-in check"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    client.post(URL, {"name": "Alice"})
    with budget(2, "sign-in check + profile"):
        assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200
