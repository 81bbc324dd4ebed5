"""AniList: what GraphQL answers, and the export of all one's data."""

import json
from datetime import UTC, datetime

import pytest

from collections_app.transfer import OWNED_TAG, Refused, UnsupportedFileError, read
from collections_app.transfer.anilist import SCALES

from .lists import again, kept, written


def entry(**fields):
    media = {"idMal": 1, "title": {"romaji": "Bebop", "native": "ビバップ"}}
    return {"mediaId": 1, "status": "CURRENT", "media": media} | fields


def answer(*entries, scale="POINT_10_DECIMAL", lists=None):
    lists = lists or [{"name": "Watching", "isCustomList": False, "entries": entries}]
    user = {"name": "ana", "mediaListOptions": {"scoreFormat": scale}}
    document = {"data": {"MediaListCollection": {"lists": lists}, "User": user}}
    return json.dumps(document).encode()


def custom(name, *entries):
    return {"name": name, "isCustomList": True, "entries": list(entries)}


def statuses(*entries):
    return {"name": "Watching", "isCustomList": False, "entries": list(entries)}


def dump(*entries, **user):
    user = {"display_name": "ana", "custom_lists": {"anime": ["Best", "Cozy"]}} | user
    return json.dumps({"user": user, "lists": entries, "activity": []}).encode()


def dumped(**fields):
    return {
        "id": 9,
        "user_id": 2,
        "series_id": 1,
        "series_type": 0,
        "status": 0,
    } | fields


def only(data):
    [record] = read(data).rows
    return record


# --- GraphQL ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("CURRENT", "Watching", "active"),
        ("PAUSED", "Watching", "on_hold"),
        ("REPEATING", "Watching", "rewatching"),
        ("COMPLETED", "Completed", "active"),
        ("PLANNING", "To Watch", "active"),
        ("DROPPED", "Collection", "dropped"),
    ],
)
def test_every_status_has_its_type_and_state(word, type_, state):
    values = only(answer(entry(status=word))).values
    assert (values["type"], values["state"]) == (type_, state)


def test_a_row_states_what_it_says_and_no_more():
    record = only(answer(entry()))
    assert record.values == {"type": "Watching", "state": "active"}
    assert record.ids == {"anilist": "1", "mal": "1"}
    assert (record.title, record.names, record.extra) == ("Bebop", ["ビバップ"], {})


def test_everything_of_an_entry_is_read():
    media = {
        "id": 1,
        "type": "ANIME",
        "format": "TV_SHORT",
        "episodes": 26,
        "seasonYear": 1998,
        "title": {"english": "Cowboy Bebop", "userPreferred": "Bebop"},
        "synonyms": ["CB"],
    }
    file = read(
        answer(
            entry(
                score=8.5,
                progress=3,
                repeat=2,
                notes=" so so\n",
                private=True,
                priority=1,
                startedAt={"year": 2017, "month": 10, "day": None},
                updatedAt=1707400757,
                completedAt={"year": None, "month": None, "day": None},
                createdAt=0,
                media=media,
                hiddenFromStatusLists=True,
                advancedScores={"Story": 9},
                id=5,
                userId=6,
            )
        )
    )
    assert (file.owner, file.score_format, file.warnings) == ("ana", "10.0", [])
    [record] = file.rows
    assert record.values == {
        "type": "Watching",
        "state": "active",
        "score": 85,
        "progress": 3,
        "rewatches": 2,
        "notes": " so so\n",
        "is_private": True,
        "priority": 1,
        "started_on": "2017-10",
        "finished_on": "",
    }
    assert record.extra == {
        "hiddenFromStatusLists": True,
        "advancedScores": {"Story": 9},
        "scoreFormat": "POINT_10_DECIMAL",
    }
    assert (record.title, record.names) == ("Cowboy Bebop", ["Bebop", "CB"])
    assert (record.format, record.episodes, record.year) == ("TV", 26, 1998)
    assert record.changed_at == datetime(2024, 2, 8, 13, 59, 17, tzinfo=UTC)
    assert record.added_at is None


