"""GET /api/animes?search="""

import pytest
from django.db import connection

from collections_app.catalogue.folding import LONGEST_QUERY
from collections_app.catalogue.search import spelling
from collections_app.catalogue.search.queries import MOST_WORDS, Sought
from collections_app.models import Anime, SearchName
from collections_app.tests.catalogues import import_file, title, write
from collections_app.tests.test_add_to_watch_list import add
from factories import AnimeFactory
from profiles.models import Preferences

pytestmark = pytest.mark.django_db
needs_trigrams = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="trigrams are PostgreSQL's"
)


def scored(ids, name, score, *synonyms, type_="TV", **more):
    rating = {"score": {"arithmeticMean": score}, "type": type_}
    return title(ids, name, synonyms=list(synonyms), **rating, **more)


TITLES = [
    scored("mal:20", "Naruto", 8.0, "NARUTO", "ナルト"),
    scored("mal:1735", "Naruto: Shippuuden", 8.28, "Naruto Hurricane Chronicles"),
    scored("mal:594", "Naruto Narutimate Hero", 6.5, type_="SPECIAL"),
    scored("mal:918", "Gintama", 8.94, "銀魂", "Silver Soul"),
    scored("mal:9969", "Gintama'", 9.02, "銀魂'"),
    scored(
        "mal:7472", "Gintama Movie 1", 8.44, "劇場版 銀魂 新訳紅桜篇", type_="MOVIE"
    ),
    scored("mal:1535", "Death Note", 8.62, "デスノート", "DN"),
    scored("mal:2994", "Death Note: Rewrite", 7.7, type_="SPECIAL"),
    scored("mal:16498", "Shingeki no Kyojin", 8.55, "Attack on Titan", "進撃の巨人"),
    scored("mal:25777", "Shingeki no Kyojin Season 2", 8.5, "Attack on Titan 2"),
    scored("mal:121", "Fullmetal Alchemist", 8.11, "Hagane no Renkinjutsushi"),
    scored("mal:5114", "Fullmetal Alchemist: Brotherhood", 9.1),
    scored("mal:356", "Fate/stay night", 7.27),
    scored("mal:14719", "JoJo no Kimyou na Bouken", 7.88, "JoJo's Bizarre Adventure"),
    scored("mal:1", "Cowboy Bebop", 8.75, "カウボーイビバップ"),
    scored("mal:11061", "Hunter x Hunter (2011)", 9.03, "HUNTER×HUNTER"),
    scored("mal:2904", "Code Geass: Hangyaku no Lelouch R2", 8.9),
    scored("mal:30", "Café Déjà Vu", 6.0),
    scored("mal:40", "K", 7.43, type_="TV"),
    scored("mal:41", "K-On!", 7.85, "けいおん!"),
    scored("mal:48", "K-On!!", 8.2, "K-On! Season 2"),
    scored("mal:49", "Nisekoi", 7.5),
    scored("mal:50", "Nisekoi:", 7.6),
    scored("mal:51", "Mob Psycho 100", 8.5),
    scored("mal:52", "Mob Psycho 100 II", 8.8, "モブサイコ100 II"),
    scored("mal:53", "Mob Psycho Mini", 6.4, type_="SPECIAL", episodes=2),
    scored("mal:54", "Shingeki no Kyojin Season 3", 8.6),
    scored("mal:55", "Shingeki no Kyojin Season 3 Part 2", 9.0),
    scored("mal:56", "Shingeki no Kyojin: The Final Season Part 2", 8.7),
    scored("mal:57", "Overlord", 7.9, "オーバーロード"),
    scored("mal:58", "Overlord IV", 8.1, "オーバーロードⅣ"),
    scored("mal:59", "JoJo no Kimyou na Bouken Part 4: Diamond wa Kudakenai", 8.5),
    scored("mal:60", "Kaguya-sama wa Kokurasetai?", 8.6, "Kaguya-sama Season 2"),
    scored("mal:62", "Mahou Shoujo Madoka Magica", 8.4),
    scored("mal:63", "Mado Kara Mita", 5.0, type_="SPECIAL"),
    scored("mal:64", "Haru Hisagi", 6.4, type_="SPECIAL"),
    scored("mal:849", "Suzumiya Haruhi no Yuuutsu", 7.8),
    scored("mal:65", "NHK ni Youkoso!", 8.3, "Welcome to the N.H.K."),
    scored("mal:42", "No Game No Life", 8.05),
    scored("mal:43", "Boku no Hero Academia", 7.85, "My Hero Academia"),
    scored("mal:44", "100% Pascal-sensei", 5.9),
    scored("mal:45", "Kuroneko_Special", 5.5, type_="SPECIAL"),
    scored("mal:46", "Naruto no Yoru", 9.9, tags=["hentai"]),
    scored("mal:47", "Мастер и Маргарита", 6.1),
]


