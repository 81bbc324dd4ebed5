"""Admin pages of accounts."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Case, Count, Model, QuerySet, When
from django.forms import ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from animecollections.admin import (
    WHY,
    Form,
    LeanList,
    Page,
    Reasoned,
    RefusableForm,
    ThroughServices,
    as_uuid,
    may_act_on,
    people,
    through,
)
from animecollections.admin.dates import between
from animecollections.admin.site import has_fresh_code, to_second_factor
from collections_app.models import WatchListEntry
from history.staff_log import services as audit
from profiles.accounts.identifiers import check_email, check_user_name
from profiles.accounts.models import User
from profiles.profile.admin import PreferencesInline, ProfileInline
from profiles.staff import services as support
from profiles.staff.admin.actions import address_of
from profiles.staff.admin.user_page import (
    address_of_rows,
    glance_at,
)

if TYPE_CHECKING:  # unfold publishes no types; its classes stand for Django's
    from django.contrib.admin.views.main import ChangeList
    from django.contrib.auth.forms import BaseUserCreationForm

    # The stubs want an AbstractUser, of which Django's admin needs nothing.
    BaseUserAdmin = DjangoUserAdmin[User]  # type: ignore[type-var]
    BaseCreationForm = BaseUserCreationForm[User]
else:
    from unfold.forms import UserCreationForm as BaseCreationForm
    from unfold.views import ChangeList

    BaseUserAdmin = DjangoUserAdmin

admin.site.unregister(Group)

# What a staff member who is no superuser may not give.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
POWERS_BY_ROW = ("groups", "user_permissions")
WANTS_CODE = (
    "This takes a code of the last ten minutes: "
    '<a href="{}" target="_blank">give one in a new tab</a>, then save again.'
)


class NamesChecked(RefusableForm):
    """The same e-mails and names as at sign-up."""

    def clean_email(self) -> str:
        return check_email(self.cleaned_data["email"])

    def clean_user_name(self) -> str:
        return check_user_name(self.cleaned_data["user_name"])


class UserForm(Reasoned, NamesChecked):
    """Anyone who sets an e-mail can have a new password mailed there, and powers are
    powers: both want a new code, as to set a password does.
    """

    has_fresh_code = True

    class Meta:
        model = User
        fields = ("email", "user_name", "is_active", *POWERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("user_permissions")
        if isinstance(field, ModelMultipleChoiceField) and field.queryset is not None:
            # Each is named by its model.
            field.queryset = field.queryset.select_related("content_type")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_grave = not {"email", *POWERS}.isdisjoint(self.changed_data)
        if is_grave and not self.has_fresh_code:
            page = reverse("admin:second_factor")
            self.add_error(None, format_html(WANTS_CODE, page))
        wants_power = any(map((cleaned or {}).get, ("is_staff", "is_superuser")))
        if self.instance.sandbox_of and wants_power:
            self.add_error(None, "This is a sandbox: it cannot be staff.")
        return cleaned


class NewUserForm(NamesChecked, BaseCreationForm):
    class Meta:
        model = User
        fields = ("email", "user_name")


class IsSandbox(admin.SimpleListFilter):
    """Accounts in which programs are tried out count nowhere, and can be left out."""

    title = "kind of account"
    parameter_name = "kind"

    def lookups(self, *_: object) -> list[tuple[str, str]]:
        return [("person", "people"), ("sandbox", "sandboxes")]

    def queryset(self, _: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        wanted = {"person": True, "sandbox": False}.get(self.value() or "")
        if wanted is None:
            return queryset
        return queryset.filter(sandbox_of__isnull=wanted)


class UserList(LeanList):
    """How many entries each has is asked once, for all users of the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        users = {user.pk: user for user in self.result_list}
        for user in users.values():
            user.counts = {}
        groups = (
            WatchListEntry.objects.across_users().filter(user_id__in=users).order_by()
        )
        for user_id, type_, number in groups.values_list("user_id", "type").annotate(
            number=Count("pk")
        ):
            users[user_id].counts[type_] = number


@admin.register(Group)
class GroupAdmin(Page, DjangoGroupAdmin):
    """What a group may is in the log of staff; it has no page that wants a reason, but
    a new code, as all powers do.
    """

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        asks = self.ask_for_code(request) if request.method == "POST" else None
        return asks or super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.ask_for_code(request) or super().changeform_view(
            request, object_id, form_url, extra_context
        )

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        return self.ask_for_code(request) or super().delete_view(
            request, object_id, extra_context
        )

    def ask_for_code(self, request: HttpRequest) -> HttpResponse | None:
        if not self.has_change_permission(request) or has_fresh_code(request):
            return None
        return to_second_factor(request.get_full_path())

    def save_related(
        self, request: HttpRequest, form: Form, formsets: object, change: bool
    ) -> None:
        group = form.instance
        before = names_of(group.permissions.all())
        super().save_related(request, form, formsets, change)
        after = names_of(group.permissions.all())
        self.note(request, "edit_group", group, before, after)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        before = names_of(obj.permissions.all())
        self.note(request, "delete_group", obj, before, [])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> None:
        for group in queryset:
            self.delete_model(request, group)

    def note(
        self,
        request: HttpRequest,
        action: str,
        group: Group,
        before: list[str],
        after: list[str],
    ) -> None:
        audit.note(
            action=action,
            through=through(request),
            reason="",
            before={"group": group.name, "permissions": before},
            after={"group": group.name, "permissions": after},
        )


