"""Admin page of the files that people took of what is theirs."""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from profiles.personal_data.models import MadeExport


@admin.register(MadeExport)
class MadeExportAdmin(ReadOnly, Owned):
    list_display = ("made_at", "user", "format", "size")
    list_filter = (between(),)
    fields = ("made_at", "user", "format", "size")