@pytest.fixture(autouse=True)
def _catalogue(db, tmp_path):
    spelling.forget()
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))
    yield
    spelling.forget()


@pytest.fixture
def search(visitor):
    def titles(text, **more):
        response = visitor.get("/api/animes", {"search": text, **more})
        assert response.status_code == 200, response.content
        return [anime["title"] for anime in response.json()["data"]]

    return titles


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("naruto", "Naruto"),
        ("NARUTO", "Naruto"),
        ("ＮＡＲＵＴＯ", "Naruto"),  # full width
        ("ナルト", "Naruto"),
        ("なると", "Naruto"),  # the other kana
        ("shippuuden", "Naruto: Shippuuden"),
        ("death note", "Death Note"),
        ("deathnote", "Death Note"),
        ("note death", "Death Note"),
        ("Death-Note!", "Death Note"),
        ("dn", "Death Note"),
        ("attack on titan", "Shingeki no Kyojin"),
        ("titan attack", "Shingeki no Kyojin"),
        ("shingeki", "Shingeki no Kyojin"),
        ("進撃の巨人", "Shingeki no Kyojin"),
        ("巨人", "Shingeki no Kyojin"),
        ("full metal alchemist", "Fullmetal Alchemist"),
        ("brotherhood", "Fullmetal Alchemist: Brotherhood"),
        ("fate stay night", "Fate/stay night"),
        ("fatestaynight", "Fate/stay night"),
        ("cafe deja vu", "Café Déjà Vu"),
        ("CAFÉ", "Café Déjà Vu"),
        ("cafe\u0301", "Café Déjà Vu"),  # decomposed
        ("k", "K"),
        ("kon", "K-On!"),
        ("k-on", "K-On!"),
        ("no", "No Game No Life"),
        ("hunterxhunter", "Hunter x Hunter (2011)"),
        ("hunter x hunter", "Hunter x Hunter (2011)"),
        ("my hero", "Boku no Hero Academia"),
        ("мастер", "Мастер и Маргарита"),
        ("100%", "100% Pascal-sensei"),
    ],
)
def test_the_best_match_comes_first(search, text, best):
    assert search(text)[0] == best


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("mob psycho 2", "Mob Psycho 100 II"),
        ("mob psycho 100 season 2", "Mob Psycho 100 II"),
        ("モブサイコ100 第2期", "Mob Psycho 100 II"),
        ("mobpsycho100 s2", "Mob Psycho 100 II"),
        ("attack on titan s2", "Shingeki no Kyojin Season 2"),
        ("second season of shingeki no kyojin", "Shingeki no Kyojin Season 2"),
        ("shingeki no kyojin season 1", "Shingeki no Kyojin"),
        ("shingeki no kyojin 3", "Shingeki no Kyojin Season 3"),
        ("shingeki no kyojin s3 cour 2", "Shingeki no Kyojin Season 3 Part 2"),
        ("overlord iv", "Overlord IV"),
        ("overlord 4th season", "Overlord IV"),
        ("オーバーロード シーズン4", "Overlord IV"),
        ("jojo part 4", "JoJo no Kimyou na Bouken Part 4: Diamond wa Kudakenai"),
        ("jojo part iv", "JoJo no Kimyou na Bouken Part 4: Diamond wa Kudakenai"),
        ("kaguya sama wa s2", "Kaguya-sama wa Kokurasetai?"),
        ("code geass season 2", "Code Geass: Hangyaku no Lelouch R2"),
    ],
)
def test_seasons_are_understood_however_they_are_written(search, text, best):
    assert search(text)[0] == best


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("aot", "Shingeki no Kyojin"),
        ("AOT", "Shingeki no Kyojin"),
        ("fmab", "Fullmetal Alchemist: Brotherhood"),
        ("dn", "Death Note"),
        ("aot s3", "Shingeki no Kyojin Season 3"),
        ("snk season 3 part 2", "Shingeki no Kyojin Season 3 Part 2"),
        (
            "aot final season part 2",
            "Shingeki no Kyojin: The Final Season Part 2",
        ),
        ("welcome to the nhk", "NHK ni Youkoso!"),
    ],
)
def test_abbreviations_name_what_most_people_mean(search, text, best):
    assert search(text)[0] == best


