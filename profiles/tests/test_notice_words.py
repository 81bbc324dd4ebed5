"""Each kind of notice has its words, everywhere the same."""

import re

import pytest
from django.conf import settings

from profiles.models import NoticeKind
from profiles.notifications.answers import to_json
from profiles.notifications.sentences import sentence

ROOT = settings.BASE_DIR
SAID = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)+)"')
EMPTY = {
    "id": None, "happened_at": None, "read_at": None, "anime_id": 1,
    "anime__title": "Frieren", "anime__picture_url": "",
}  # fmt: skip


def said(kind, language="en", **data):
    notice = to_json(EMPTY | {"kind": kind, "data": data})
    return sentence(notice, language=language, zone="Asia/Tokyo").text


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("episode", {"first_episode": 9, "episode": 9}, "Episode 9 aired."),
        ("episode", {"first_episode": 3, "episode": 5}, "Episodes 3 to 5 aired."),
        ("first", {"first_episode": 1, "episode": 1}, "The first episode aired."),
        ("first", {"first_episode": 1, "episode": 1, "episodes": 1}, "Out now."),
        (
            "first",
            {"first_episode": 1, "episode": 8, "episodes": 8},
            "Episodes 1 to 8 aired.",
        ),
        (
            "finale",
            {"first_episode": 12, "episode": 12, "episodes": 12},
            "The last episode aired: 12.",
        ),
        (
            "moved",
            {"episode": 4, "airs_at": "2026-12-05T15:30:00Z"},
            "Episode 4 moved to 6 December 2026, 00:30.",
        ),
        ("moved", {"episode": 4, "airs_at": ""}, "Episode 4 has no date any more."),
        (
            "sequel",
            {"airs_at": "2027-01", "related_title": "One"},
            "Sequel of One, from January 2027.",
        ),
        (
            "sequel",
            {"airs_at": "2027-01-05", "related_title": "One", "added": True},
            "Sequel of One, from 5 January 2027. Added to To Watch.",
        ),
        (
            "merged",
            {"related_title": "AKIRA"},
            "AKIRA is the same title: your entries are one now.",
        ),
        ("another", {"text": "Ani"}, "Ani"),
    ],
)
def test_in_words(kind, data, expected):
    assert said(kind, **data) == expected


def test_in_spanish():
    spoken = said("moved", "es", episode=4, airs_at="2026-12-05")
    assert spoken == "El episodio 4 pasa al 5 de diciembre de 2026."


def test_pages_say_the_same_sentences_as_mails():
    page = ROOT / "static" / "js" / "pages" / "notices" / "sentences.js"
    mails = ROOT / "profiles" / "notifications" / "sentences.py"
    assert set(SAID.findall(page.read_text())) == set(SAID.findall(mails.read_text()))


def test_each_kind_can_be_chosen_and_stands_on_its_page():
    chosen = (ROOT / "static/js/pages/settings/notices.js").read_text()
    offered = re.findall(r'\["(\w+)", t\(', chosen)
    assert offered[: len(NoticeKind)] == NoticeKind.values
    page = (ROOT / "docs/notices.md").read_text()
    assert re.findall(r"^\| `(\w+)`", page, re.MULTILINE) == NoticeKind.values
