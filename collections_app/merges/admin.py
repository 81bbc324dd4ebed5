"""What is done to titles besides correcting them: mark, merge, part, look ahead."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from animecollections.admin import Page, ReadOnly, link, through
from animecollections.admin.confirmation import (
    Cleaned,
    SeenStaffForm,
    StaffReasonForm,
    ask,
    ask_and_do,
    posted,
)
from animecollections.admin.dates import between
from animecollections.admin.site import page
from animecollections.api.errors import ApiError
from collections_app.catalogue import editing
from collections_app.catalogue import writes as catalogue
from collections_app.catalogue.admin.previews import Change, Preview, preview_page
from collections_app.catalogue.held_facts import words_for
from collections_app.catalogue.importing import preview as import_preview
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.merges import Merge, MergedList, MergeStatus
from collections_app.catalogue.models import Anime, ExternalId
from collections_app.catalogue.refs import OWN, AnimeRef, parse_anime_id
from collections_app.merges import services as merging
from collections_app.merges import tasks
from collections_app.merges.services import MergeRefusedError
from collections_app.source_facts import staff as staff_facts
from collections_app.source_facts.models import FactKind
from history.staff_log import services as audit
from history.staff_log.masks import MASK, Masked

EDIT, MERGE = "collections_app.change_anime", "collections_app.add_merge"


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@page("titles/<int:anime_id>/mature/", "mark_mature")
def mark_mature(request: HttpRequest, anime_id: int) -> HttpResponse:
    """Parental control hides what is mature from the catalogue, never from lists."""
    require(request, EDIT)
    anime = get_object_or_404(Anime, pk=anime_id)
    back = reverse("admin:collections_app_anime_change", args=[anime_id])
    word = "not mature" if anime.mature else "mature"

    def mark(said: Cleaned) -> str:
        catalogue.edit(
            anime_id=anime_id,
            facts={"mature": not anime.mature},
            reason=said["reason"],
            through=through(request),
        )
        return f"{anime} is {word} now."

    return ask_and_do(
        request,
        SeenStaffForm(request, word),
        mark,
        title=f"{anime}: {word}",
        says="Parental control hides mature titles, except on the user's own list.",
        button="Mark",
        back=back,
    )


class LetGoForm(StaffReasonForm):
    facts = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="They stay the same until an import changes them.",
    )
    field_order = ("facts", "reason")

    def __init__(
        self, data: object, held: Mapping[str, object], kinds: Iterable[FactKind]
    ) -> None:
        """kinds: of facts by source, of which staff say one."""
        super().__init__(data)
        facts: Any = self.fields["facts"]
        facts.choices = [
            *((name, f"{name}: {how}") for name, how in words_for(held)),
            *((OF_SOURCES + kind, f"{kind.label}: what staff say") for kind in kinds),
        ]


OF_SOURCES = "of sources: "  # before a kind; columns have other names


@page("titles/<int:anime_id>/held/", "let_go_of_facts")
def let_go_of_facts(request: HttpRequest, anime_id: int) -> HttpResponse:
    """Lets imports change what staff set, and shows what sources say again."""
    require(request, EDIT)
    anime = get_object_or_404(Anime, pk=anime_id)
    back = reverse("admin:collections_app_anime_change", args=[anime_id])

    def let_go(said: Cleaned) -> str:
        names = set(said["facts"])
        by = {"reason": said["reason"], "through": through(request)}
        columns = names & anime.held_facts.keys()
        catalogue.let_go(anime_id=anime_id, facts=columns, **by)
        for name in sorted(names - columns):
            kind = FactKind(name.removeprefix(OF_SOURCES))
            staff_facts.let_go(anime_id=anime_id, kind=kind, **by)
        told = ", ".join(name.removeprefix(OF_SOURCES) for name in said["facts"])
        return f"Imports may change {told} again."

    return ask_and_do(
        request,
        LetGoForm(posted(request), anime.held_facts, staff_facts.held_kinds(anime_id)),
        let_go,
        title=f"{anime}: let go of facts",
        says="Staff set these. No import changes them while they are held.",
        button="Let go",
        back=back,
    )


@page("titles/ids/<int:claim_id>/remove/", "remove_id")
def remove_id(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Takes an id at another site from a title."""
    require(request, "collections_app.delete_externalid")
    claim = get_object_or_404(ExternalId.objects.select_related("anime"), pk=claim_id)
    back = reverse("admin:collections_app_anime_change", args=[claim.anime_id])

    def remove(said: Cleaned) -> str:
        editing.remove_id(claim=claim, **said, through=through(request))
        return f"{claim} is no longer an id of {claim.anime}."

    return ask_and_do(
        request,
        StaffReasonForm(posted(request)),
        remove,
        title=f"Remove {claim} from {claim.anime}",
        says="Imports, lists and clients no longer find this title by the id. No "
        "import adds it again until you let it go on the title's page.",
        button="Remove it",
        back=back,
        is_dangerous=True,
    )


