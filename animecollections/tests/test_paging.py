"""Pages by cursor, over rows that come and go between them."""

import pytest
from django.core import signing
from django.db import connection
from django.db.models import F, Value
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from animecollections.api.errors import ApiError
from animecollections.api.paging import SALT, can_be_null, page
from animecollections.api.parameters import read_query
from animecollections.api.schema import paging, query
from collections_app.models import Anime, ExternalId, WatchListEntry
from factories import AnimeFactory

pytestmark = pytest.mark.django_db

ORDERINGS = {"rating": "rating", "title": "title", "year": "year", "at": "updated_at"}


@pytest.fixture
def animes():
    """Ratings with a tie and nulls, years with nulls."""
    for id_, rating, year in [
        (1, 8.0, 2001),
        (2, None, 2002),
        (3, 9.25, None),
        (4, 8.0, 2001),
        (5, None, None),
        (6, 7.5, 1999),
        (7, 8.0, None),
    ]:
        AnimeFactory(id=id_, title=f"T{id_ % 3}", rating=rating, year=year)
    return Anime.objects.all()


PARAMETERS = [query("ordering", str, "Which first."), query("genre", str, "Which.")]


def asked(text=""):
    return read_query(
        QueryDict(text), {one.name: one for one in (*PARAMETERS, *paging())}
    )


def ids_of(rows):
    return [row["id"] for row in rows]