def test_scores_of_zero_everywhere_are_no_advanced_scores():
    assert only(answer(entry(advancedScores={"Story": 0, "Audio": 0}))).extra == {}


@pytest.mark.parametrize("said", [5, True, "x"])
def test_advanced_scores_of_an_odd_kind_are_kept_as_they_are(said):
    assert only(answer(entry(advancedScores=said))).extra == {"advancedScores": said}
    assert only(dump(dumped(advanced_scores="5"))).extra == {"advanced_scores": "5"}


@pytest.mark.parametrize(
    ("scale", "marks"),
    [
        ("POINT_100", {0: None, 1: 1, 55: 55, 100: 100}),
        ("POINT_10_DECIMAL", {0: None, 0.1: 1, 8.5: 85, 10: 100}),
        ("POINT_10", {0: None, 1: 10, 7: 70, 10: 100}),
        ("POINT_5", {0: None, 1: 10, 2: 30, 3: 50, 4: 70, 5: 90}),
        ("POINT_3", {0: None, 1: 35, 2: 60, 3: 85}),
    ],
)
def test_a_score_of_every_scale_is_kept_exactly_and_comes_back_in_its_scale(
    scale, marks
):
    entries = [entry(mediaId=place, score=mark) for place, mark in enumerate(marks, 1)]
    file = read(answer(*entries, scale=scale))
    scores = [record.values["score"] for record in file.rows]
    assert scores == list(marks.values())
    assert file.score_format == next(name for name, s in SCALES.items() if s == scale)
    listed = [kept(score=score) for score in scores]
    given = frozenset(score for score in scores if score is not None)
    data = written("anilist", *listed, score_format=file.score_format, scores=given)
    collection = json.loads(data)["data"]
    assert collection["User"]["mediaListOptions"]["scoreFormat"] == scale
    [back] = collection["MediaListCollection"]["lists"]
    assert [one["score"] for one in back["entries"]] == list(marks)


def test_an_export_takes_a_finer_scale_rather_than_to_round():
    fits = {"score_format": "5", "scores": frozenset([10, 90])}
    assert b'"POINT_5"' in written("anilist", kept(score=90), **fits)
    finer = {"score_format": "5", "scores": frozenset([10, 85])}
    assert b'"POINT_10_DECIMAL"' in written("anilist", kept(score=85), **finer)
    assert again("anilist", kept(score=85), **finer).rows[0].values["score"] == 85


@pytest.mark.parametrize(
    ("scale", "score", "back"),
    [
        ("5", 85, 70),
        ("5", 100, 90),
        ("5", 3, 10),
        ("3", 36, 60),
        ("3", 99, 85),
        ("10", 84, 80),
    ],
)
def test_an_entry_in_the_scale_of_a_file_is_what_the_file_could_say_of_it(
    scale, score, back
):
    """So a list that is imported again does not undo what is finer here."""
    record = again("anilist", kept(score=score), score_format=scale).rows[0]
    assert record.values["score"] == back
    assert record.extra == {"scoreFormat": SCALES[scale]}


def test_a_scale_that_the_file_does_not_say_is_told():
    document = {"lists": [{"entries": [entry(score=85)]}]}
    file = read(json.dumps(document).encode())
    assert (file.rows[0].values["score"], file.score_format) == (85, "100")
    assert ["highest is 85" in said for said in file.warnings] == [True]
    file = read(answer(entry(score=7), scale="POINT_5"))
    assert (file.rows[0].values["score"], len(file.warnings)) == (70, 1)


def test_custom_lists_are_tags():
    record = only(answer(entry(customLists={"Best": True, "Cozy": False})))
    assert record.values["tags"] == ["Best"]
    asked_as_array = [
        {"name": "Cozy", "enabled": True},
        {"name": "Best", "enabled": False},
    ]
    assert only(answer(entry(customLists=asked_as_array))).values["tags"] == ["Cozy"]
    assert "tags" not in only(answer(entry(customLists=None))).values


