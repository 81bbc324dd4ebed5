from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "profiles"
    verbose_name = "People"

    def ready(self) -> None:
        from animecollections.ops.metrics import WRITES
        from collections_app.scrobbling import playing_hooks
        from history.log.commit_hooks import after_commit_hooks
        from history.log.undoable_rows import undoable_rows
        from history.staff_log.services import staff_action_hooks
        from profiles.accounts import sign_in_hooks, ways_in_hooks
        from profiles.app_access.services import tell_access_given
        from profiles.feeds.services import end_since as end_feeds
        from profiles.oauth import hooks as oauth_hooks
        from profiles.oidc.services import end_since as end_identities
        from profiles.profile.undoing import UNDOABLE as PREFERENCES
        from profiles.second_factor.factors import remove_since as remove_factors
        from profiles.sharing.services import end_since as end_shares
        from profiles.staff import tasks
        from profiles.sync.feed import feed
        from profiles.webhooks.services import end_since as end_webhooks

        after_commit_hooks.append(feed.publish)
        undoable_rows[PREFERENCES.kind] = PREFERENCES
        playing_hooks.hooks.append(feed.tell_playing)
        sign_in_hooks.hooks.append(feed.check_sign_ins)
        ways_in_hooks.hooks += [remove_factors, end_identities, end_feeds, end_shares]
        ways_in_hooks.hooks.append(end_webhooks)
        oauth_hooks.hooks.append(tell_access_given)
        after_commit_hooks.append(lambda note: WRITES.inc())
        staff_action_hooks.append(tasks.tell_of_staff)
