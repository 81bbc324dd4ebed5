"""Admin pages of the catalogue."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.widgets import UnfoldAdminTextInputWidget

from animecollections.admin import (
    WHY,
    Form,
    LinesField,
    Page,
    ReadOnly,
    Reasoned,
    ThroughServices,
    cover,
    once,
    through,
)
from animecollections.admin.dates import between
from animecollections.api.errors import ApiError
from collections_app.catalogue import editing
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.admin.bulk import MOST_AT_ONCE, in_order
from collections_app.catalogue.editing import is_removable
from collections_app.catalogue.facts import UNKNOWN
from collections_app.catalogue.folding import fold_query
from collections_app.catalogue.held_facts import words_for
from collections_app.catalogue.lookup import matching
from collections_app.catalogue.models import (
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Listing,
    SearchName,
    Studio,
)
from collections_app.catalogue.refs import OWN, AnimeRef, parse_anime_id


def named(text: str) -> Q:
    """The titles that a person may mean: by part of any of their names, or by id."""
    found = Q(
        pk__in=SearchName.objects.filter(name__contains=fold_query(text)).values(
            "anime_id"
        )
    )
    try:
        return found | matching(parse_anime_id(text))
    except ApiError:
        return found


def cover_of(anime: Anime) -> str:
    return cover(anime.thumbnail_url or anime.picture_url)


class GoneFilter(admin.SimpleListFilter):
    title = "gone"
    parameter_name = "gone"

    def lookups(
        self, request: object, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        return [("yes", "No source lists it"), ("no", "Listed")]

    def queryset(self, request: object, queryset: QuerySet[Anime]) -> QuerySet[Anime]:
        if self.value() is None:
            return queryset
        return queryset.filter(gone_since__isnull=self.value() == "no")


class HeldFilter(admin.SimpleListFilter):
    title = "held"
    parameter_name = "held"

    def lookups(
        self, request: object, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        return [("yes", "Has held facts")]

    def queryset(self, request: object, queryset: QuerySet[Anime]) -> QuerySet[Anime]:
        return queryset.exclude(held_facts={}) if self.value() == "yes" else queryset


class YearFilter(admin.SimpleListFilter):
    """The last years one by one, then decades; asks the database for nothing."""

    title = "year"
    parameter_name = "in"

    def lookups(
        self, request: object, model_admin: object
    ) -> Iterable[tuple[str, str]]:
        now = timezone.now().year
        years = [(f"{year}-{year}", str(year)) for year in range(now + 1, now - 5, -1)]
        first = now // 10 * 10
        decades = [
            (f"{year}-{year + 9}", f"{year}s") for year in range(first, 1950, -10)
        ]
        return [*years, *decades, ("0-1959", "Before 1960")]

    def queryset(self, request: object, queryset: QuerySet[Anime]) -> QuerySet[Anime]:
        known = {value for value, _ in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return queryset.filter(year__range=str(self.value()).split("-"))


class AddressField(forms.URLField):
    def __init__(self, **more: Any) -> None:
        widget = UnfoldAdminTextInputWidget()
        super().__init__(max_length=1000, assume_scheme="https", widget=widget, **more)


class IdsField(LinesField):
    """Ids at other sites, one a line."""

    def to_python(self, value: object) -> Any:
        refs = [self.read(line) for line in super().to_python(value)]
        return list(dict.fromkeys(refs))

    def read(self, line: str) -> AnimeRef:
        try:
            ref = parse_anime_id(line)
        except ApiError:
            ref = None
        if ref is None or ref.site == OWN:
            raise forms.ValidationError(
                f"{line} is not an id at a site, such as mal:1535."
            )
        return ref


class AnimeForm(Reasoned):
    synonyms = LinesField(required=False, help_text="One per line.")
    picture_url = AddressField(required=False)
    thumbnail_url = AddressField(required=False)
    # What an import changed while the page was open would else be put back, and held.
    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_revision"] = self.instance.revision

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if "seen_revision" in self.changed_data:
            self.add_error(None, catalogue.CHANGED_SINCE)
        return cleaned

    @property
    def facts(self) -> dict[str, object]:
        """What was changed, as the catalogue's service takes it."""
        facts = {name: self.cleaned_data[name] for name in self.changed_facts}
        for name in ("genre", "studio"):
            if f"{name}s" in facts:
                before = getattr(self.instance, f"{name}_names")
                facts[f"{name}_names"] = in_order(before, facts.pop(f"{name}s"))
        return facts


