"""manage.py merge_anime; the rule of merging has tests of its own."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collections_app.models import Anime, ExternalId
from conftest import signed_in
from factories import AnimeFactory

pytestmark = pytest.mark.django_db


def merge(*args):
    out = StringIO()
    reason = ["--reason", "the same film"]
    call_command("merge_anime", *args, *reason, stdout=out, verbosity=0)
    return out.getvalue()


@pytest.fixture
def two(alice):
    """The same film twice, and Alice, who has the duplicate."""
    AnimeFactory(id=5, title="Akira")
    AnimeFactory(id=7, title="AKIRA")
    body = {"animeId": 7, "type": "Watching", "progress": 3}
    signed_in(alice).post("/api/user/watchList", body)


def listed(user):
    [entry] = signed_in(user).get("/api/user/watchList").json()["data"]
    return entry["anime_id"], entry["progress"]


def test_the_duplicate_goes_and_its_entries_move_and_twice_does_no_harm(two, alice):
    for _ in range(2):
        assert merge("5", "7") == "7 is 5 now; 1 lists moved.\n"
    assert [anime.pk for anime in Anime.objects.all()] == [5]
    assert listed(alice) == ("5", 3)
    out = StringIO()
    call_command("doctor", stdout=out, verbosity=0)
    assert out.getvalue().endswith("0 wrong, 0 odd.\n")


def test_undone_both_are_there_again(two, alice):
    merge("5", "7")
    assert merge("5", "7", "--undo", "--dry-run") == ("1 lists would part 7 again.\n")
    assert (
        merge("5", "7", "--undo") == "7 is a title again; 0 values stay as changed.\n"
    )
    assert listed(alice) == ("7", 3)


def test_it_is_parted_by_the_id_that_merged_it_whichever_that_was(two, alice):
    ExternalId.objects.create(anime_id=7, site="kitsu", external_id="42")
    merge("5", "kitsu:42")
    with pytest.raises(CommandError, match="kitsu:43 was never merged into 5"):
        merge("5", "kitsu:43", "--undo")
    merge("5", "kitsu:42", "--undo")
    assert listed(alice) == ("7", 3)


def test_a_dry_run_moves_nothing(two, alice):
    said = merge("5", "mal:7", "--dry-run")
    assert said == "AKIRA (7) would be merged into Akira (5), with 1 entries.\n"
    assert listed(alice) == ("7", 3)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["5", "5"], "same title"),
        (["5", "99"], "99"),
        (["5", "x"], "id"),
        (["5", "7", "--undo"], "never merged"),
    ],
)
def test_what_cannot_be_is_said(two, args, says):
    with pytest.raises(CommandError, match=says):
        merge(*args)
    assert Anime.objects.count() == 2
