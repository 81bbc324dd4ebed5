"""The dashboard: figures that a job computed, with their age, drawn as SVG."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from animecollections.admin import Page, ReadOnly
from profiles.count_corrections.models import CountCorrection
from profiles.figures.models import Figure, ListCount, TitleCount
from profiles.figures.services import DAYS
from profiles.moderation.models import Moderation
from profiles.personal_data.models import PrivacyRequest

HEIGHT = 100  # of a chart, in its own units; a day is 10 wide
CHARTS = {
    "sign_ups": "Sign-ups",
    "active": "People who changed something",
    "added": "Entries added",
    "watched": "Episodes watched",
    "failed_sign_ins": "Failed sign-ins",
}


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    today: int
    bars: list[Bar]
    most: int
    first: date
    last: date
    width: int = DAYS * 10


def dashboard(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """Four statements, whatever there is; UNFOLD's DASHBOARD_CALLBACK."""
    if not request.user.has_perm("profiles.view_figure"):
        return context
    today = timezone.now().date()
    since = today - timedelta(days=DAYS)
    figures = list(Figure.objects.filter(day__gte=since).order_by("day"))
    days = {figure.day: figure.value for figure in figures if figure.name == "day"}
    latest = {figure.name: figure.value for figure in figures if figure.name != "day"}
    computed = max((figure.computed_at for figure in figures), default=None)
    soon = today + timedelta(days=7)
    return context | {
        "requests_due": PrivacyRequest.objects.open().filter(due_on__lte=soon).count(),
        "reports_waiting": Moderation.objects.across_users().waiting().count(),
        "computed_at": computed,
        "merges_given_up": latest.get("troubles", {}).get("merges", 0),
        "mails_given_up": latest.get("troubles", {}).get("mails", 0),
        "charts": [chart(name, title, days, today) for name, title in CHARTS.items()],
        "numbers": numbers_of(latest),
        "types": shares(latest.get("types", {})),
        "tables": [
            ("Most added this week", latest.get("most_added", [])),
            ("Most watched this week", latest.get("most_watched", [])),
        ],
        "in_vain": latest.get("searches_in_vain", [])[:10],
        "unmatched": latest.get("unmatched", [])[:10],
    }


def chart(
    name: str, title: str, days: dict[date, dict[str, int]], today: date
) -> Chart:
    span = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    values = [days.get(day, {}).get(name, 0) for day in span]
    most = max([*values, 1])
    bars = []
    for place, (day, value) in enumerate(zip(span, values, strict=True)):
        height = max(0, value) * HEIGHT / most
        bars.append(Bar(place * 10, HEIGHT - height, height, f"{day}: {value:,}"))
    return Chart(title, values[-1], bars, most, span[0], today)


def numbers_of(latest: dict[str, Any]) -> list[tuple[str, Any]]:
    totals, storage = latest.get("totals", {}), latest.get("storage", {})
    sign_ins, troubles = latest.get("sign_ins", {}), latest.get("troubles", {})
    return [
        ("users", totals.get("users", 0)),
        ("locked", totals.get("locked", 0)),
        ("entries", sum(latest.get("types", {}).values())),
        ("titles", totals.get("titles", 0)),
        ("imports this week", latest.get("imports", {}).get("read", 0)),
        ("applied", latest.get("imports", {}).get("applied", 0)),
        ("wrong passwords", sign_ins.get("wrong", 0)),
        ("sign-ins closed", sign_ins.get("closed", 0)),
        ("failed tasks this week", troubles.get("failed_tasks", 0)),
        ("pictures", filesizeformat(storage.get("images_bytes", 0))),
        ("database", filesizeformat(storage.get("database_bytes", 0))),
    ]


def shares(types: dict[str, int]) -> list[tuple[str, int, int]]:
    """(type, number, percent), the largest first."""
    total = sum(types.values()) or 1
    ordered = sorted(types.items(), key=lambda item: -item[1])
    return [(name, number, round(number * 100 / total)) for name, number in ordered]


@admin.register(Figure)
class FigureAdmin(ReadOnly, Page):
    list_display = ("day", "name", "value", "computed_at")
    ordering = ("-day", "name")


@admin.register(TitleCount)
class TitleCountAdmin(ReadOnly, Page):
    list_display = ("day", "anime_id", "added", "watched")
    ordering = ("-day", "anime_id")


@admin.register(ListCount)
class ListCountAdmin(ReadOnly, Page):
    list_display = ("anime_id", "name", "number")
    ordering = ("anime_id", "name")


@admin.register(CountCorrection)
class CountCorrectionAdmin(ReadOnly, Page):
    list_display = ("at", "counts")
    ordering = ("-at",)