@pytest.mark.parametrize("text", ["K-On!", "k-on!!", "Nisekoi", "nisekoi:", "Gintama'"])
def test_a_name_as_it_is_spelled_comes_before_one_that_folds_alike(search, text):
    assert search(text)[0].casefold() == text.casefold()


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("madoka", "Mahou Shoujo Madoka Magica"),
        ("haruhi", "Suzumiya Haruhi no Yuuutsu"),
        ("kyojin", "Shingeki no Kyojin"),
    ],
)
def test_a_whole_word_comes_before_a_joined_beginning(search, text, best):
    assert search(text)[0] == best


def test_the_first_of_a_series_comes_before_its_seasons(search):
    assert search("mob psycho")[:2] == ["Mob Psycho 100", "Mob Psycho 100 II"]
    assert search("shingeki no kyo")[0] == "Shingeki no Kyojin"


def test_what_many_sites_know_comes_before_what_few_do(search, tmp_path):
    many = scored("mal:901 anilist:901 kitsu:901 anidb:901", "Lotus of the Sea", 7.0)
    few = scored("mal:902", "Lotus of the Sky", 7.1)
    import_file(write(tmp_path / "two.jsonl", few, many), source="two")
    assert search("lotus of the") == ["Lotus of the Sea", "Lotus of the Sky"]


def test_a_year_tells_titles_of_one_name_apart(visitor, tmp_path):
    for number, year in ((903, 1997), (904, 2016)):
        dated = {"animeSeason": {"season": "FALL", "year": year}}
        berserk = scored(f"mal:{number}", "Berserk", 7.0, **dated)
        import_file(write(tmp_path / "one.jsonl", berserk), source=str(year))
    for year in (1997, 2016):
        found = visitor.get(f"/api/animes?search=berserk {year}").json()["data"]
        assert [anime["year"] for anime in found] == [year]


def test_a_pasted_address_finds_its_title_and_nothing_like_it(search):
    address = "https://myanimelist.net/anime/1535/Death_Note"
    assert search(address) == ["Death Note"]
    assert search("https://myanimelist.net/anime/99999") == []


def test_words_may_stand_in_several_names_of_one_title(search):
    assert search("titan shingeki")[0] == "Shingeki no Kyojin"


def test_a_season_is_no_correction(visitor):
    meta = visitor.get("/api/animes?search=mob psycho 2").json()["meta"]
    assert "corrected" not in meta


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("naurto", "Naruto"),
        ("narutoo", "Naruto"),
        ("shingeki no kyogin", "Shingeki no Kyojin"),
        ("atack on titan", "Shingeki no Kyojin"),
        ("fulmetal alchemst", "Fullmetal Alchemist"),
        ("cowboi bebop", "Cowboy Bebop"),
        ("fate stay nihgt", "Fate/stay night"),
        ("deth note", "Death Note"),
        ("cowboy bepob", "Cowboy Bebop"),
        ("fate stay nit", "Fate/stay night"),
        ("mate stay night", "Fate/stay night"),  # one word for another that there is
        ("code gaess", "Code Geass: Hangyaku no Lelouch R2"),
    ],
)
def test_small_slips_are_forgiven(search, text, best):
    assert search(text)[0] == best


@needs_trigrams
def test_a_slip_in_every_word_too_where_there_are_trigrams(search):
    assert search("fullmtal alchimist brothrhod")[0] == (
        "Fullmetal Alchemist: Brotherhood"
    )


@needs_trigrams
def test_greater_ones_too_where_there_are_trigrams(search):
    assert search("jojos bizzare advnture")[0] == "JoJo no Kimyou na Bouken"


def test_a_corrected_search_says_what_it_looked_for(visitor):
    meta = visitor.get("/api/animes?search=naurto").json()["meta"]
    assert meta["corrected"] == "naruto"
    meta = visitor.get("/api/animes?search=naruto").json()["meta"]
    assert "corrected" not in meta


def test_two_characters_of_a_script_without_spaces_are_found_anywhere(search):
    assert set(search("銀魂")) == {"Gintama", "Gintama'", "Gintama Movie 1"}
    assert set(search("魂")) == set(search("銀魂"))


def test_the_better_title_comes_first_among_equals(search):
    assert search("naruto")[:3] == [
        "Naruto",
        "Naruto: Shippuuden",
        "Naruto Narutimate Hero",
    ]


def test_what_is_not_there_is_an_empty_list(search):
    assert search("zzzzzz qqqqqq") == []
    assert search("ぬぬぬ") == []


def test_a_well_spelled_search_that_filters_leave_empty_stays_empty(search):
    assert search("naruto", format="Movie") == []


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "100%%", "'; --", "\u200b", "?", "***"]
)
def test_signs_mean_themselves(search, text):
    assert set(search(text)) <= {title for title in search("100") if "100" in title}


