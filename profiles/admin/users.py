"""Admin pages of accounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from animecollections.admin import (
    LeanList,
    Page,
    RefusableForm,
    ThroughServices,
    people,
    through,
)
from collections_app.models import WatchListEntry
from history.models import Change, Search
from profiles.admin.profiles import PreferencesInline, ProfileInline
from profiles.admin.user_page import (
    address_of_rows,
    tables_of,
)
from profiles.models import Image, User
from profiles.names import check_email, check_user_name
from profiles.services import accounts, erasure, staff

if TYPE_CHECKING:  # unfold publishes no types; its classes stand for Django's
    from django.contrib.admin.views.main import ChangeList
    from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm

    # The stubs want an AbstractUser, of which Django's admin needs nothing.
    BaseUserAdmin = DjangoUserAdmin[User]  # type: ignore[type-var]
    BaseCreationForm = BaseUserCreationForm[User]
    BasePasswordForm = AdminPasswordChangeForm[User]
else:
    from unfold.forms import AdminPasswordChangeForm as BasePasswordForm
    from unfold.forms import UserCreationForm as BaseCreationForm
    from unfold.views import ChangeList

    BaseUserAdmin = DjangoUserAdmin

admin.site.unregister(Group)

# What a staff member who is no superuser may not give.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class NamesChecked(RefusableForm):
    """The same e-mails and names as at sign-up."""

    def clean_email(self) -> str:
        return check_email(self.cleaned_data["email"])

    def clean_user_name(self) -> str:
        return check_user_name(self.cleaned_data["user_name"])


class UserForm(NamesChecked):
    class Meta:
        model = User
        fields = ("email", "user_name", "is_active", *POWERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("user_permissions")
        if isinstance(field, ModelMultipleChoiceField) and field.queryset is not None:
            # Each is named by its model.
            field.queryset = field.queryset.select_related("content_type")


class NewUserForm(NamesChecked, BaseCreationForm):
    class Meta:
        model = User
        fields = ("email", "user_name")


class PasswordForm(BasePasswordForm):
    """A new password by staff; an account without any has no way in here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> User:
        staff.set_password(user=self.user, new_password=self.cleaned_data["password1"])
        return self.user


class UserList(LeanList):
    """How many entries each has is asked once, for all users of the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        users = {user.pk: user for user in self.result_list}
        for user in users.values():
            user.counts = {}
        groups = WatchListEntry.objects.filter(user_id__in=users).order_by()
        for user_id, type_, number in groups.values_list("user_id", "type").annotate(
            number=Count("pk")
        ):
            users[user_id].counts[type_] = number


@admin.register(Group)
class GroupAdmin(Page, DjangoGroupAdmin):
    pass


@admin.register(User)
class UserAdmin(ThroughServices, BaseUserAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    list_display = (
        "user_name",
        "email",
        "is_active",
        "is_staff",
        "created_at",
        "entries",
    )
    list_display_links = ("user_name", "email")
    list_only = ("user_name", "email", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff")
    ordering = ("user_name_key",)
    search_fields = ("email",)  # shows the box; get_search_results searches
    search_help_text = "E-mail, name or id"
    readonly_fields = ("password_link", "id", "created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "user_name", "password_link", "is_active")}),
        ("Permissions", {"fields": POWERS, "classes": ("collapse",)}),
        ("Account", {"fields": (("id", "created_at", "last_login"),)}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "user_name", "password1", "password2")}),
    )
    inlines = (ProfileInline, PreferencesInline)
    actions = ("sign_out_everywhere", "deactivate", "activate", "mail_reset")

    # What is shown

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UserList

    @admin.display
    def entries(self, user: Any) -> str:
        address = address_of_rows("collections_app_watchlistentry", user)
        counts = ", ".join(
            f"{number} {type_}" for type_, number in sorted(user.counts.items())
        )
        return format_html('<a href="{}">{}</a>', address, counts or "none")

    @admin.display(description="password")
    def password_link(self, user: User) -> str:
        address = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">Set a new password</a>', address)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        if search_term:
            queryset = queryset.filter(pk__in=people(search_term.strip()))
        return queryset, False

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if user := kwargs.get("obj"):
            context["tables"] = tables_of(user, request)
        return super().render_change_form(request, context, *args, **kwargs)

    # Who may

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff are changed by superusers alone: a password set is an account taken."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_staff or is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request) and (obj is None or obj.pk != request.user.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, *(() if is_superuser(request) else POWERS))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Users are deleted one by one, each after a look at what goes with them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # Writes

    def save_model(
        self, request: HttpRequest, obj: User, form: Any, change: bool
    ) -> None:
        if not change:
            staff.create(user=obj)
            return
        columns = {"email", "user_name", "is_active", "is_staff", "is_superuser"}
        values = {
            name: form.cleaned_data[name]
            for name in form.changed_data
            if name in columns
        }
        if values:
            staff.edit(user_id=obj.pk, values=values, through=through(request))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        erasure.erase(user_id=obj.pk, through=through(request))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Counts of what goes with them: listing each of 10,000 rows helps nobody."""
        counts = {
            User._meta.verbose_name_plural: len(objs),
            **{
                model._meta.verbose_name_plural: number
                for model in (WatchListEntry, Change, Search, Image)
                if (number := model._default_manager.filter(user__in=objs).count())
            },
        }
        return [str(user) for user in objs], counts, set(), []

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: Any) -> None:
        for user in self.chosen(request, queryset, "Signed out everywhere"):
            accounts.end_everything(user_id=user.pk)

    @admin.action(description="Deactivate (signs out too)", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        for user in self.chosen(request, queryset, "Deactivated"):
            accounts.deactivate(user_id=user.pk)

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: Any) -> None:
        for user in self.chosen(request, queryset, "Activated"):
            staff.edit(
                user_id=user.pk, values={"is_active": True}, through=through(request)
            )

    @admin.action(description="Mail a link to a new password", permissions=["change"])
    def mail_reset(self, request: HttpRequest, queryset: Any) -> None:
        active = queryset.filter(is_active=True)
        for user in self.chosen(request, active, "Mailed a link to a new password"):
            accounts.ask_for_reset(email=user.email)

    def chosen(self, request: HttpRequest, queryset: Any, done: str) -> Iterator[User]:
        """Those of the selected whom this member of staff may change; says and logs
        what was done to each.
        """
        users = [user for user in queryset if self.has_change_permission(request, user)]
        for user in users:
            yield user
            self.log_change(request, user, done)
        messages.info(request, f"{done}: {len(users)} of the selected.")


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)
