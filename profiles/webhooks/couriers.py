"""The threads of a worker that call webhooks, next to mails and jobs.

The log of changes is the outbox: a webhook whose receiver stands behind the person's
revision has something to be sent. So a write pays nothing, and nothing is lost with a
worker. Receivers that answer slowly get half of the threads at most.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from profiles.webhooks.models import Webhook
from profiles.webhooks.sending import take_turn

logger = logging.getLogger(__name__)

# A look reads all webhooks that are not paused. The longer nothing is due, the rarer.
SECONDS_BETWEEN_LOOKS, MOST_SECONDS = 1, 3
AT_ONCE = 8
SLOW_AT_ONCE = AT_ONCE // 2


class Couriers(threading.Thread):
    """A daemon: what it does stands in small transactions, and a call that is cut off
    is made again by the next worker.
    """

    def __init__(self) -> None:
        super().__init__(name="webhooks", daemon=True)
        self.stopping = threading.Event()
        self.is_waiting = False  # one line for an outage, not one for each look
        self.calling: dict[UUID, bool] = {}  # which, and whether it is slow
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")

    def run(self) -> None:
        pause = SECONDS_BETWEEN_LOOKS
        while not self.stopping.is_set():
            try:
                close_old_connections()
                is_busy = self.look()
                pause = (
                    SECONDS_BETWEEN_LOOKS if is_busy else min(pause + 1, MOST_SECONDS)
                )
                self.is_waiting = False
            except Error as error:
                if not self.is_waiting:
                    logger.warning("Webhooks wait for the database: %s", error)
                self.is_waiting = True
                connection.close()
            except Exception:  # the next look may work
                logger.exception("Webhooks could not be looked for")
            self.stopping.wait(pause)
        self.pool.shutdown(wait=False, cancel_futures=True)
        connection.close()

    def look(self) -> bool:
        """Those that are due, as far as there are threads; whether anything is sent.
        Two statements.
        """
        calling = list(self.calling.values())
        for is_slow, most in (
            (False, AT_ONCE - len(calling)),
            (True, min(SLOW_AT_ONCE - sum(calling), AT_ONCE - len(calling))),
        ):
            due = Webhook.objects.across_users().due_at(timezone.now())
            rows = due.filter(is_slow=is_slow).values_list("user_id", "pk")
            for user_id, pk in rows[: max(0, most)]:
                if pk not in self.calling and len(self.calling) < AT_ONCE:
                    self.calling[pk] = is_slow
                    self.pool.submit(self.call, user_id, pk)
        return bool(self.calling)

    def call(self, user_id: UUID, webhook_id: UUID) -> None:
        try:
            take_turn(user_id, webhook_id, is_stopping=self.stopping.is_set)
        except Error as error:  # its lease ends, and another turn begins
            logger.warning("A webhook waits for the database: %s", error)
        except Exception:
            logger.exception("A webhook could not be called")
        finally:
            self.calling.pop(webhook_id, None)
            connection.close()