def test_mature_titles_are_not_found_by_visitors(search, alice, client):
    assert "Naruto no Yoru" not in search("naruto")
    Preferences.objects.filter(user=alice).update(parental_control=False)
    found = client.get("/api/animes?search=naruto no yoru").json()["data"]
    assert found[0]["title"] == "Naruto no Yoru"


def test_a_search_narrows_and_orders_like_any_list(search):
    assert search("naruto", format="Special") == ["Naruto Narutimate Hero"]
    assert search("gintama", ordering="-rating,title")[0] == "Gintama'"
    assert search("gintama", ordering="title")[0] == "Gintama"


def test_pages_of_a_search_go_on_in_order(visitor):
    whole = visitor.get("/api/animes?search=naruto").json()["data"]
    for text in ("naruto", "naurto"):
        found, query = [], {"search": text, "limit": 1}
        while True:
            answer = visitor.get("/api/animes", query).json()
            found += answer["data"]
            if answer["meta"]["next_cursor"] is None:
                break
            query["cursor"] = answer["meta"]["next_cursor"]
        assert found == whole


@pytest.mark.parametrize("query", [{}, {"include": "entry"}, {"limit": 2}])
def test_what_is_asked_most_is_answered_like_all_else(visitor, alice, client, query):
    """A first page that nothing narrows has a statement of its own, made once."""
    texts = ["naruto", "no", "gintama", "attack titan", "naurto", "atack on titn", "zz"]
    texts += ["mate stay night"]
    add(client, 20, "Watching")
    for person in (visitor, client):
        for text in ["100%", "%", *texts, *texts]:
            asked = {"search": text, **query}
            plain = person.get("/api/animes", asked).json()
            any_order = person.get("/api/animes", asked | {"ordering": "relevance"})
            assert plain["data"] == any_order.json()["data"]
            assert plain["meta"].get("corrected") == (
                any_order.json()["meta"].get("corrected")
            )


def test_an_empty_search_is_no_search(search):
    assert len(search("  ")) == Anime.objects.filter(mature=False).count()


@pytest.mark.parametrize("text", ["a" * 201, "naruto " * 5000])
def test_a_search_that_is_too_long_is_refused(visitor, text):
    response = visitor.get("/api/animes", {"search": text})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["search"]


def test_many_words_are_cheap(search, budget):
    with budget(2, "the catalogue's revision + the titles"):
        assert search("fullmetal alchemist")
    with budget(7, "revision, search, its doubt, words; spelled, by likeness twice"):
        search("a b c d e f g h i j k l m n o p q r s t u v w x y z")


@pytest.mark.django_db
def test_the_index_of_names_follows_every_change_of_them():
    """Triggers do it on SQLite; a migration that makes the table anew loses them."""
    anime = AnimeFactory()
    names = ["cowboy bebop", "カウボーイ", "銀魂 3", "a b", "bebop", "ß×ñ"]
    SearchName.objects.bulk_create(SearchName(anime=anime, name=name) for name in names)
    SearchName.objects.filter(name="bebop").update(name="space dandy")
    SearchName.objects.filter(name="a b").delete()
    parts = ["bebop", "ebo", "ウボーイ", "銀魂 3", "a b", "space", "ß×ñ", "none"]
    for part in parts:
        held = SearchName.objects.filter(name__holds=part)
        assert set(held) == set(SearchName.objects.filter(name__contains=part)), part


@pytest.mark.parametrize("text", ["ﷺ" * 200, "㌖ " * 100, "½" * 200, "ß" * 200])
def test_a_text_that_grows_when_it_is_folded_is_cut(text):
    sought = Sought.of(text)
    assert len(sought.folded) <= LONGEST_QUERY
    assert len(sought.words) <= MOST_WORDS


@pytest.mark.parametrize("text", ["%" * 200, "_ " * 100, "*[?" * 60])
def test_nothing_is_like_signs_alone(search, budget, text):
    """An index of trigrams has none of signs: it would be read as a whole."""
    with budget(3, "the catalogue's revision, the search, its doubt"):
        assert search(text) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such list")
def test_no_name_waits_in_the_pending_list_after_an_import():
    """Every search would read that list, until autovacuum comes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list('search_name_trigrams'), reloptions "
            "FROM pg_class WHERE relname = 'search_name_trigrams'"
        )
        [(pages, options)] = cursor.fetchall()
    assert pages == 0
    assert options == ["gin_pending_list_limit=256"]
