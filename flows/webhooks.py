"""Telling webhooks what happened: at least once, in its order, without keeping anybody waiting.

Events lie in the outbox from the transaction on in which they happened. One process at a time
takes what is due, sends it, and keeps what came of it; killed in between it sends again, under
the same id. What does not arrive is tried again for a day, ever more seldom.
"""

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from flows.context import utc_now
from flows.upkeep.alerts import notice
from groundswell.config import Config
from groundswell.domain import Delivery, content_id
from groundswell.errors import BusyError, ConfigError, GroundswellError
from groundswell.failpoints import failpoint
from groundswell.store import Lease, Store, open_store
from groundswell.webhook_config import WebhookConfig

if TYPE_CHECKING:
    from ingest.apis.pull import Client
    from ingest.webhooks import Outcome

TRIED_FOR = timedelta(days=1)
"""From the first try on; then it is given up."""
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 3600.0
LOOK_SECONDS = 3600.0
"""How often it is looked whether something went quiet, while the review app is open."""
POLL_SECONDS = 2.0
"""How often it is looked for something to tell while the review app is open."""
GONE = 410
"""HTTP: the receiver wants no more of it."""

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def deliver_due(
    config: Config,
    *,
    client: "Client | None" = None,
    clock: Clock = utc_now,
    chance: Callable[[], float] = random.random,
) -> int:
    """Try each delivery that is due once; return how many arrived.

    Does nothing while another process is at it.

    Parameters
    ----------
    chance
        0 to 1; spreads the moments of trying again.
    """
    wanted = {hook.name: hook.events for hook in config.webhooks}
    if not wanted:
        return 0
    with open_store(config.store.database) as store:
        if not store.outbox.has_work(wanted, clock()):
            return 0
        try:
            with store.lease("webhooks") as lease:
                passes = (_Pass(store, lease, config, hook, client) for hook in config.webhooks)
                return sum(one.deliver(clock, chance) for one in passes)
        except BusyError:
            return 0


@contextmanager
def told_afterwards(config: Config) -> Iterator[None]:
    """Tell webhooks what is due when a block ends, however it ends."""
    try:
        yield
    finally:
        _look(config, noticing=True)


@contextmanager
def told_meanwhile(config: Config) -> Iterator[None]:
    """Tell webhooks what happens while a block lasts, from a thread of its own."""
    ended = Flag()
    # A thread that dies with the process: what it was about to tell is told by the next one.
    teller = Thread(target=_keep_telling, args=(config, ended), daemon=True)
    if config.webhooks:
        teller.start()
    try:
        yield
    finally:
        ended.set()
        if config.webhooks:
            teller.join(POLL_SECONDS)


def try_out(
    config: Config, name: str, *, client: "Client | None" = None, clock: Clock = utc_now
) -> str:
    """Send one message to a webhook, and say what came of it.

    Raises
    ------
    ConfigError
        There is no such webhook, its settings cannot be used, or it did not take the message.
    """
    from flows.telling import trial
    from ingest.apis.pull import Client
    from ingest.webhooks import send, target_of

    hooks = {hook.name: hook for hook in config.webhooks}
    if name not in hooks:
        known = ", ".join(hooks) or "none is set up (docs/webhooks.md)"
        raise ConfigError(f"webhook {name}: not in [[webhooks]]; known: {known}")
    client = client or Client()
    now = clock()
    target = target_of(hooks[name], client.environ)
    body = trial(now, config).body(hooks[name].form)
    outcome = send(target, f"msg_{content_id(name, now.isoformat())}", body, client)
    if not outcome.arrived:
        raise ConfigError(f"webhook {name}: {outcome.found}; nothing was taken")
    return outcome.found


def after_failing(
    told: Delivery, outcome: "Outcome", now: datetime, chance: Callable[[], float]
) -> Delivery:
    """Return a delivery that did not arrive, with the moment of the next try, or given up.

    Waits double from `FIRST_WAIT_SECONDS` to `LONGEST_WAIT_SECONDS`, each by half more or less,
    and are longer where the receiver asks for it; the last try is at the end of the day.
    """
    tried = replace(told, tries=told.tries + 1, begun_at=told.begun_at or now, found=outcome.found)
    end = (told.begun_at or now) + TRIED_FOR
    if outcome.status == GONE or now >= end:
        return replace(tried, state="given up", next_at=None)
    seconds = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(told.tries, 20))
    seconds *= 0.5 + chance()
    asked = min(outcome.wait_seconds or 0.0, TRIED_FOR.total_seconds())
    return replace(tried, next_at=min(end, now + timedelta(seconds=max(seconds, asked))))


class _Pass:
    """One look at everything that is due to one webhook."""

    def __init__(
        self,
        store: Store,
        lease: Lease,
        config: Config,
        hook: WebhookConfig,
        client: "Client | None",
    ) -> None:
        from ingest.apis.pull import Client

        self._store, self._lease, self._config, self._hook = store, lease, config, hook
        self._client = client or Client()

    def deliver(self, clock: Clock, chance: Callable[[], float]) -> int:
        """Send what is due; stop where nobody answers, so that nobody else waits for it."""
        outbox, arrived = self._store.outbox, 0
        outbox.gather(self._lease, self._hook.name, self._hook.events)
        for told in outbox.due(self._hook.name, clock()):
            outcome = self._send(told)
            if outcome is None:
                outbox.save(self._lease, replace(told, state="nothing to tell"))
                continue
            now = clock()
            if outcome.arrived:
                tried = replace(told, tries=told.tries + 1, begun_at=told.begun_at or now)
                done = replace(tried, state="sent", next_at=None, found=outcome.found)
                outbox.save(self._lease, done)
                arrived += 1
                continue
            done = after_failing(told, outcome, now, chance)
            outbox.save(self._lease, done)
            log.warning("webhook %s: %s; %s", told.webhook, outcome.found, done.state)
            if outcome.status is None or outcome.status >= 500 or outcome.status == 429:
                break
        return arrived

    def _send(self, told: Delivery) -> "Outcome | None":
        from flows.telling import message_of
        from ingest.webhooks import Outcome, send, target_of

        try:
            message = message_of(told, self._store, self._config)
            target = target_of(self._hook, self._client.environ)
        except GroundswellError as error:  # kept and shown; it may be mended while the day lasts
            return Outcome(None, str(error))
        if message is None:
            return None
        message_id = f"msg_{content_id(told.webhook, told.event.event_id)}"
        outcome = send(target, message_id, message.body(self._hook.form), self._client)
        failpoint("webhooks.sent")
        return outcome


def _keep_telling(config: Config, ended: Flag) -> None:
    looked = -LOOK_SECONDS
    while not ended.wait(POLL_SECONDS):
        noticing = monotonic() - looked >= LOOK_SECONDS
        looked = monotonic() if noticing else looked
        _look(config, noticing=noticing)


def _look(config: Config, *, noticing: bool) -> None:
    try:
        if noticing and config.webhooks:
            notice(config)
        deliver_due(config)
    except GroundswellError as error:  # what is untold stays in the outbox for the next look
        log.warning("webhooks: %s", error)
