from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    name = "collections_app"
    verbose_name = "Catalogue and watch lists"

    def ready(self) -> None:
        from collections_app.airing.services import follow_staff
        from collections_app.source_facts.staff import times_changed

        times_changed.connect(follow_staff, dispatch_uid="airings")
