from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AnimeCollectionsConfig(AppConfig):
    name = "animecollections"

    def ready(self) -> None:
        from animecollections.ops import (
            no_mail_server,  # noqa: F401  (its check)
            reporting,
        )

        reporting.start()


class StaffAdminConfig(AdminConfig):
    default_site = "animecollections.admin.site.StaffSite"
