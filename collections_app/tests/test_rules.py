"""The table of implied changes, rule by rule."""

from datetime import date

import pytest

from collections_app.models import AiringStatus
from collections_app.watch_list import rules
from collections_app.watch_list.fields import NEW_ENTRY

TODAY = date(2026, 11, 23)


def edit(before, values, *, episodes=12, status=AiringStatus.FINISHED, by=False):
    base = NEW_ENTRY | {"type": "Watching"} | before
    after = base | values
    made = rules.Edit(
        before=base,
        after=after,
        facts={"episodes": episodes, "airing_status": status},
        sent=frozenset(values),
        today=TODAY,
        is_increment=by,
    )
    rules.apply(made)
    return made


def told(made):
    return {change["field"]: change["to"] for change in made.changes}


def test_first_progress_on_to_watch_starts_watching():
    assert told(edit({"type": "To Watch"}, {"progress": 1})) == {
        "type": "Watching",
        "started_on": "2026-11-23",
    }


def test_a_start_date_already_set_stays():
    made = edit({"type": "To Watch", "started_on": "2020"}, {"progress": 1})
    assert told(made) == {"type": "Watching"}


def test_a_type_that_was_sent_stays():
    assert told(edit({"type": "To Watch"}, {"progress": 1, "type": "To Watch"})) == {}


def test_the_last_episode_of_a_finished_title_completes():
    assert told(edit({"progress": 11}, {"progress": 12})) == {
        "type": "Completed",
        "finished_on": "2026-11-23",
    }


def test_all_at_once_starts_and_completes():
    assert told(edit({"type": "To Watch"}, {"progress": 12})) == {
        "type": "Completed",
        "started_on": "2026-11-23",
        "finished_on": "2026-11-23",
    }


def test_the_last_episode_of_a_rewatch_counts_it():
    made = edit(
        {"state": "rewatching", "progress": 11, "rewatches": 1, "finished_on": "2019"},
        {"progress": 12},
    )
    assert told(made) == {"rewatches": 2, "state": "active", "type": "Completed"}


@pytest.mark.parametrize(
    ("before", "values", "more"),
    [
        ({"progress": 11}, {"progress": 12}, {"status": AiringStatus.AIRING}),
        ({"progress": 11}, {"progress": 12}, {"episodes": None}),
        ({"progress": 11}, {"progress": 12, "type": "Watching"}, {}),
        ({"progress": 11}, {"progress": 12, "state": "on_hold"}, {}),
        ({"progress": 20}, {"progress": 12}, {}),
        ({"progress": 12}, {"notes": "x"}, {}),
        ({"type": "Collection", "progress": 11}, {"progress": 12}, {}),
    ],
)
def test_nothing_completes(before, values, more):
    assert told(edit(before, values, **more)) == {}


def test_becoming_completed_fills_the_progress():
    assert told(edit({"progress": 3}, {"type": "Completed"})) == {"progress": 12}


def test_a_progress_that_was_sent_stays():
    assert told(edit({}, {"type": "Completed", "progress": 3})) == {}


def test_staying_completed_fills_nothing():
    assert told(edit({"type": "Completed", "progress": 3}, {"score": 80})) == {}


def test_an_increment_on_hold_resumes():
    made = edit({"state": "on_hold", "progress": 3}, {"progress": 4}, by=True)
    assert told(made) == {"state": "active"}
    assert told(edit({"state": "on_hold"}, {"progress": 4})) == {}


def test_lowering_progress_moves_nothing():
    made = edit({"type": "Completed", "progress": 12}, {"progress": 2})
    assert told(made) == {}


def test_a_score_is_never_touched():
    made = edit({"type": "To Watch", "score": 30}, {"progress": 12})
    assert made.after["score"] == 30


def test_progress_beyond_the_total_warns_and_completes_nothing():
    made = edit({"progress": 11}, {"progress": 13})
    assert (told(made), [w["code"] for w in made.warnings]) == (
        {},
        ["progress_beyond_total"],
    )