def test_an_entry_in_several_lists_is_one_row():
    other = entry(mediaId=2)
    lists = [
        custom("Best", entry()),
        statuses(entry(), other),
        custom("Cozy", entry(), entry(mediaId=3)),
    ]
    tags = {r.ids["anilist"]: r.values["tags"] for r in read(answer(lists=lists)).rows}
    assert tags == {"1": ["Best", "Cozy"], "2": [], "3": ["Cozy"]}


def test_an_entry_that_the_lists_of_statuses_hold_twice_is_two_rows():
    assert len(read(answer(lists=[statuses(entry(), entry())])).rows) == 2


def test_what_is_owned_leaves_as_planned_in_a_custom_list_and_comes_back():
    owned = kept(type="Collection", tags=["blu-ray"])
    document = json.loads(written("anilist", owned))
    [listed] = document["data"]["MediaListCollection"]["lists"]
    assert listed["entries"][0]["status"] == "PLANNING"
    assert listed["entries"][0]["customLists"] == {"blu-ray": True, OWNED_TAG: True}
    values = again("anilist", owned).rows[0].values
    assert (values["type"], values["state"], values["tags"]) == (
        "Collection",
        "active",
        ["blu-ray"],
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "READING"}, "not for anime"),
        ({"score": "good"}, "not a number"),
        ({"score": 8.55}, "too many decimals"),
        ({"private": "maybe"}, "neither true nor false"),
        ({"startedAt": {"year": None, "month": 4, "day": 1}}, "A day needs a month"),
        ({"notes": ["x"]}, "notes is not text"),
        ({"customLists": "Best"}, "not lists"),
        ({"notes": "half \ud83d"}, "half an emoji"),
        ({"advancedScores": {"x" * 3000: 1}}, "which is too many"),
        ({str(number): 1 for number in range(51)}, "51 fields of its own"),
        ({"mediaId": None, "media": None}, "neither a title nor an id"),
    ],
)
def test_what_cannot_be_kept_refuses_its_row_and_no_other(fields, reason):
    taken, refused = read(answer(entry(mediaId=2), entry(**fields))).rows
    assert taken.ids["anilist"] == "2"
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_mangas_are_refused_each_and_a_list_of_them_as_a_whole():
    manga = entry(media={"type": "MANGA", "title": {"romaji": "Berserk"}})
    record, refused = read(answer(entry(mediaId=2), manga)).rows
    assert (record.title, refused.title) == ("Bebop", "Berserk")
    with pytest.raises(UnsupportedFileError, match=r"AniList list holds mangas \(1\)"):
        read(answer(manga))


# --- the export of all one's data -------------------------------------------------


@pytest.mark.parametrize(
    ("number", "type_", "state"),
    [
        (0, "Watching", "active"),
        (1, "To Watch", "active"),
        (2, "Completed", "active"),
        (3, "Collection", "dropped"),
        (4, "Watching", "on_hold"),
        (5, "Watching", "rewatching"),
    ],
)
def test_every_number_of_a_status_has_its_type_and_state(number, type_, state):
    values = only(dump(dumped(status=number))).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_an_exported_entry_is_read():
    file = read(
        dump(
            dumped(
                score=85,
                progress=3,
                progress_volume=0,
                repeat=1,
                notes=None,
                private=1,
                priority=0,
                custom_lists="[0,1]",
                advanced_scores="[9,0]",
                hidden_default=1,
                started_on=20171000,
                finished_on=0,
                updated_at="2024-02-08 13:59:17",
            )
        )
    )
    assert (file.format, file.owner, file.score_format) == ("anilist", "ana", "100")
    [record] = file.rows
    assert record.values == {
        "type": "Watching",
        "state": "active",
        "score": 85,
        "progress": 3,
        "rewatches": 1,
        "notes": "",
        "is_private": True,
        "priority": 0,
        "tags": ["Cozy"],
        "started_on": "2017-10",
        "finished_on": "",
    }
    assert record.extra == {"advanced_scores": "[9,0]", "hidden_default": 1}
    assert record.changed_at == datetime(2024, 2, 8, 13, 59, 17, tzinfo=UTC)


