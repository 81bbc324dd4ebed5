"""GET /api/animes/{id}?include=…: facts of other sources."""

import pytest

from collections_app.models import Anime, CatalogueState, SourceFact
from collections_app.source_facts import franchises
from collections_app.source_facts.franchises import Edge, watch_order
from collections_app.tests.catalogues import import_file, pages, title, write
from collections_app.tests.facts import import_facts, write_lines

pytestmark = pytest.mark.django_db
URL = "/api/animes"


def of_year(year):
    return {"animeSeason": {"season": "SPRING", "year": year}}


TITLES = [
    title("mal:1 anilist:11", "First", relatedAnime=pages("mal:2"), **of_year(2000)),
    title("mal:2 anilist:12", "Second", **of_year(2002)),
    title("mal:3 anilist:13", "Before All", **of_year(2010)),
    title("mal:4", "On the Side", **of_year(2001)),
    title("mal:5", "For Adults", tags=["hentai"], **of_year(2003)),
    title("mal:6", "Alone"),
]
FACTS = [
    {
        "ids": ["mal:1"],
        "relations": [
            {"type": "sequel", "ids": ["anilist:12", "mal:2"]},
            {"type": "prequel", "ids": ["mal:3"]},
            {"type": "sequel", "ids": ["mal:5"]},
            {"type": "sequel", "ids": ["mal:404"]},
            {"type": "sequel", "ids": ["mal:1"]},
        ],
        "names": {"de": ["Erstes"], "zh-Hans": ["第一"]},
        "links": [{"site": "netflix", "url": "https://example.org/1"}],
        "description": "It begins.",
        "episodes": [{"number": 1, "title": "One", "airs": "2000-04-01"}],
        "trailers": [{"site": "youtube", "url": "https://example.org/t"}],
        "airing": {"begin": "2000-04-01"},
        "seasons": [
            {"database": "tvdb", "id": "7", "season": 1, "first": 1, "to_first": 1},
        ],
        "redirects": [
            {"first": 13, "last": 24, "ids": ["anilist:12"], "to_first": 1},
            {"first": 25, "ids": ["mal:5"], "to_first": 1},
        ],
    },
    {"ids": ["mal:4"], "relations": [{"type": "parent_story", "ids": ["mal:1"]}]},
]


@pytest.fixture(autouse=True)
def _facts(db, tmp_path):
    import_file(write(tmp_path / "catalogue.jsonl", *TITLES))
    import_facts(write_lines(tmp_path / "facts.jsonl", *FACTS))


def get(visitor, anime_id, include):
    response = visitor.get(f"{URL}/{anime_id}", {"include": include})
    assert response.status_code == 200, response.content
    return response.json()["data"]


def relations_of(visitor, anime_id):
    found = get(visitor, anime_id, "relations")["relations"]
    return {one["id"]: one["relation"] for one in found}


def franchise_of(visitor, anime_id):
    return [one["id"] for one in get(visitor, anime_id, "franchise")["franchise"]]


def test_each_part_comes_with_its_source(visitor):
    every = "airing,links,names,description,episode_list,trailers"
    data = get(visitor, 1, every)
    assert data["airing"] == {
        "begin": {"at": "2000-04-01", "precision": "day"},
        "end": None,
        "broadcast": None,
        "episodes": None,
        "source": "own",
    }
    assert data["names"] == [
        {"language": "de", "names": ["Erstes"], "source": "own"},
        {"language": "zh-Hans", "names": ["第一"], "source": "own"},
    ]
    assert data["links"][0]["name"] == "netflix"
    assert data["description"]["text"] == "It begins."
    assert data["episode_list"][0]["title"] == "One"
    assert data["trailers"][0]["url"] == "https://example.org/t"
    assert "franchise" not in data


def test_seasons_elsewhere_and_episodes_that_are_another_titles(visitor, tmp_path):
    data = get(visitor, 1, "seasons,redirects")
    season = {
        "database": "tvdb", "id": "7", "season": 1, "first": 1, "last": None,
        "to_first": 1, "to_last": None, "ratio": 1,
    }  # fmt: skip
    assert data["seasons"] == [season | {"source": "own"}]
    redirect = {
        "first": 13, "last": 24, "ids": ["anilist:12"], "to_first": 1, "to_last": None,
    }  # fmt: skip
    mature = redirect | {"first": 25, "last": None, "ids": ["mal:5"]}
    assert data["redirects"] == [
        redirect | {"anime_id": "2", "source": "own"},
        mature | {"anime_id": None, "source": "own"},
    ]
    rows = [{"ids": ["mal:1"], "seasons": [season, season | {"ratio": 2}]}]
    path = write_lines(tmp_path / "more.jsonl", *rows, source="kometa")
    import_facts(path)
    told = get(visitor, 1, "seasons")["seasons"]
    assert [(one["ratio"], one["source"]) for one in told] == [
        (1, "kometa"),
        (2, "kometa"),
    ]