class IdForm(StaffReasonForm):
    id = forms.CharField(
        max_length=220,
        label="Id at a site",
        widget=UnfoldAdminTextInputWidget(),
        help_text="Such as mal:1535",
    )
    field_order = ("id", "reason")

    def clean_id(self) -> AnimeRef:
        try:
            ref = parse_anime_id(self.cleaned_data["id"].strip())
        except ApiError as error:
            raise forms.ValidationError(error.sentence) from None
        if ref.site == OWN:
            raise forms.ValidationError("Include the site, such as mal:1535.")
        return ref


@page("titles/<int:anime_id>/ids/add/", "add_id")
def add_id(request: HttpRequest, anime_id: int) -> HttpResponse:
    """Gives a title an id at another site."""
    require(request, "collections_app.add_externalid")
    anime = get_object_or_404(Anime, pk=anime_id)
    back = reverse("admin:collections_app_anime_change", args=[anime_id])

    def add(said: Cleaned) -> str:
        claim = editing.add_id(
            anime_id=anime_id,
            ref=said["id"],
            reason=said["reason"],
            through=through(request),
        )
        return f"{claim} is an id of {anime} now."

    return ask_and_do(
        request,
        IdForm(posted(request)),
        add,
        refused_at="id",
        title=f"{anime}: add an id",
        says="Imports, lists and clients then find the title by it.",
        button="Add",
        back=back,
    )


# --- Merging -----------------------------------------------------------------------


class TitleField(forms.CharField):
    """A title by our id, or a site's, such as mal:1535."""

    widget = UnfoldAdminTextInputWidget()

    def to_python(self, value: object) -> Any:
        if not (text := str(value or "").strip()):
            return None
        try:
            return find_anime(parse_anime_id(text))
        except ApiError as error:
            raise forms.ValidationError(error.sentence) from None


class MergeForm(StaffReasonForm):
    kept = TitleField(label="The title that remains", help_text="Our id, or mal:1535")
    gone = TitleField(label="The duplicate, which is merged into it")
    field_order = ("kept", "gone", "reason")


@page("titles/merge/", "merge_titles")
def merge_titles(request: HttpRequest) -> HttpResponse:
    """Shows both side by side, then hands the merge to the worker."""
    require(request, MERGE)
    is_sent = request.method == "POST"
    asked = {name: request.GET.get(name, "") for name in ("kept", "gone")}
    form = MergeForm(request.POST if is_sent else None, initial=asked)
    lines = None
    if form.is_valid():
        kept, gone = form.cleaned_data["kept"], form.cleaned_data["gone"]
        if "_preview" in request.POST:
            lines = side_by_side(kept, gone)
        elif start_merge(request, form, kept, gone):
            return HttpResponseRedirect(
                reverse("admin:collections_app_merge_changelist")
            )
    return ask(
        request,
        form,
        title="Merge two titles",
        says="Every list that has the duplicate gets the title that remains, with "
        "the higher progress, both notes and all tags. Old ids continue to "
        "work. You can part the titles again.",
        button="Merge",
        back=reverse("admin:collections_app_anime_changelist"),
        lines=lines,
        can_preview=True,
        is_dangerous=True,
    )


def start_merge(
    request: HttpRequest, form: MergeForm, kept: Anime, gone: Anime
) -> bool:
    try:
        job = merging.begin(
            merging.ref(kept.pk), merging.ref(gone.pk), form.cleaned_data["reason"]
        )
    except MergeRefusedError as error:
        form.add_error(None, str(error))
        return False
    ask_worker(request, "begin_merge", job, form.cleaned_data["reason"])
    messages.success(request, f"{gone} is being merged into {kept} by the worker.")
    return True


def ask_worker(request: HttpRequest, action: str, job: Merge, reason: str) -> None:
    """Notes who asked for it and why, and queues it: both, or neither. What was done
    the worker notes at its end.
    """
    merge_id, actor_id = str(job.pk), str(request.user.pk)
    with transaction.atomic():
        audit.note(
            action=action,
            through=through(request),
            reason=reason,
            anime_id=job.kept_id,
            before={"gone": job.gone_id, "status": job.status},
            operation_id=job.pk,
        )
        if action == "part_titles":
            tasks.part_titles.enqueue(
                merge_id=merge_id, actor_id=actor_id, reason=reason
            )
        else:
            tasks.merge_titles.enqueue(merge_id=merge_id, actor_id=actor_id)


