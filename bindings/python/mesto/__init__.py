"""Mesto in Python: the core through its generated module, and a facade that waits for it.

`mesto.Client` is the core itself with `async` calls; `mesto.Mesto` is the same, each call waiting for its answer. What a client
does lies with its parts: `app.parking.quote(...)`, `app.payments.buy(...)`.
"""

import asyncio
import concurrent.futures
import os
import queue
import threading
import weakref
from pathlib import Path

if not (Path(__file__).parent / "core.py").exists():
    # In the repository: the generated modules and the built library lie in the build's folder.
    _ROOT = Path(__file__).resolve().parents[3]
    os.environ.setdefault("MESTO_LIB_DIR", str(_ROOT / "target" / "debug"))
    __path__.append(str(_ROOT / "target" / "bindings" / "python"))

from . import core  # noqa: E402
from .core import *  # noqa: E402,F401,F403
from .core import Client, LinkRequest, MestoError, Observer, OperatorSet, TicketVerifier  # noqa: E402
from .link import UrllibLink  # noqa: E402,F401
from .waiting import Parts  # noqa: E402

__all__ = [*core.__all__, "Mesto", "Operators", "Updates", "UrllibLink", "Verifier"]

# What a traceback, a log and `print(error)` show names nobody; `text` is for the driver, and may
# name his plate. An error crosses processes by its values.
MestoError.__str__ = lambda self: f"{self.code}: {self.detail}"
MestoError.args = property(lambda self: (str(self),))
MestoError.__reduce__ = lambda self: (type(self), tuple(vars(self).values()))
# Its headers hold the session's token.
LinkRequest.__repr__ = lambda self: f"LinkRequest({self.method} {self.id})"


class Mesto(Parts):
    """The core with every call waiting for its answer; close it, or use it in a `with`.

    Any thread may call it, one with a running event loop (a notebook) too. An interrupted call is called off; a purchase that
    had begun stays an open intent.
    """

    def __init__(self, config, phone=None):
        self._begin(Client.open(config, phone))

    def _begin(self, core):
        self._core = core
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(self._loop,), name="mesto", daemon=True).start()
        # With its last reference its thread ends.
        weakref.finalize(self, _stop, self._loop)

    def _wait(self, answer):
        future = asyncio.run_coroutine_threadsafe(answer, self._loop)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            # By `close`: the core says so, in the driver's language.
            asyncio.run_coroutine_threadsafe(self._core.account().sync(), self._loop).result()
            raise
        finally:
            future.cancel()

    def updates(self):
        """Live updates, on within a `with`: each round of a loop over them tells which topics changed."""
        return Updates(self)

    def close(self):
        """Closes the database: its file is free when this returns. Later calls fail with the code `closed`.

        Who still waits for an answer hears that there will be none; what is not confirmed yet goes on when the file is opened
        again. Again does nothing.
        """
        self._core.shut_down()
        asyncio.run_coroutine_threadsafe(_give_up(), self._loop).result()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Updates(Observer):
    """Live updates of a `Mesto`: on from the beginning of a `with` to its end.

        with app.updates() as updates:
            for topics in updates:  # a set of `Topic`, all of them at first
                if Topic.PARKING in topics:
                    print(app.parking.state().active)

    A loop ends when they do: `app.live.stop()`, or they were begun elsewhere. It raises when nobody is signed in any more. They run
    in the thread of the client.
    """

    def __init__(self, client):
        self._client, self._told = client, queue.SimpleQueue()

    def changed(self, topics):
        self._told.put(set(topics))

    def __enter__(self):
        self._on_loop(self._begin())
        self._subscription = self._client._core.subscribe(self)
        return self

    def __exit__(self, *_):
        self._subscription.cancel()
        self._on_loop(self._end())

    def _on_loop(self, work):
        asyncio.run_coroutine_threadsafe(work, self._client._loop).result()

    async def _begin(self):
        self._running = asyncio.ensure_future(self._client._core.live().run(None))
        self._running.add_done_callback(lambda _: self._told.put(None))
        # So that they have begun when this returns.
        await asyncio.sleep(0)

    async def _end(self):
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    def __iter__(self):
        return self

    def __next__(self):
        topics = self._told.get()
        if topics is None:
            if not self._running.cancelled():
                self._running.result()
            raise StopIteration
        return topics


class Operators:
    """The operators of one phone, a `Mesto` each; close it, or use it in a `with`.

    File, secrets, device key and alarms are named by the operator's DNS name, and none touches another's. Of all their alarms the
    earliest 64 are set.
    """

    def __init__(self, config, phone=None):
        self._core = OperatorSet(config, phone)
        self._open = weakref.WeakValueDictionary()

    def open(self, operator, link=None):
        """Opens the client of an operator. No request is made; `operator_open` when it is open already."""
        client = Mesto.__new__(Mesto)
        client._begin(self._core.open(operator, link))
        self._open[client.operator_name()] = client
        return client

    def names(self):
        """The DNS names of those that are open."""
        return self._core.names()

    def reminders(self):
        """The alarms of all operators, earliest first."""
        return self._core.reminders()

    def replan(self):
        """Gives the phone all alarms anew: after a reboot, and when its clock was changed."""
        self._core.replan()

    def open_intents(self):
        """What is not confirmed yet at any operator, oldest first."""
        return self._core.open_intents()

    def close(self):
        """Closes every client. Their alarms stay set, because their tickets go on."""
        for client in list(self._open.values()):
            client.close()
        self._core.shut_down_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Verifier(TicketVerifier):
    """Verifies the codes of one operator, without an account, a file or a network.

    Keep what `taken()` gives, and hand it in as `kept` at the next start.
    """

    def __init__(self, config, kept=None):
        super().__init__(config)
        if kept and kept.keys:
            self.take_keys(kept.keys)
        if kept and kept.revocations:
            self.take_revocations(kept.revocations)

    def refresh(self):
        """Fetches the key set and the list of ended codes where they changed; whether one did."""
        return asyncio.run(super().refresh())


def _run(loop):
    loop.run_forever()
    loop.run_until_complete(_give_up())
    loop.close()


async def _give_up():
    """Whoever still waits for an answer hears that there will be none."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _stop(loop):
    loop.call_soon_threadsafe(loop.stop)