class NewTitleForm(AnimeForm):
    seen_revision = None  # type: ignore[assignment]  # there is nothing to see yet
    ids = IdsField(
        required=False,
        label="Ids at other sites",
        help_text="One per line, such as mal:1535 or anilist:1535: an import "
        "recognises the title by them. Without a MyAnimeList id the title gets our own "
        "number.",
    )

    @property
    def facts(self) -> dict[str, object]:
        """All that was filled in."""
        facts = {name: v for name, v in self.cleaned_data.items() if name in UNKNOWN}
        for name in ("genre", "studio"):
            rows = self.cleaned_data.get(f"{name}s") or ()
            facts[f"{name}_names"] = [row.name for row in rows]
        return facts


@admin.register(Anime)
class AnimeAdmin(ThroughServices):
    """Titles come by import, or are added here; what is set here, no import changes."""

    form = AnimeForm
    list_display = (
        "picture",
        "title",
        "format",
        "aired",
        "episodes",
        "airing_status",
        "rating",
        "marks",
    )
    list_display_links = ("picture", "title")
    list_only = (
        "title",
        "format",
        "season",
        "year",
        "episodes",
        "airing_status",
        "rating",
        "mature",
        "gone_since",
        "picture_url",
        "thumbnail_url",
    )
    list_filter = (
        "format",
        "airing_status",
        "season",
        YearFilter,
        "mature",
        GoneFilter,
        HeldFilter,
        between("updated_at", "day it last changed"),
    )
    csv_permission = None
    ordering = (  # type: ignore[assignment]  # the stubs know names only
        F("rating").desc(nulls_last=True),
        "-id",
    )
    search_fields = ("title",)  # shows the box; get_search_results searches
    search_help_text = "Any name in any script, our id, or a site's such as mal:1535"
    autocomplete_fields = ("genres", "studios")
    actions = ("change_several",)
    readonly_fields = (
        "picture",
        "more",
        "id",
        "ids_elsewhere",
        "search_names",
        "held",
        "sources",
        "revision",
        "gone_since",
        "updated_at",
    )
    fieldsets = (
        (None, {"fields": ("picture", "more", "title", "id", "ids_elsewhere")}),
        (
            "Names",
            {"fields": ("english_title", "native_title", "synonyms", "search_names")},
        ),
        (
            "Facts",
            {
                "fields": (
                    ("format", "airing_status"),
                    ("season", "year"),
                    ("episodes", "episode_minutes"),
                    ("rating", "mature"),
                    "genres",
                    "studios",
                )
            },
        ),
        ("Pictures", {"fields": ("picture_url", "thumbnail_url")}),
        (
            "Source",
            {
                "fields": (
                    "held",
                    "sources",
                    "gone_since",
                    "revision",
                    "updated_at",
                    "seen_revision",
                )
            },
        ),
        WHY,
    )

    @admin.action(description="Change several …", permissions=["change"])
    def change_several(
        self, request: HttpRequest, queryset: QuerySet[Anime]
    ) -> HttpResponse | None:
        """To the page that shows what it would do, and asks."""
        rows = queryset.order_by().values_list("pk", flat=True)
        ids = list(rows[: MOST_AT_ONCE + 1])
        if len(ids) > MOST_AT_ONCE:
            sentence = f"Choose at most {MOST_AT_ONCE} titles at once."
            self.message_user(request, sentence, messages.ERROR)
            return None
        page = reverse("admin:bulk_edit")
        return HttpResponseRedirect(f"{page}?ids={','.join(map(str, sorted(ids)))}")

    @admin.display(description="cover")
    def picture(self, anime: Anime) -> str:
        return cover_of(anime)

    @admin.display(description="")
    def more(self, anime: Anime) -> str:
        """What is done to a title besides correcting it."""
        return format_html(
            '<span class="ac-buttons"><a class="ac-button" href="{}">{}</a>'
            '<a class="ac-button" href="{}">Facts by source</a>'
            '<a class="ac-button" href="{}?kept={}">Merge a duplicate into it …</a>'
            '<a class="ac-button" href="{}?q={}">What staff did to it</a></span>',
            reverse("admin:mark_mature", args=[anime.pk]),
            "Not mature …" if anime.mature else "Mark mature …",
            reverse("admin:facts_of_title", args=[anime.pk]),
            reverse("admin:merge_titles"),
            anime.pk,
            reverse("admin:history_staffaction_changelist"),
            anime.pk,
        )

    @admin.display(ordering="year")
    def aired(self, anime: Anime) -> str:
        return f"{anime.get_season_display()} {anime.year or ''}".strip()

    @admin.display
    def marks(self, anime: Anime) -> str:
        marks = {"mature": anime.mature, "gone": anime.gone_since}
        return ", ".join(name for name, is_so in marks.items() if is_so)

    @admin.display
    @once
    def ids_elsewhere(self, anime: Anime) -> str:
        """Each with the way to take it away; what is the title's number, stays."""
        claims = anime.aliases.order_by("site", "external_id")
        told = [
            format_html(
                '<a class="ac-link" href="{}" title="Remove it …">{}</a>',
                reverse("admin:remove_id", args=[claim.pk]),
                claim,
            )
            if is_removable(claim)
            else str(claim)
            for claim in claims
        ]
        more = format_html(
            '<a class="ac-link ac-nowrap" href="{}">Add one …</a>',
            reverse("admin:add_id", args=[anime.pk]),
        )
        return format_html_join(" · ", "{}", [(one,) for one in [*told, more]])

    @admin.display
    @once
    def search_names(self, anime: Anime) -> str:
        return " · ".join(
            anime.search_names.order_by("name").values_list("name", flat=True)
        )

    @admin.display
    def held(self, anime: Anime) -> str:
        """What no import changes, and the way to change that."""
        if not anime.held_facts:
            return "Nothing: imports may change every fact."
        facts = format_html_join(", ", "{} ({})", words_for(anime.held_facts))
        return format_html(
            '{} <a class="ac-link ac-nowrap" href="{}">Let go …</a>',
            facts,
            reverse("admin:let_go_of_facts", args=[anime.pk]),
        )

    @admin.display
    @once
    def sources(self, anime: Anime) -> str:
        return ", ".join(
            anime.listings.order_by("source").values_list("source", flat=True)
        )

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[Form]:
        if obj is None:
            kwargs["form"] = NewTitleForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: object = None
    ) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: object = None) -> Any:
        if obj:
            return self.fieldsets
        names = ("english_title", "native_title", "synonyms")
        facts, pictures, _, why = self.fieldsets[2:]
        return (
            (None, {"fields": ("title", "ids")}),
            ("Names", {"fields": names}),
            facts,
            pictures,
            why,
        )

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Lists and other titles point at them; what has ended is gone, not deleted."""
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Anime], search_term: str
    ) -> tuple[QuerySet[Anime], bool]:
        if search_term:
            queryset = queryset.filter(named(search_term.strip()))
        return queryset, False

    def save_model(
        self, request: HttpRequest, obj: Anime, form: Any, change: bool
    ) -> None:
        reason, by = form.cleaned_data["reason"], through(request)
        if change:
            catalogue.edit_many(
                {obj.pk: form.facts},
                reason=reason,
                through=by,
                seen={obj.pk: form.initial["seen_revision"]},
            )
        else:
            obj.pk = editing.add_title(
                facts=form.facts,
                ids=form.cleaned_data["ids"],
                reason=reason,
                through=by,
            )

    def save_related(self, *args: object) -> None:
        """The service has linked genres and studios."""


class CatalogueWords(ReadOnly, Page):
    """Genres and studios come with the titles that have them."""

    list_display = ("name", "key", "titles")
    csv_permission = None
    search_fields = ("name", "key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        link: Any = self.model.anime.through
        column = f"{self.opts.model_name}_id"
        number: QuerySet[Any] = (
            link.objects.filter(**{column: OuterRef("pk")})
            .values(column)
            .annotate(number=Count("pk"))
        )
        count = Coalesce(Subquery(number.values("number")), 0)
        rows: QuerySet[Any] = super().get_queryset(request).annotate(number=count)
        return rows

    @admin.display
    def titles(self, word: Any) -> int:
        return int(word.number)


@admin.register(Genre)
class GenreAdmin(CatalogueWords):
    pass


@admin.register(Studio)
class StudioAdmin(CatalogueWords):
    pass


class OfTitle(ReadOnly, Page):
    """Rows that belong to titles; the page of the title shows them together."""

    list_select_related = ("anime",)
    csv_permission = None
    ordering = ("-pk",)


@admin.register(ExternalId)
class ExternalIdAdmin(OfTitle):
    """Which title a site's id means; of two titles that are listed it means neither."""

    list_display = ("__str__", "anime", "what_next")
    list_only = ("site", "external_id", "anime__title")
    search_fields = ("external_id",)
    search_help_text = "A site's id, such as mal:1535, or its part after the colon"

    @admin.display(description="")
    def what_next(self, claim: ExternalId) -> str:
        if not is_removable(claim):
            return ""
        page = reverse("admin:remove_id", args=[claim.pk])
        return format_html('<a href="{}">Remove …</a>', page)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term:
            site, _, id_ = search_term.strip().rpartition(":")
            queryset = queryset.filter(
                external_id=id_, **({"site": site} if site else {})
            )
        return queryset, False


@admin.register(Listing)
class ListingAdmin(OfTitle):
    list_display = ("source", "anime")
    list_only = ("source", "anime__title")
    search_fields = ("source",)


@admin.register(SearchName)
class SearchNameAdmin(OfTitle):
    list_display = ("name", "anime")
    list_only = ("name", "anime__title")
    search_fields = ("name",)


@admin.register(CatalogueState)
class CatalogueStateAdmin(ReadOnly, Page):
    list_display = ("__str__", "next_own_id")
