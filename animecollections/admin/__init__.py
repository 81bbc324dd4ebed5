"""What the admin pages of all apps share; it knows none of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminTextareaWidget

from animecollections.admin import csv_files
from animecollections.admin.confirmation import StaffReasonForm, ask, posted
from animecollections.admin.dates import FROM, TO, BetweenFilter, range_of
from animecollections.admin.site import has_fresh_code, to_second_factor
from animecollections.api.errors import ApiError
from animecollections.db.snapshot import one_moment
from animecollections.identity import Origin

if TYPE_CHECKING:  # unfold publishes no types; its classes stand for Django's
    from django.contrib.admin.views.main import ChangeList

    ModelAdmin = admin.ModelAdmin[Any]
    Form = forms.ModelForm[Any]
else:
    from unfold.admin import ModelAdmin
    from unfold.views import ChangeList

    Form = forms.ModelForm

MOST_COUNTED = 10_000
MOST_PEOPLE = 100
# A filter that few rows pass would read a table of millions to its end.
MOST_LOOKED_AT = 100_000
NEWEST_FOR = 600  # seconds
OF_ONE_USER = "user__id__exact"
NO_FILTERS = {"q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters"}


def may_act_on(request: HttpRequest, user: Any) -> bool:
    """On staff and superusers, superusers alone act."""
    is_guarded = user.is_staff or user.is_superuser
    return bool(request.user.is_superuser or not is_guarded)


def through(request: HttpRequest) -> Origin:
    """Through what a write from the admin came, and who acted."""
    return Origin(
        kind="admin",
        actor_id=request.user.pk,
        request_id=request.request_id,  # type: ignore[attr-defined]
    )


def cover(url: str, *, width: int = 34, height: int = 48) -> str:
    """A picture in the space of a cover; a title without one keeps the space. Its site
    is not told which page shows it.
    """
    if not url:
        return ""
    return format_html(
        '<img src="{}" width="{}" height="{}" loading="lazy" alt=""'
        ' referrerpolicy="no-referrer">',
        url,
        width,
        height,
    )


def link(page: str, id_: object, text: object) -> str:
    """To the page of a row: `link("profiles_user", user.pk, user)`."""
    return format_html(
        '<a href="{}">{}</a>', reverse(f"admin:{page}_change", args=[id_]), text
    )


def once(show: Callable[[Any, Any], Any]) -> Callable[[object, object], object]:
    """For a read-only field that asks the database: a page renders it several times."""

    @wraps(show)
    def shown(self: object, row: object) -> Any:
        kept = row.__dict__.setdefault("_shown", {})
        if show.__name__ not in kept:
            kept[show.__name__] = show(self, row)
        return kept[show.__name__]

    return shown


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def people(request: HttpRequest, text: str) -> list[UUID]:
    """The ids of users by e-mail, name or id, the closest 100 first; where there are
    more, the list says so.
    """
    if id_ := as_uuid(text):
        return [id_]
    users: Any = get_user_model()._default_manager
    found: list[UUID] = users.closest(text, MOST_PEOPLE + 1)
    if len(found) > MOST_PEOPLE:
        say_bound(request, f"of the {MOST_PEOPLE} people whose name is closest")
    return found[:MOST_PEOPLE]


def say_bound(request: HttpRequest, words: str) -> None:
    """What a list leaves out stands next to its number (admin/pages.html)."""
    bounds: dict[str, None] = request.__dict__.setdefault("bounds", {})
    bounds[words] = None


class AtLeast(int):
    """A number at which counting stopped."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class BoundedPaginator(Paginator[Any]):
    """Counts as far as a person pages: counting millions of rows takes seconds."""

    template_name = "admin/pages.html"  # shows AtLeast, and what is left out

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list).order_by().values("pk")
        number = rows[: MOST_COUNTED + 1].count()
        return AtLeast(MOST_COUNTED) if number > MOST_COUNTED else int(number)


def name_people(rows: Collection[Any], columns: Sequence[str]) -> None:
    """Tells each row the names of whom these columns mean, as `people`. By a statement
    of their own: rows and whom they name may be on different machines.
    """
    ids = {getattr(row, column) for row in rows for column in columns} - {None}
    users: Any = get_user_model()._default_manager
    named = users.filter(pk__in=ids).values_list("pk", "user_name") if ids else ()
    names = dict(named)
    for row in rows:
        row.people = names