def side_by_side(kept: Anime, gone: Anime) -> list[str]:
    """What differs, and how many lists change; reads all entries once."""
    names = ("title", "format", "season", "year", "episodes", "airing_status", "rating")
    told = [
        f"{name}: {getattr(kept, name)} stays, {getattr(gone, name)} goes"
        for name in names
        if getattr(kept, name) != getattr(gone, name)
    ]
    return [*told, f"{len(merging.people_with(gone.pk)):,} lists change"]


@admin.register(Merge)
class MergeAdmin(ReadOnly, Page):
    """Merges, those under way too; each can be parted again."""

    list_display = (
        "started_at",
        "kept",
        "gone_title",
        "status",
        "lists_done",
        "moved_at",
        "reason",
        "what_next",
    )
    list_filter = (between("started_at"),)
    csv_permission = None
    fields = (
        "started_at",
        "status",
        "kept",
        "gone_title",
        "lists_done",
        "moved_at",
        "reason",
        "id",
        "undo_id",
    )
    ordering = ("-pk",)

    @admin.display
    def kept(self, merge: Merge) -> str:
        name = f"{merge.kept_id} {merge.kept_name or ''}"  # type: ignore[attr-defined]
        return link("collections_app_anime", merge.kept_id, name)

    @admin.display(description="went")
    def gone_title(self, merge: Merge) -> str:
        name = merge.gone.get("title") or merge.gone_name  # type: ignore[attr-defined]
        return f"{merge.gone_id} {name or ''}"

    @admin.display(description="lists")
    def lists_done(self, merge: Merge) -> str:
        return "" if merge.status == MergeStatus.UNMERGED else str(merge.number)  # type: ignore[attr-defined]

    @admin.display(description="")
    def what_next(self, merge: Merge) -> str:
        if merge.status == MergeStatus.UNMERGED:
            return ""
        page = reverse("admin:go_on_with_merge", args=[merge.pk])
        word = "Part …" if merge.status == MergeStatus.MERGED else "Go on …"
        return format_html('<a href="{}">{}</a>', page, word)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(
                number=Count("lists"),
                kept_name=title_of("kept_id"),
                gone_name=title_of("gone_id"),
            )
        )


def title_of(column: str) -> Subquery:
    return Subquery(Anime.objects.filter(pk=OuterRef(column)).values("title"))


@admin.register(MergedList)
class MergedListAdmin(ReadOnly, Masked):
    """Whose lists a merge changed; that they had its title may be private."""

    list_display = ("user", "of", "number")
    list_select_related = ("merge", "user")
    fields = ("user", "of", "number")

    @admin.display(description="merge")
    def of(self, row: Any) -> str:
        return str(row.merge) if row.is_revealed else MASK

    @admin.display(description="episodes watched")
    def number(self, row: Any) -> str:
        return str(sum(n for _, n in row.watched)) if row.is_revealed else MASK


@page("titles/merges/<uuid:merge_id>/", "go_on_with_merge")
def go_on_with_merge(request: HttpRequest, merge_id: object) -> HttpResponse:
    """Parts a merge that is done; goes on with one that was interrupted."""
    require(request, MERGE)
    job = get_object_or_404(Merge, pk=merge_id)
    rows = reverse("admin:collections_app_merge_changelist")
    form = SeenStaffForm(request, job.status)
    is_parting = job.status in (MergeStatus.MERGED, MergeStatus.UNMERGING)
    if form.is_valid():
        action = "part_titles" if is_parting else "go_on"
        ask_worker(request, action, job, form.cleaned_data["reason"])
        messages.success(request, "The worker is doing it.")
        return HttpResponseRedirect(rows)
    return ask(
        request,
        form,
        title=f"Part {job}" if is_parting else f"Go on with {job}",
        says="Each list gets back what it had; later changes stay."
        if is_parting
        else "It was interrupted, or is still running: continuing twice does no harm.",
        button="Part them" if is_parting else "Go on",
        back=rows,
    )


# --- Looking ahead -----------------------------------------------------------------


@page("titles/import/", "preview_import")
def preview_import(request: HttpRequest) -> HttpResponse:
    """What an import would change, and which corrections it would overrule."""
    require(request, EDIT)
    return preview_page(
        request,
        title="What an import would change",
        file="A catalogue file for import_catalog: .jsonl or .json, plain, .gz or "
        ".zst.",
        look=look_at_catalogue,
    )


def look_at_catalogue(path: str) -> Preview:
    report, differences = import_preview.preview(path)
    return Preview(
        counts=dict(report.counts),
        refused=[
            f"Line {one.line} {one.title}: {one.reason}" for one in report.refusals
        ],
        changes=[
            Change(one.title, page_of(one.anime_id), one.before, one.after)
            for one in differences
        ],
        overruled=[
            (one.title, page_of(one.anime_id), str(one)) for one in report.overruled
        ],
    )


def page_of(anime_id: int) -> str:
    return reverse("admin:collections_app_anime_change", args=[anime_id])
