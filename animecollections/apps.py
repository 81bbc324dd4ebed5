from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AnimeCollectionsConfig(AppConfig):
    name = "animecollections"


class StaffAdminConfig(AdminConfig):
    default_site = "animecollections.admin.site.StaffSite"
