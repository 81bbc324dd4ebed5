"""Which user names there are, and which of them are one and the same."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from profiles.accounts.identifiers import (
    MAX_KEY,
    check_email,
    check_user_name,
    fold_user_name,
    is_reserved,
    reserved,
)


@pytest.mark.parametrize(
    "name",
    [
        "bob",
        "O'Neil_99",
        "Ирина",
        "Ελλάδα",
        "漢字かなカナー",
        "Kimの部屋",
        "한글Kim",
        "José María",
        "n00b-42.x",
        "Nguyễn Thị Huệ",
        "สมศักดิ์",
        "မြို့သူ",
        "བསྒྲུབས",
    ],
)
def test_people_may_be_called_as_they_are(name):
    assert check_user_name(name) == name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ab", "3 to 50"),
        ("\u00a0\u2003ab\u3000", "3 to 50"),
        ("zero\u200bwidth", "invisible"),
        ("right\u202eleft", "invisible"),
        ("\u2066isolated\u2069", "invisible"),
        ("soft\u00adhyphen", "invisible"),
        ("hangul\u3164filler", "invisible"),
        ("blank\u2800braille", "invisible"),
        ("variation\ufe0f", "invisible"),
        ("bell\u0007", "invisible"),
        ("line\u2028break x".replace(" ", ""), None),
        ("private\ue000", "invisible"),
        ("...", "a letter or a digit"),
        ("\u0301\u0301\u0301", "a letter or a digit"),
        ("аdmin", "one alphabet"),
        ("pαypal", "one alphabet"),
        ("ﷺ" * 30, "shorter"),
        ("z" + "\u0321\u0489" * 20 + "algo", "fewer marks"),
        ("A\u0301\u0302\u0303\u0304\u0305bc", "fewer marks"),
        ("bo\u20dd\u20de\u20df\u20e0\u20e2b", "fewer marks"),
    ],
)
def test_a_refused_name_is_told_what_to_change(name, says):
    if says is None:  # a separator of lines is white space: one space then
        assert check_user_name(name) == "line breakx"
        return
    with pytest.raises(ValidationError, match=says):
        check_user_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Admin", "admin"),
        ("ａｄｍｉｎ", "admin"),
        ("José", "Jose\u0301"),
        ("STRASSE", "straße"),
        ("a  b", "a b"),
        ("сор", "cop"),  # Cyrillic throughout
        ("ВОВ", "вов"),
        ("ВОВ", "bob"),
        ("ɑdmin", "admin"),  # a Latin letter, yet another a
        ("ﬁne", "fine"),
        ("ᴀʟɪᴄᴇ", "alice"),
        ("ꜰʀᴇᴅ", "fred"),
        ("alıce", "alice"),
        ("ALİCE", "alice"),
        ("ali\u0307ce", "alice"),
        ("ȷohn", "john"),
        ("🅰🅻🅸🅲🅴", "alice"),
        ("🇦🇱🇮🇨🇪", "alice"),
        ("ＡＬＩＣＥ", "alice"),
        ("ⓐⓛⓘⓒⓔ", "alice"),
        ("𝒶𝓁𝒾𝒸ℯ", "alice"),
    ],
)
def test_names_that_look_alike_have_one_key(one, other):
    assert fold_user_name(one) == fold_user_name(other)


def test_names_that_differ_have_two_keys():
    names = ["anna", "anne", "Ирина", "Марина", "jose", "josé", "l33t", "leet"]
    assert len(set(map(fold_user_name, names))) == len(names)


@pytest.mark.parametrize(
    "name",
    [
        "admin",
        "ADMIN",
        "ᴀᴅᴍɪɴ",
        "adm1n",
        "4dmin",
        "@dmin",
        "a.d.m.i.n",
        "ad min",
        "ａｄｍｉｎ",
        "admın",
        "root",
        "r00t",
        "Supp0rt",
        "$taff",
        "api",
        "animecollections",
        "Anime Collections",
        "moderator",
        "null",
        "no-reply",
        "m.e.",
        "calendar",
        "Watch List",
    ],
)
def test_names_of_the_service_are_reserved(name):
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["adminton", "ali", "mall", "roots", "Ирина", "..."])
def test_names_of_people_are_not(name):
    assert not is_reserved(name)


def test_a_setting_reserves_more_names(settings):
    settings.RESERVED_USER_NAMES = ["Mascot"]
    reserved.cache_clear()
    try:
        assert is_reserved("m4sc0t")
        assert is_reserved("admin")
    finally:
        reserved.cache_clear()


@given(st.text(max_size=60))
def test_a_name_that_is_taken_is_stable_and_fits(name):
    try:
        shown = check_user_name(name)
    except ValidationError:
        return
    key = fold_user_name(shown)
    assert check_user_name(shown) == shown
    assert 3 <= len(shown) <= 50
    assert len(key) <= MAX_KEY
    assert fold_user_name(shown.swapcase().swapcase()) == fold_user_name(shown)


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        (" Alice@Example.ORG ", "alice@example.org"),
        ("ａｌｉｃｅ@example.org", "alice@example.org"),
        ("a.b+c@straße.example", "a.b+c@straße.example"),
    ],
)
def test_an_email_is_kept_folded(email, kept):
    assert check_email(email) == kept


@pytest.mark.parametrize(
    "email",
    [
        "alice",
        "a b@example.org",
        "mıke@example.org",
        "a@b@c.org",
        "a@",
        "a@ex\u00adam.org",
    ],
)
def test_what_is_no_email_is_refused(email):
    with pytest.raises(ValidationError, match=r"such as name@example\.org"):
        check_email(email)
