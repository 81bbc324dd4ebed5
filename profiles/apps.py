from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = "People"

    def ready(self) -> None:
        from animecollections.upkeep.metrics import WRITES
        from history.services.audit import tellers
        from history.services.publishing import listeners
        from profiles import tasks
        from profiles.feed import feed

        listeners.append(feed.publish)
        listeners.append(lambda note: WRITES.inc())
        tellers.append(tasks.tell_of_staff)