def name_in(row: object, user_id: UUID | None) -> str:
    """The name that `name_people` told the row; blank without one."""
    names: Mapping[UUID | None, str] = getattr(row, "people", {})
    return names.get(user_id, "")


class LeanList(ChangeList):
    """Reads the columns that the page shows (`list_only`), where it says them."""

    def apply_select_related(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().apply_select_related(qs)
        return rows.only(*getattr(self.model_admin, "list_only", ()))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        admin_: Any = self.model_admin
        if admin_.people_in:
            self.result_list = list(self.result_list)
            name_people(self.result_list, admin_.people_in)
        count = self.result_count  # AtLeast has a plus
        self.count = str(count) if isinstance(count, AtLeast) else f"{count:,}"
        self.bounds = list(getattr(request, "bounds", ()))
        # Else unfold says the bare number once more, on top: it passes for all.
        self.full_result_count = count

    def get_ordering_field(self, field_name: Any) -> Any:
        """None for a column that this list does not offer to sort by: Django takes any
        that an address names.
        """
        if field_name not in (self.sortable_by or ()):
            return None
        return super().get_ordering_field(field_name)


class Page(ModelAdmin):
    """A model's pages, on tables of any length."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_only: tuple[str, ...] = ()
    people_in: tuple[str, ...] = ()  # columns with ids of people, besides `user`
    # What it takes to carry the list away as a file, besides seeing it: what is of
    # people takes the right to export, and a new code as an export does. None: neither.
    csv_permission: str | None = "profiles.export_user"

    def get_changelist(
        self, request: HttpRequest, **kwargs: object
    ) -> type[ChangeList]:
        return LeanList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and self.people_in:
            name_people([row], self.people_in)
        return row

    def lookup_allowed(
        self, lookup: str, value: object, request: HttpRequest | None = None
    ) -> bool:
        """Whose rows, and what the list's filters ask; 400 for any other look-up.

        Django allows every column and every way to compare it: what is masked, and the
        keys of sessions, could be read off by what is found.
        """
        allowed = {OF_ONE_USER}
        for item in self.list_filter:
            if isinstance(item, str):
                allowed |= {item, f"{item}__exact", f"{item}__isnull"}
            elif issubclass(item, BetweenFilter):  # type: ignore[arg-type]
                allowed |= {FROM, TO}
            else:
                allowed.add(item.parameter_name)  # type: ignore[union-attr]
        return lookup in allowed

    # The list as a file

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        view = self.admin_site.admin_view(self.csv_view)
        return [path("csv/", view, name=name), *super().get_urls()]

    def may_take_csv(self, request: HttpRequest) -> bool:
        may = self.csv_permission is None or request.user.has_perm(self.csv_permission)
        return may and self.has_view_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        may = self.may_take_csv(request)
        context = {**(extra_context or {}), "may_take_csv": may}
        return super().changelist_view(request, context)

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The rows that the filters leave, as the list shows them, for a reason."""
        if not self.may_take_csv(request):
            raise PermissionDenied
        if self.csv_permission and not has_fresh_code(request):
            return to_second_factor(request.get_full_path())
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            changes: Any = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(back)
        columns = csv_files.columns_of(self, request)
        form = StaffReasonForm(posted(request))
        if form.is_valid():
            with one_moment():  # else a new row moves one to the next page
                rows = list(csv_files.rows_of(changes, request, MOST_COUNTED))
                content = csv_files.file_of(self, rows, columns)
            csv_files.note(
                request, self.opts.label_lower, len(rows), form.cleaned_data["reason"]
            )
            return csv_files.as_download(content, str(self.opts.model_name))
        number = changes.result_count
        many = f"the first {MOST_COUNTED:,}" if isinstance(number, AtLeast) else number
        return ask(
            request,
            form,
            title=f"{capfirst(self.opts.verbose_name_plural)}: a CSV file",
            says=f"Writes {many} rows with the columns of the list: "
            f"{', '.join(label for _, label in columns)}. "
            "Masked data stay masked. The log records that you exported it, and "
            "the filters.",
            button="Download",
            back=f"{back}?{request.GET.urlencode()}",
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """Of a save that was refused the fields show what was typed; the rest of the
        page shows what is saved.
        """
        if obj is not None and context.get("errors"):
            head = str(obj)
            with suppress(ObjectDoesNotExist):  # deleted meanwhile: nothing is saved
                obj.refresh_from_db()
            if context.get("subtitle") == head:
                context["subtitle"] = str(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_changeform_initial_data(
        self, request: HttpRequest
    ) -> dict[str, str | list[str]]:
        """No field is filled in by an address."""
        return {}


class ReadOnly:
    """Shown and never written; for pages and for inlines."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Owned(Page):
    """Rows that belong to users, newest first; found by whose they are.

    Primary keys are UUIDv7: their order is that of time, and has an index. Any other
    order would sort the whole table, so columns sort only the rows of one user; and
    filters look through the newest rows, unless they are one user's.
    """

    ordering = ("-pk",)
    search_fields = ("user__email",)  # shows the box; `matching` searches
    search_help_text = "E-mail, name or id of the user"
    list_select_related: ClassVar[Any] = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        is_list = request.resolver_match and request.resolver_match.kwargs == {}
        is_filtered = request.GET.keys() - NO_FILTERS
        if is_list and is_filtered and OF_ONE_USER not in request.GET:
            return rows.filter(self.newest(request, self.days_asked(request)))
        return rows

    def days_asked(self, request: HttpRequest) -> Q:
        """The range of keys of these days, where days are by key."""
        filters = [one for one in self.list_filter if not isinstance(one, str)]
        by_key = [one for one in filters if getattr(one, "column", "") == "pk"]
        return range_of(request.GET, self.model) if by_key else Q()

    def newest(self, request: HttpRequest, of: Q | None = None) -> Q:
        """The rows that are looked through at most; the list says if not all.

        Which is the last of them is counted once in a while: what comes meanwhile is
        looked through besides.
        """
        every = self.model._default_manager.filter(of or Q())
        keys = every.order_by("-pk").values_list("pk", flat=True)
        name = f"newest:{self.model._meta.label}:{MOST_LOOKED_AT}"
        last = None if of else caches["process"].get(name)
        if last is None:
            last = keys[MOST_LOOKED_AT : MOST_LOOKED_AT + 1].first()
            if last is not None and not of:
                caches["process"].set(name, last, NEWEST_FOR)
        if last is None:
            return Q()
        say_bound(request, f"among the newest {MOST_LOOKED_AT:,}")
        return Q(pk__gt=last)

    def get_sortable_by(self, request: HttpRequest) -> Any:
        if OF_ONE_USER in request.GET:
            return super().get_sortable_by(request)
        return ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term:
            queryset = queryset.filter(self.matching(request, search_term.strip()))
        return queryset, False

    def matching(self, request: HttpRequest, text: str) -> Q:
        return Q(user_id__in=people(request, text))


class ThroughServices(Page):
    """Writes by services, whose refusals are shown as errors of the form.

    The services write in transactions of their own, inside the view's; a refusal rolls
    all of it back, and the form is shown once more with what was typed and why not.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        view = partial(
            super().changeform_view, request, object_id, form_url, extra_context
        )
        try:
            return view()
        except ApiError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return view()

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[Form]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.told(request, super().delete_view, object_id, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return self.told(request, super().changelist_view, extra_context)

    def told(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        *args: object,
    ) -> HttpResponse:
        """Where there is no form to show a refusal on, it is a message."""
        try:
            return view(request, *args)
        except ApiError as error:
            messages.error(request, error.sentence)
            return HttpResponseRedirect(request.get_full_path())


class RefusableForm(Form):
    """A form that shows the refusal of a service (see ThroughServices)."""

    refusal: ApiError | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            self.show(self.refusal.fields, self.refusal.sentence)
        return cleaned

    def show(self, errors: Mapping[str, Any] | None, otherwise: str = "") -> None:
        """Each sentence on its field; what has no field here, on the form."""
        for name, sentences in (errors or {}).items():
            self.add_error(name if name in self.fields else None, sentences)
        if not errors:
            self.add_error(None, otherwise)


class Reasoned(RefusableForm):
    """A form of a write that wants a reason, for the log of what staff did."""

    reason = forms.CharField(
        max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )

    @property
    def changed_facts(self) -> list[str]:
        return [name for name in self.changed_data if name != "reason"]


WHY: Any = ("Why", {"fields": ("reason",)})  # the fieldset


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        # Django looks for NULs in texts alone.
        text = str(value or "").replace("\x00", "")
        lines = (line.strip() for line in text.splitlines())
        return [line for line in lines if line]