def test_custom_lists_may_be_named_and_broken_ones_refuse_their_row():
    data = dump(dumped(custom_lists=["Best"]), dumped(custom_lists="[1,"))
    named, refused = read(data).rows
    assert named.values["tags"] == ["Best"]
    assert "not valid JSON" in refused.reason


def test_mangas_among_exported_entries_are_refused_each():
    record, refused = read(dump(dumped(), dumped(series_type=1))).rows
    assert record.ids == {"anilist": "1"}
    assert "a manga" in refused.reason
    with pytest.raises(UnsupportedFileError, match="list is empty"):
        read(dump())


# --- answers of any shape ---------------------------------------------------------


def page(*entries, has_next=False):
    found = {"pageInfo": {"hasNextPage": has_next}, "mediaList": list(entries)}
    return {"data": {"Page": found}}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: {
            "data": {"anime": {"lists": [statuses(one)]}, "manga": {"lists": []}}
        },
        lambda one: {"data": {"mine": {"lists": [{"entries": [one]}]}}},
        lambda one: page(one),
        lambda one: [page(one)],
        lambda one: {"data": {"one": {"mediaList": [one]}, "two": {"mediaList": []}}},
        lambda one: {
            "data": {"a": {"lists": [statuses()]}, "b": {"lists": [statuses(one)]}}
        },
        lambda one: {"lists": [statuses(one)]},
        lambda one: {"mediaList": [one]},
        lambda one: {"user": {"name": "ana"}, "lists": [statuses(one)]},
        lambda one: [one],
    ],
)
def test_entries_are_found_wherever_an_answer_has_them(wrap):
    record = only(json.dumps(wrap(entry(status="PLANNING"))).encode())
    assert (record.ids["anilist"], record.values["type"]) == ("1", "To Watch")


def test_a_list_may_say_the_status_of_its_entries():
    listed = {k: v for k, v in entry().items() if k != "status"}
    document = {"data": {"a": {"lists": [{"status": "DROPPED", "entries": [listed]}]}}}
    assert only(json.dumps(document).encode()).values["state"] == "dropped"


def test_what_an_answer_calls_mangas_is_refused():
    lists = {"lists": [statuses(entry(mediaId=7))]}
    document = {"data": {"anime": {"lists": [statuses(entry())]}, "myManga": lists}}
    taken, refused = read(json.dumps(document).encode()).rows
    assert taken.ids["anilist"] == "1"
    assert "a manga" in refused.reason


def test_a_page_that_another_follows_says_so():
    one = page(entry(), has_next=True)
    for document, count in ((one, 1), ([one, page(entry(mediaId=2))], 0)):
        file = read(json.dumps(document).encode())
        assert ["one page" in said for said in file.warnings] == [True] * count


def test_the_options_of_the_user_are_found_and_the_sender_may_say_the_scale():
    user = {"name": "ana", "mediaListOptions": {"scoreFormat": "POINT_100"}}
    lists = [statuses(entry(score=8))]
    document = {"data": {"me": user, "anime": {"lists": lists}}}
    file = read(json.dumps(document).encode(), scale="10")
    assert (file.rows[0].values["score"], file.owner) == (8, "ana")
    for scale, score in (("10", 80), ("100", 8), (None, 80)):
        data = json.dumps({"data": {"anime": {"lists": lists}}}).encode()
        assert read(data, scale=scale).rows[0].values["score"] == score


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"MediaListCollection": {"lists": []}}},
        {"data": {"mine": {"lists": []}}},
        {"data": {"Page": {"mediaList": []}}},
    ],
)
def test_an_answer_without_entries_is_an_empty_list(document):
    with pytest.raises(UnsupportedFileError, match="AniList list is empty"):
        read(json.dumps(document).encode())
