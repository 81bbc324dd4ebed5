"""Seasons and parts in one form of words, however they are written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.catalogue.folding import fold
from collections_app.catalogue.seasons import marks, with_marks, without_marks


@pytest.mark.parametrize(
    "text",
    [
        "Overlord 2",
        "Overlord II",
        "Overlord Ⅱ",
        "overlord s2",
        "overlord S02",
        "Overlord 2nd Season",
        "Overlord: Second Season",
        "Overlord the 2nd season",
        "Overlord Season 2",
        "Overlord season two",
        "Overlord Season II",
        "overlord season2",
        "Overlord Series 2",
        "Overlord 第2期",
        "Overlord第２期",
        "Overlord 第二期",
        "Overlord 2期",
        "Overlord シーズン2",
        "Overlord 2ndシーズン",
        "Overlord 第2シリーズ",
        "overlord r2",
    ],
)
def test_a_second_season(text):
    assert with_marks(fold(text)) == "overlord season2"


@pytest.mark.parametrize(
    "text",
    ["86 Part 2", "86 part II", "86 cour 2", "86 2nd cour", "86 pt 2", "86 第2クール"],
)
def test_a_second_part(text):
    assert with_marks(fold(text)) == "86 part2"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Shingeki no Kyojin Season 3 Part 2", "shingeki no kyojin season3 part2"),
        ("aot final season part 2", "aot seasonfinal part2"),
        ("Re：ゼロから始める 2 part 2", "re ぜろから始める season2 part2"),
        ("Danmachi IV: Shin Shou", "danmachi season4 shin shou"),
        ("season 2 of attack on titan", "season2 attack on titan"),
        ("JoJo Part 4: Diamond", "jojo part4 diamond"),
        ("Attack on Titan Season 1", "attack on titan"),
        ("Part 1: Beginnings", "beginnings"),
    ],
)
def test_what_else_says_a_season(text, marked):
    assert with_marks(fold(text)) == marked


@pytest.mark.parametrize(
    "text",
    ["Area 88", "Mob Psycho 100", "Naruto Movie 2", "Gundam 00", "2", "II", "season 2",
     "Evangelion 2.22", "Hunter x Hunter (2011)", "07-Ghost", "K", "Sekirei²", ""],
)  # fmt: skip
def test_a_number_that_is_no_season_stays(text):
    assert with_marks(fold(text)) == fold(text)


def test_a_text_is_its_marks_and_the_rest():
    assert marks("aot season3 part2") == ["season3", "part2"]
    assert without_marks("aot season3 part2") == "aot"
    assert marks("season of the part") == []


@settings(database=None, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(
    ["aot", "season", "part", "2", "ii", "s2", "2nd", "第2期", "final", "x", "1", "of"]
), max_size=8).map(" ".join))  # fmt: skip
def test_no_text_is_lost(text):
    assert bool(with_marks(text)) == bool(text)


@pytest.mark.parametrize("text", ["overlord season2", "aot seasonfinal part2", "86"])
def test_what_is_marked_stays_so(text):
    assert with_marks(text) == text