def test_what_no_source_knows_is_null_or_empty(visitor):
    parts = ("links", "names", "relations", "franchise", "seasons", "redirects")
    data = get(visitor, 6, ",".join(["airing", "description", *parts]))
    assert data["airing"] is data["description"] is None
    assert [data[name] for name in parts] == [[] for _ in parts]


def test_relations_say_what_they_are_both_ways(visitor):
    said = {
        one["id"]: one["relation"] for one in get(visitor, 1, "relations")["relations"]
    }
    assert said == {"2": "sequel", "3": "prequel", "4": "side_story"}
    said = {
        one["id"]: one["relation"] for one in get(visitor, 2, "relations")["relations"]
    }
    assert said == {"1": "prequel"}
    assert "relation" not in visitor.get(f"{URL}/1").json()["data"]["relations"][0]


def test_a_franchise_is_in_watch_order(visitor):
    for anime_id in (1, 2, 3, 4):
        # What comes before comes first, whenever it aired; mature ones are hidden.
        assert franchise_of(visitor, anime_id) == ["3", "1", "4", "2"]
    assert set(Anime.objects.filter(franchise=1).values_list("id", flat=True)) == {
        1, 2, 3, 4, 5,
    }  # fmt: skip


def test_groups_are_written_together(django_assert_max_num_queries):
    Anime.objects.update(franchise=6)
    with django_assert_max_num_queries(20):
        assert franchises.connect() == 6
    assert dict(Anime.objects.values_list("id", "franchise")) == {
        **dict.fromkeys((1, 2, 3, 4, 5), 1),
        6: None,
    }


def test_what_is_written_meanwhile_counts(monkeypatch):
    Anime.objects.filter(id=1).update(franchise=None)
    looked = franchises.to_change

    def and_another_writes(wanted):
        found = looked(wanted)
        Anime.objects.filter(id=1).update(franchise=1)
        return found

    monkeypatch.setattr(franchises, "to_change", and_another_writes)
    revision = CatalogueState.objects.get().revision
    assert franchises.connect() == 0
    assert CatalogueState.objects.get().revision == revision


def test_relations_that_are_gone_part_a_franchise(visitor, tmp_path):
    rows = [{"ids": ["mal:1"], "relations": None}]
    import_facts(write_lines(tmp_path / "facts.jsonl", *rows))
    assert franchise_of(visitor, 2) == []
    assert [one["id"] for one in get(visitor, 4, "franchise")["franchise"]] == [
        "1",
        "4",
    ]


def test_relations_that_go_in_a_circle_do_no_harm(visitor, tmp_path):
    rows = [
        {"ids": ["mal:1"], "relations": [{"type": "sequel", "ids": ["mal:2"]}]},
        {"ids": ["mal:2"], "relations": [{"type": "sequel", "ids": ["mal:3"]}]},
        {"ids": ["mal:3"], "relations": [{"type": "sequel", "ids": ["mal:1"]}]},
    ]
    import_facts(write_lines(tmp_path / "facts.jsonl", *rows))
    assert franchise_of(visitor, 2) == ["1", "4", "2", "3"]


def test_the_order_of_a_long_chain_and_of_a_long_circle():
    chain = [Edge(number + 1, number) for number in range(5000)]
    begins = {number: str(number) for number in range(5001)}
    assert watch_order(chain, begins) == list(range(5000, -1, -1))
    circle = [*chain, Edge(0, 5000)]
    assert sorted(watch_order(circle, begins)) == list(range(5001))


def test_an_unknown_part_is_refused_with_the_nearest(visitor):
    response = visitor.get(f"{URL}/1?include=airng")
    assert response.status_code == 400
    assert "Did you mean airing?" in str(response.json())


def test_what_is_in_the_database_by_mistake_is_no_500(visitor):
    SourceFact.objects.filter(kind="names").update(value={})
    assert get(visitor, 1, "names")["names"] == []


def test_the_number_of_statements_does_not_grow(visitor, budget):
    every = "airing,links,names,relations,franchise,description,episode_list,trailers"
    words = "revision, title, its relations, franchise, facts, ids (2), related titles"
    with budget(8, words):
        get(visitor, 1, every)
    with budget(4, "revision, title, its relations, facts"):
        get(visitor, 1, "airing,links,seasons")
    with budget(7, "revision, title, its relations, facts, ids (2), which are shown"):
        get(visitor, 1, "redirects")


def test_the_etag_moves_with_a_fact(visitor, tmp_path):
    etag = visitor.get(f"{URL}/1?include=names")["ETag"]
    rows = [{"ids": ["mal:1"], "names": {"de": ["Anders"]}}]
    import_facts(write_lines(tmp_path / "facts.jsonl", *rows))
    response = visitor.get(f"{URL}/1?include=names", headers={"If-None-Match": etag})
    assert response.status_code == 200
