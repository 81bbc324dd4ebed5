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
        from profiles.services import sign_in_hooks

        listeners.append(feed.publish)
        sign_in_hooks.hooks.append(feed.check_sign_ins)
        listeners.append(lambda note: WRITES.inc())
        tellers.append(tasks.tell_of_staff)
