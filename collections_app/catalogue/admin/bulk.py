"""Several titles corrected at once, after a look at what that would change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
)

from animecollections.admin import through
from animecollections.admin.confirmation import SeenStaffForm, ask
from animecollections.admin.site import page
from animecollections.api.errors import ApiError
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.facts import Facts
from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import (
    AiringStatus,
    Anime,
    Format,
    Genre,
    Season,
    Studio,
)

MOST_AT_ONCE = 200
MOST_NAMED = 10
AS_IT_IS = ("", "as it is")


def choice(choices: Iterable[tuple[object, object]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        choices=[AS_IT_IS, *choices],
        widget=UnfoldAdminSelectWidget(),
    )


def genres(label: str) -> object:
    return forms.ModelMultipleChoiceField(
        Genre.objects.all(),
        required=False,
        label=label,
        widget=UnfoldAdminSelect2MultipleWidget(),
    )


class BulkForm(SeenStaffForm):
    """Facts that all of the titles get; what is left empty stays."""

    format = choice(Format.choices)
    airing_status = choice(AiringStatus.choices)
    season = choice(Season.choices)
    year = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=9999,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="Empty: no change",
    )
    mature = choice([("yes", "mature"), ("no", "not mature")])
    genres_added = genres("Add genres")
    genres_removed = genres("Remove genres")
    field_order = (
        "format", "airing_status", "season", "year", "mature", "genres_added",
        "genres_removed", "reason",
    )  # fmt: skip

    def facts_of(self, anime: Anime) -> Facts:
        """The facts of one title that differ."""
        said = self.cleaned_data
        names = ("format", "airing_status", "season", "year")
        facts = {name: said[name] for name in names if said[name]}
        if said["mature"]:
            facts["mature"] = said["mature"] == "yes"
        removed = {genre.key for genre in said["genres_removed"]}
        kept = [name for name in anime.genre_names if fold(name) not in removed]
        facts["genre_names"] = with_words(kept, said["genres_added"])
        new = {name: v for name, v in facts.items() if getattr(anime, name) != v}
        return cast("Facts", new)


def with_words(names: list[str], words: Iterable[Genre | Studio]) -> list[str]:
    """And those that are not among them, however a source spells it."""
    keys = {fold(name) for name in names}
    return names + [word.name for word in words if word.key not in keys]


def in_order(before: list[str], chosen: Iterable[Genre | Studio]) -> list[str]:
    """Their names, those that stay in their old order and spelling."""
    chosen = list(chosen)
    keys = {word.key for word in chosen}
    return with_words([name for name in before if fold(name) in keys], chosen)


@page("titles/bulk/", "bulk_edit")
def bulk_edit(request: HttpRequest) -> HttpResponse:
    """?ids= are the titles that were chosen in the list."""
    if not request.user.has_perm("collections_app.change_anime"):
        raise PermissionDenied
    titles = chosen(request.GET.get("ids", ""))
    back = reverse("admin:collections_app_anime_changelist")
    form = BulkForm(request, stands_at(titles))
    lines = None
    if form.is_valid():
        edits = {anime.pk: form.facts_of(anime) for anime in titles}
        if "_preview" in request.POST:
            lines = differences(titles, edits)
        elif change_all(request, form, titles, edits):
            return HttpResponseRedirect(back)
    names = ", ".join(anime.title for anime in titles[:MOST_NAMED])
    if (more := len(titles) - MOST_NAMED) > 0:
        names += f" and {more:,} more"
    return ask(
        request,
        form,
        title=f"Change {len(titles):,} titles",
        says=f"{names}. Imports do not change what you set here.",
        button="Change them",
        back=back,
        lines=lines,
        can_preview=True,
    )


def change_all(
    request: HttpRequest,
    form: BulkForm,
    titles: Sequence[Anime],
    edits: Mapping[int, Facts],
) -> bool:
    try:
        changed = catalogue.edit_many(
            edits,
            reason=form.cleaned_data["reason"],
            through=through(request),
            seen={anime.pk: anime.revision for anime in titles},
        )
    except ApiError as error:  # changed, or merged into another, a moment ago
        form.add_error(None, error.sentence)
        return False
    messages.success(request, f"{len(changed):,} titles changed.")
    return True


def chosen(text: str) -> Sequence[Anime]:
    ids = {int(one) for one in text.split(",") if one.isdecimal() and len(one) < 10}
    titles = Anime.objects.filter(pk__in=sorted(ids)[:MOST_AT_ONCE]).order_by("title")
    if not (found := list(titles)):
        raise Http404
    return found


def stands_at(titles: Sequence[Anime]) -> str:
    """Another one as soon as one of them changes, or goes."""
    return f"{len(titles)} at {max(anime.revision for anime in titles)}"


def differences(titles: Sequence[Anime], edits: Mapping[int, Facts]) -> list[str]:
    told = [
        f"{anime.title}: "
        + ", ".join(difference(anime, *fact) for fact in facts.items())
        for anime in titles
        if (facts := edits[anime.pk])
    ]
    same = len(titles) - len(told)
    return [*told, f"{same:,} do not change"] if same else told


def difference(anime: Anime, name: str, value: Any) -> str:
    before = getattr(anime, name)
    if name != "genre_names":
        return f"{name} {'none' if before in ('', None) else before} → {value}"
    signs = [f"+ {one}" for one in value if one not in before]
    signs += [f"− {one}" for one in before if one not in value]
    return f"genres {' '.join(signs)}"
