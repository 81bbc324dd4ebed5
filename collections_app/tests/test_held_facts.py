"""What staff set of a title holds against imports, until they let it go."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.refs import AnimeRef
from collections_app.merges import services as merging
from collections_app.models import Anime, Merge
from collections_app.tests.catalogues import BEBOP, import_file, title, write
from history.models import StaffAction

pytestmark = pytest.mark.django_db
BY_STAFF = Origin("admin")
HENTAI = BEBOP | {"tags": ["hentai", "action"]}


@pytest.fixture
def take(tmp_path):
    """Imports titles; answers with what the command says."""
    return lambda *titles, **options: import_file(
        write(tmp_path / "catalogue.jsonl", *titles), **options
    )


def edit(anime_id=1, **facts):
    catalogue.edit(anime_id=anime_id, facts=facts, reason="It is so.", through=BY_STAFF)


def let_go(*facts):
    catalogue.let_go(anime_id=1, facts=facts, reason="Upstream.", through=BY_STAFF)


def bebop():
    return Anime.objects.get(id=1)


def test_the_very_same_file_again_undoes_no_correction(take):
    take(BEBOP)
    edit(title="Space Cowboys", episodes=27, year=None, mature=True)
    corrected = Anime.objects.values().get()
    said = take(BEBOP)
    assert Anime.objects.values().get() == corrected
    assert "0 updated, 1 unchanged" in said
    assert "4 facts of the file were overruled" in said
    assert "episodes stays 27, the file says 26" in said
    assert "title stays Space Cowboys, the file says Cowboy Bebop" in said


def test_facts_that_staff_did_not_set_go_on_coming(take):
    take(BEBOP)
    edit(title="Space Cowboys")
    take(BEBOP | {"episodes": 28})
    assert (bebop().title, bebop().episodes) == ("Space Cowboys", 28)


def test_a_dry_run_says_what_would_be_overruled(take):
    take(BEBOP)
    edit(episodes=27)
    assert "1 facts of the file were overruled" in take(BEBOP, dry_run=True)


def test_what_the_file_says_too_is_not_overruled(take):
    take(BEBOP)
    edit(episodes=27)
    assert "overruled" not in take(BEBOP | {"episodes": 27})


def test_of_a_list_the_items_are_held_and_others_come(take):
    take(BEBOP)
    edit(synonyms=["Bebop", "CB"], genre_names=["Action", "Space", "Noir"])
    later = BEBOP | {
        "synonyms": ["カウボーイビバップ", "Bebop", "Kaubōi Bibappu"],
        "tags": ["action", "sci-fi", "space", "drama"],
    }
    said = take(later)
    assert bebop().synonyms == ["Bebop", "Kaubōi Bibappu", "CB"]
    assert sorted(bebop().genre_names) == ["Action", "Drama", "Noir", "Space"]
    assert "synonyms: removed by staff: カウボーイビバップ" in said
    assert "genre_names: removed by staff: Sci-Fi" in said
    assert "1 unchanged" in take(later)


def test_a_genre_is_held_in_whatever_case(take):
    """As editors and older versions have written it; the catalogue writes its own."""
    take(BEBOP)
    edit(genre_names=["action", "NOIR"])  # Sci-Fi and Space are taken away
    Anime.objects.update(
        held_facts={"genre_names": {"added": ["NOIR"], "removed": ["SCI-FI", "space"]}}
    )
    said = take(BEBOP | {"tags": ["sci-fi", "space", "action", "noir"]})
    assert bebop().genre_names == ["action", "NOIR"]
    assert "1 unchanged" in said
    assert "genre_names: removed by staff: Sci-Fi, Space" in said


def test_the_same_genre_in_another_case_is_no_correction(take):
    take(BEBOP)
    edit(genre_names=[name.upper() for name in reversed(bebop().genre_names)])
    held = bebop().held_facts.get("genre_names", {"added": [], "removed": []})
    assert held == {"added": [], "removed": []}


def test_an_item_that_staff_put_back_is_held_too(take):
    take(BEBOP)
    edit(synonyms=["Bebop"])
    edit(synonyms=["Bebop", "カウボーイビバップ"])
    take(BEBOP | {"synonyms": ["Bebop"]})
    assert set(bebop().synonyms) == {"Bebop", "カウボーイビバップ"}


def test_what_staff_let_go_comes_again(take):
    take(BEBOP)
    edit(title="Space Cowboys", episodes=27)
    let_go("episodes")
    assert bebop().episodes == 27
    act = StaffAction.objects.latest("id")
    assert (act.action, act.before) == ("let_go_of_facts", {"episodes": True})
    take(BEBOP)
    assert (bebop().title, bebop().episodes) == ("Space Cowboys", 26)
    let_go("episodes")
    assert StaffAction.objects.latest("id") == act


def test_no_import_makes_parental_control_weaker(take):
    take(HENTAI)
    said = take(BEBOP)
    assert bebop().mature
    assert "mature stays True, the file says False" in said
    edit(mature=False)
    said = take(HENTAI)
    assert not bebop().mature
    assert "mature stays False, the file says True" in said


def test_an_import_may_make_it_stronger(take):
    take(BEBOP)
    take(HENTAI)
    assert bebop().mature


def test_names_that_a_merge_brought_stay(take):
    take(BEBOP, title("anidb:77", "Kaubōi Bibappu"))
    [other] = Anime.objects.exclude(id=1)
    edit(other.id, year=1997)
    job = merging.merge(
        kept=AnimeRef("own", "1"),
        gone=AnimeRef("own", str(other.id)),
        reason="One.",
        through=BY_STAFF,
    )
    take(BEBOP)
    assert "Kaubōi Bibappu" in bebop().synonyms
    merging.unmerge(job=job, reason="Two.", through=BY_STAFF)
    assert bebop().held_facts == {}
    assert Anime.objects.get(id=other.id).held_facts == {"year": True}


def test_a_merge_fills_no_fact_that_staff_emptied(take):
    take(BEBOP, title("anidb:77", "Kaubōi Bibappu", episodes=30))
    [other] = Anime.objects.exclude(id=1)
    edit(episodes=None)
    edit(other.id, year=1997, mature=True)
    refs = [AnimeRef("own", str(id_)) for id_ in (1, other.id)]
    merging.merge(kept=refs[0], gone=refs[1], reason="One.", through=BY_STAFF)
    assert (bebop().episodes, bebop().year) == (None, 1998)
    assert bebop().mature
    take(BEBOP)
    assert bebop().mature


def test_parted_after_a_correction_only_what_staff_set_stays_and_is_held(take):
    take(BEBOP, title("anidb:77", "Kaubōi Bibappu"))
    [other] = Anime.objects.exclude(id=1)
    edit(synonyms=["Bebop"])
    edit(other.id, synonyms=["KB"], picture_url="https://a.example/1.jpg")
    edit(picture_url="")
    job = merging.merge(
        kept=AnimeRef("own", "1"),
        gone=AnimeRef("own", str(other.id)),
        reason="One.",
        through=BY_STAFF,
    )
    edit(title="Space Cowboys", synonyms=[*bebop().synonyms, "CB"])
    merging.unmerge(job=job, reason="Two.", through=BY_STAFF)
    assert bebop().synonyms == ["Bebop", "CB"]
    assert bebop().external_ids.get("anidb") is None
    assert bebop().held_facts == {
        "title": True,
        "picture_url": True,
        "synonyms": {"added": ["CB"], "removed": ["カウボーイビバップ"]},
    }
    take(BEBOP)
    assert bebop().synonyms == ["Bebop", "CB"]
    assert bebop().title == "Space Cowboys"


def test_parted_a_fact_that_was_inherited_and_set_since_is_held(take):
    take(BEBOP | {"episodes": 0}, title("anidb:77", "Kaubōi Bibappu"))
    [other] = Anime.objects.exclude(id=1)
    edit(other.id, episodes=30)
    refs = [AnimeRef("own", str(id_)) for id_ in (1, other.id)]
    job = merging.merge(kept=refs[0], gone=refs[1], reason="One.", through=BY_STAFF)
    assert bebop().episodes == 30
    edit(episodes=27)
    merging.unmerge(job=job, reason="Two.", through=BY_STAFF)
    assert (bebop().episodes, bebop().held_facts) == (27, {"episodes": True})


def test_titles_merged_before_facts_were_held_are_parted(take):
    take(BEBOP, title("anidb:77", "Kaubōi Bibappu"))
    [other] = Anime.objects.exclude(id=1)
    refs = [AnimeRef("own", str(id_)) for id_ in (1, other.id)]
    job = merging.merge(kept=refs[0], gone=refs[1], reason="One.", through=BY_STAFF)
    del job.gone["held_facts"]
    Merge.objects.filter(pk=job.pk).update(gone=job.gone, moved_at=timezone.now())
    merging.unmerge(job=job, reason="Two.", through=BY_STAFF)
    assert Anime.objects.get(id=other.id).held_facts == {}


def test_corrections_that_the_log_names_are_held_after_the_upgrade(take):
    take(BEBOP)
    edit(title="Space Cowboys", episodes=27, synonyms=["Bebop", "CB"])
    edit(episodes=28)
    held = bebop().held_facts
    Anime.objects.update(held_facts={}, title="Cowboy Bebop")  # as an import undid it
    migration = import_module("collections_app.migrations.0013_held_facts")
    migration.hold_what_the_log_names(apps, None)
    del held["title"]
    assert bebop().held_facts == held
