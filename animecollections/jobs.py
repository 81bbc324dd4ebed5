"""Every job at one glance: what the worker does by itself, and how often.

Each is safe to run twice and at once, commits in small batches, and tells what it did
in one sentence. `manage.py work` runs them; /readyz tells which are late.
"""

from datetime import timedelta

from animecollections.retention import RULES
from collections_app.airing import news
from collections_app.airing import services as airing
from collections_app.recommendations import making
from collections_app.source_facts import derived, franchises, sources
from history.jobs.services import PeriodicJob
from profiles import outbox
from profiles.doctor import sweep
from profiles.figures import running_counts
from profiles.figures import services as figures
from profiles.notifications import telling
from profiles.notifications.channels import mail
from profiles.second_factor import removal


def prune() -> str:
    dropped = [f"{rule.drop():,} {rule.name}" for rule in RULES]
    return f"{', '.join(dropped)} dropped"


def take_up_lost() -> str:
    return f"{outbox.take_up_lost():,} tasks of killed workers queued again"


def mend_titles() -> str:
    return f"{derived.mend()}, {franchises.connect():,} moved to their franchise"


JOBS: tuple[PeriodicJob, ...] = (
    # Not at the start of a worker alone: what its predecessor left a second ago is too
    # young to be lost.
    PeriodicJob("outbox", timedelta(minutes=1), take_up_lost),
    PeriodicJob("prune", timedelta(days=1), prune, formerly="trim"),
    PeriodicJob("lost factors", timedelta(hours=1), removal.carry_out_due),
    PeriodicJob("orphan images", timedelta(days=7), sweep),
    PeriodicJob("facts of titles", timedelta(days=1), mend_titles),
    PeriodicJob("sources", timedelta(days=1), sources.import_all),
    PeriodicJob("popularity", timedelta(days=1), figures.rank_titles),
    PeriodicJob("recommendations", timedelta(days=1), making.relate_titles),
    PeriodicJob("airings", timedelta(days=1), airing.refresh_all),
    PeriodicJob("sequels", timedelta(days=1), news.note_sequels),
    PeriodicJob("notices", timedelta(minutes=5), telling.tell_all),
    PeriodicJob("digests", timedelta(minutes=15), mail.queue_due),
    PeriodicJob("figures", timedelta(minutes=15), figures.refresh),
    PeriodicJob("figures anew", timedelta(days=1), running_counts.recount_some),
)