@admin.register(User)
class UserAdmin(ThroughServices, BaseUserAdmin):
    form = UserForm
    add_form = NewUserForm
    list_display = (
        "user_name",
        "email",
        "is_active",
        "role",
        "created_at",
        "number_of_entries",
    )
    list_display_links = ("user_name", "email")
    list_only = (
        "user_name",
        "email",
        "is_active",
        "is_staff",
        "created_at",
        "sandbox_of",
    )
    list_filter = (
        "is_active",
        "is_staff",
        IsSandbox,
        between(title="day they signed up"),
    )
    ordering = ("user_name_key",)
    search_fields = ("email",)  # shows the box; get_search_results searches
    search_help_text = "E-mail, name or id"
    readonly_fields = (
        "password_link",
        "id",
        "created_at",
        "last_login",
        "sandbox_of_whom",
    )
    fieldsets = (
        (None, {"fields": ("email", "user_name", "password_link", "is_active")}),
        ("Permissions", {"fields": POWERS, "classes": ("collapse",)}),
        (
            "Account",
            {"fields": (("id", "created_at", "last_login"), "sandbox_of_whom")},
        ),
        WHY,
    )
    add_fieldsets = (
        (None, {"fields": ("email", "user_name", "password1", "password2")}),
    )
    inlines = (ProfileInline, PreferencesInline)

    # What is shown

    def get_changelist(
        self, request: HttpRequest, **kwargs: object
    ) -> type[ChangeList]:
        return UserList

    @admin.display(ordering="is_staff")
    def role(self, user: User) -> str:
        """A red cross for everybody who is no staff would look like a fault."""
        if user.sandbox_of:
            return "sandbox"
        return "staff" if user.is_staff else ""

    @admin.display(description="sandbox of")
    def sandbox_of_whom(self, user: User) -> str:
        if not user.sandbox_of:
            return "none: a person"
        page = reverse("admin:profiles_user_change", args=[user.sandbox_of])
        return format_html('<a href="{}">{}</a>', page, user.sandbox_of)

    @admin.display(description="entries")
    def number_of_entries(self, user: Any) -> str:
        address = address_of_rows("collections_app_watchlistentry", user)
        counts = ", ".join(
            f"{number} {type_}" for type_, number in sorted(user.counts.items())
        )
        return format_html('<a href="{}">{}</a>', address, counts or "none")

    @admin.display(description="password")
    def password_link(self, user: User) -> str:
        address = address_of(user.pk, "set-password")
        return format_html('<a href="{}">Set a new password</a>', address)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """The closest first, unless another order is asked for."""
        if not search_term:
            return queryset, False
        found = people(request, search_term.strip())
        queryset = queryset.filter(pk__in=found)
        if ORDER_VAR not in request.GET and found:
            places = [When(pk=pk, then=place) for place, pk in enumerate(found)]
            queryset = queryset.order_by(Case(*places))
        return queryset, False

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[Form]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.has_fresh_code = has_fresh_code(request)
        return cast("type[Form]", form)

    def get_inlines(self, request: HttpRequest, obj: object = None) -> Any:
        return self.inlines if obj else ()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        if isinstance(obj, User):
            context["glance"] = glance_at(obj, request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Who may

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Staff are changed by superusers alone: a password set is an account taken."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_act_on(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Erasing is an action of its own, which wants a reason and the user name."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: object = None
    ) -> tuple[str, ...]:
        return (*self.readonly_fields, *(() if is_superuser(request) else POWERS))

    # Writes

    def user_change_password(
        self, request: object, id: str, form_url: str = ""
    ) -> HttpResponseRedirect:
        """Django's own page; ours wants a reason."""
        if (user_id := as_uuid(id)) is None:
            raise Http404
        return HttpResponseRedirect(address_of(user_id, "set-password"))

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        if not change:
            support.create(user=obj, through=through(request))
            return
        columns = {"email", "user_name", "is_active", "is_staff", "is_superuser"}
        values = {
            name: form.cleaned_data[name]
            for name in form.changed_data
            if name in columns
        }
        if form.changed_facts:  # groups and permissions, the form itself saves
            support.edit(
                user=obj,
                values=values,
                powers=[powers_of(obj), chosen_powers(form)],
                reason=form.cleaned_data["reason"],
                through=through(request),
            )


def powers_of(user: User) -> dict[str, list[str]]:
    """Groups and permissions as they are stored, by name."""
    return {name: names_of(getattr(user, name).all()) for name in POWERS_BY_ROW}


def chosen_powers(form: Form) -> dict[str, list[str]]:
    """As the form says: it stores them itself, after the user."""
    chosen = form.cleaned_data
    return {name: names_of(chosen[name]) for name in POWERS_BY_ROW if name in chosen}


def names_of(rows: Iterable[object]) -> list[str]:
    return sorted(str(getattr(row, "codename", row)) for row in rows)


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)