def walk(queryset, text, limit=2, default="-rating"):
    """All pages one after the other."""
    found, cursor = [], ""
    for _ in range(20):
        parameters = asked(f"{text}&limit={limit}&cursor={cursor}")
        rows, meta = page(queryset, parameters, orderings=ORDERINGS, default=default)
        assert len(rows) <= limit
        found += rows
        cursor = meta["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("-rating", [3, 7, 4, 1, 6, 5, 2]),
        ("rating", [6, 1, 4, 7, 3, 2, 5]),
        ("-year", [2, 4, 1, 6, 7, 5, 3]),
        ("year,-rating", [6, 1, 4, 2, 3, 7, 5]),
        ("title,rating,-year", [6, 3, 1, 4, 7, 2, 5]),
        ("-at", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_every_row_comes_once_whatever_the_page(animes, ordering, expected, limit):
    rows = walk(animes.values(), f"ordering={ordering}", limit)
    assert ids_of(rows) == expected


def test_rows_come_as_the_caller_asked_for_them(animes):
    two = asked("limit=2")
    rows, _ = page(animes.values("id"), two, orderings=ORDERINGS, default="rating")
    assert rows == [{"id": 6}, {"id": 1}]
    tuples = animes.values_list("id", "rating")
    rows, _ = page(tuples, two, orderings=ORDERINGS, default="rating")
    assert rows == [(6, 7.5), (1, 8.0)]
    rows, _ = page(animes, two, orderings=ORDERINGS, default="rating")
    assert [row.pk for row in rows] == [6, 1]


def test_an_annotation_orders_too(animes):
    scored = animes.annotate(worth=F("id") % Value(3)).values_list("id", flat=False)
    found, cursor = [], ""
    while cursor is not None:
        rows, meta = page(
            scored,
            asked(f"limit=3&cursor={cursor}"),
            orderings={"worth": "worth"},
            default="-worth",
        )
        found += [id_ for (id_,) in rows]
        cursor = meta["next_cursor"]
    assert found == [5, 2, 7, 4, 1, 6, 3]


def test_rows_that_come_and_go_shift_no_page(animes):
    first, meta = page(
        animes.values("id"), asked("limit=3"), orderings=ORDERINGS, default="-rating"
    )
    assert ids_of(first) == [3, 7, 4]
    AnimeFactory(id=90, rating=10)
    Anime.objects.filter(id=3).delete()
    Anime.objects.filter(id=4).delete()  # the very row that the cursor names
    query = asked(f"limit=3&cursor={meta['next_cursor']}")
    second, _ = page(animes.values("id"), query, orderings=ORDERINGS, default="-rating")
    assert ids_of(second) == [1, 6, 5]


def test_without_a_limit_all_rows_come(animes):
    rows, meta = page(
        animes.values("id"), asked(), orderings=ORDERINGS, default="rating"
    )
    assert (len(rows), meta) == (7, {})


def test_a_default_limit_holds_where_none_is_sent(animes):
    rows, meta = page(
        animes.values("id"), asked(), orderings=ORDERINGS, default="rating", limit=5
    )
    assert len(rows) == 5
    assert meta["next_cursor"]


def test_a_page_is_one_statement(animes, budget):
    with budget(1, "the rows and one more"):
        page(animes.values(), asked("limit=2"), orderings=ORDERINGS, default="rating")


def test_more_words_than_order_are_refused(animes):
    with pytest.raises(ApiError) as caught:
        page(
            animes.values(),
            asked("ordering=year,rating,title,at,-year"),
            orderings=ORDERINGS,
            default="rating",
        )
    assert caught.value.sentence == "ordering: Order by at most 4 keys."


@pytest.mark.parametrize("word", ["user__password", "--rating", "rating,", "pk", "?"])
def test_an_unknown_ordering_is_refused_with_the_known_ones(animes, word):
    with pytest.raises(ApiError) as caught:
        page(
            animes.values(),
            asked(f"ordering={word}"),
            orderings=ORDERINGS,
            default="rating",
        )
    assert "rating, title, year" in caught.value.sentence


def cursor_of(animes, text="limit=2"):
    _, meta = page(animes.values(), asked(text), orderings=ORDERINGS, default="rating")
    return meta["next_cursor"]


@pytest.mark.parametrize(
    "bend",
    [
        lambda cursor: cursor + "x",
        lambda cursor: "x" + cursor,
        lambda cursor: cursor[:-3],
        lambda cursor: cursor.split(":")[0],
        lambda cursor: "abc",
        lambda cursor: signing.dumps(["x", 1, 2], salt="another"),
        lambda cursor: signing.dumps({"not": "a list"}, salt=SALT),
        lambda cursor: signing.dumps([], salt=SALT),
        lambda cursor: signing.dumps(7, salt=SALT),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(animes, bend):
    with pytest.raises(ApiError) as caught:
        page(
            animes.values(),
            asked(f"limit=2&cursor={bend(cursor_of(animes))}"),
            orderings=ORDERINGS,
            default="rating",
        )
    assert caught.value.code == "invalid_cursor"


@pytest.mark.parametrize("text", ["ordering=-rating", "ordering=year", "genre=action"])
def test_a_cursor_serves_its_own_ordering_and_filters_alone(animes, text):
    cursor = cursor_of(animes)
    with pytest.raises(ApiError) as caught:
        page(
            animes.values(),
            asked(f"{text}&limit=2&cursor={cursor}"),
            orderings=ORDERINGS,
            default="rating",
        )
    assert caught.value.code == "invalid_cursor"


def test_limit_and_a_clients_way_around_caches_may_change(animes):
    cursor = cursor_of(animes, "limit=2&_=1")
    rows, _ = page(
        animes.values(),
        asked(f"limit=3&_=2&cursor={cursor}"),
        orderings=ORDERINGS,
        default="rating",
    )
    assert ids_of(rows) == [4, 7, 3]


@pytest.mark.parametrize(
    ("rows", "path", "expected"),
    [
        (Anime.objects.all(), "pk", False),
        (Anime.objects.all(), "title", False),
        (Anime.objects.all(), "rating", True),
        (Anime.objects.all(), "entries__revision", True),  # of titles on no list
        (Anime.objects.all(), "genres__name", True),
        (Anime.objects.all(), "entry__added_at", True),  # a join by a name of its own
        (Anime.objects.annotate(worth=Value(1)), "worth", True),
        (WatchListEntry.objects.all(), "anime__title", False),
        (WatchListEntry.objects.all(), "anime__pk", False),
        (WatchListEntry.objects.all(), "anime__rating", True),
        (ExternalId.objects.all(), "anime__title__length", True),
    ],
)
def test_where_nulls_can_be(rows, path, expected):
    assert can_be_null(rows, path) is expected


def test_nulls_are_spoken_of_only_where_they_can_be(animes):
    with CaptureQueriesContext(connection) as captured:
        walk(animes.values("id"), "ordering=-at,title", limit=3)
    assert not [sql for sql in sql_of(captured) if "NULL" in sql]
    with CaptureQueriesContext(connection) as captured:
        walk(animes.values("id"), "ordering=-rating", limit=3)
    assert all("NULLS LAST" in sql for sql in sql_of(captured))


def sql_of(captured):
    """What a page adds to its rows: conditions and order."""
    return [query["sql"].upper() for query in captured.captured_queries[-3:]]
