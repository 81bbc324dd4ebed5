"""Notices in words, for mails and pushes. The web client says the same sentences
(static/js/pages/notices/sentences.js), so locale/ has each once.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as dated
from django.utils.translation import gettext as t
from django.utils.translation import override

from profiles.notifications.answers import UserNoticeAnswer
from profiles.profile.models import NoticeKind

DAY = {"en": "j F Y", "es": r"j \d\e F \d\e Y"}
MONTH = {"en": "F Y", "es": r"F \d\e Y"}


class Sentence(NamedTuple):
    """What it is about (a title, or nothing), and what happened."""

    title: str
    text: str


def sentence(notice: UserNoticeAnswer, *, language: str, zone: str) -> Sentence:
    with override(language):
        title = notice["title"] or ""
        return Sentence(title, text_of(notice, language, zone))


def text_of(notice: UserNoticeAnswer, language: str, zone: str) -> str:
    at = when(notice["airs_at"], language, zone)
    match notice["kind"]:
        case NoticeKind.EPISODE | NoticeKind.FIRST | NoticeKind.FINALE:
            return of_aired(notice)
        case NoticeKind.SEQUEL:
            return of_sequel(notice, at)
        case NoticeKind.MOVED if at:
            return t("Episode {n} moved to {time}.").format(
                n=notice["episode"], time=at
            )
        case NoticeKind.MOVED:
            return t("Episode {n} has no date any more.").format(n=notice["episode"])
        case NoticeKind.MERGED:
            text = t("{title} is the same title: your entries are one now.")
            return text.format(title=notice["related_title"])
        case NoticeKind.FOLLOW_REQUEST:
            return t("Somebody asks to follow you.")
        case NoticeKind.FOLLOWER:
            return t("Somebody follows you now.")
        case NoticeKind.TOGETHER:
            return t("Somebody says that you watched something together.")
    return notice["text"] or ""


def of_aired(notice: UserNoticeAnswer) -> str:
    first, last = notice["first_episode"], notice["episode"]
    if last == notice["episodes"] == 1:
        return t("Out now.")
    if notice["kind"] == NoticeKind.FINALE:
        return t("The last episode aired: {n}.").format(n=last)
    if first != last:
        return t("Episodes {first} to {last} aired.").format(first=first, last=last)
    if notice["kind"] == NoticeKind.FIRST:
        return t("The first episode aired.")
    return t("Episode {n} aired.").format(n=last)


def of_sequel(notice: UserNoticeAnswer, at: str) -> str:
    text = (
        t("Sequel of {title}, from {time}. Added to To Watch.")
        if notice["added"]
        else t("Sequel of {title}, from {time}.")
    )
    return text.format(title=notice["related_title"], time=at)


def when(text: str | None, language: str, zone: str) -> str:
    """A time, a day or a month by the person's own clock, as words."""
    if not text:
        return ""
    if len(text) == len("2026-12"):
        return dated(date.fromisoformat(f"{text}-01"), MONTH[language])
    if len(text) == len("2026-12-05"):
        return dated(date.fromisoformat(text), DAY[language])
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    here = at.astimezone(ZoneInfo(zone))
    return dated(here, f"{DAY[language]}, H:i")
