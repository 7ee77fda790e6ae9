"""Mesto in Python: the core through its generated module, and a facade that waits for it.

`mesto.Client` is the core itself with `async` calls; `mesto.Mesto` is the same, each call waiting for its answer. What a client
does lies with its parts: `app.parking.quote(...)`, `app.payments.buy(...)`.

A client belongs to its process: in one that was forked after a client was opened every client raises `RuntimeError`. Start processes
with `multiprocessing.get_context("spawn")`.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import copy
import dataclasses
import os
import queue
import threading
import typing
import weakref
from pathlib import Path

if not (Path(__file__).parent / "core.py").exists():
    # In the repository: the generated modules and the built library lie in the build's folder.
    _ROOT = Path(__file__).resolve().parents[3]
    os.environ.setdefault("MESTO_LIB_DIR", str(_ROOT / "target" / "debug"))
    __path__.append(str(_ROOT / "target" / "bindings" / "python"))

from . import core  # noqa: E402
from .core import *  # noqa: E402,F401,F403
from .core import (  # noqa: E402
    Client,
    ClientConfig,
    DeviceClock,
    DeviceKey,
    LinkRequest,
    LogSink,
    Observer,
    OperatorConfig,
    OperatorIntent,
    OperatorLink,
    OperatorSet,
    OperatorsConfig,
    Phone,
    PhoneError,
    Reminder,
    ReminderPlan,
    SecretStore,
    TicketVerifier,
    Topic,
    VerifierConfig,
    VerifierData,
)
from .link import UrllibLink  # noqa: E402
from .waiting import Parts  # noqa: E402

__all__ = ["Mesto", "Operators", "Updates", "UrllibLink", "Verifier"]
__all__ += core.__all__

_T = typing.TypeVar("_T")

# Its headers hold the session's token.
LinkRequest.__repr__ = lambda self: f"LinkRequest({self.method} {self.id})"  # type: ignore[method-assign]


_OPEN: weakref.WeakSet[Mesto] = weakref.WeakSet()
_is_ending = False  # the process


@atexit.register
def _end() -> None:
    """Before the interpreter ends: the core's threads would call into one that is gone."""
    global _is_ending
    if not core._is_forked():
        _is_ending = True
        for client in list(_OPEN):
            client._close(core._PATIENCE)


class Mesto(Parts):
    """The core with every call waiting for its answer; close it, or use it in a `with`.

    Any thread may call it, one with a running event loop (a notebook) too. An interrupted call is called off; a purchase that
    had begun stays an open intent.
    """

    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = core._stays

    def __init__(self, config: ClientConfig, phone: typing.Optional[Phone] = None) -> None:
        core._same_process()
        phone, lent = _lending(phone)
        self._begin(Client.open(config, phone), lent)

    def _begin(self, client: Client, lent: typing.List[_Lent]) -> None:
        self._client, self._lent = client, lent
        self._kept: typing.List[object] = []
        self._loop = asyncio.new_event_loop()
        # Held while something is given to the loop, so that nothing comes after its end.
        self._giving = threading.Lock()
        self._is_closed = False
        self._over: typing.Optional[BaseException] = None
        self._thread = threading.Thread(target=_run, args=(self._loop,), name="mesto", daemon=True)
        self._thread.start()
        # With its last reference its thread ends.
        self._stop = weakref.finalize(self, _stop, self._loop)
        self._stop.atexit = False
        _OPEN.add(self)

    @property
    def _core(self) -> Client:
        # The thread that would wait is not in a forked process.
        core._same_process()
        return self._client

    def _wait(self, answer: typing.Coroutine[typing.Any, typing.Any, _T]) -> _T:
        try:
            core._same_process()
        except RuntimeError:
            answer.close()
            raise
        future = self._given(answer)
        if future is None:
            raise self._said_closed()
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            if self._over is None:
                raise
            # By `close`: the core says so, in the driver's language.
            raise self._said_closed() from None
        finally:
            future.cancel()

    def _given(
        self, work: typing.Coroutine[typing.Any, typing.Any, _T]
    ) -> typing.Optional[concurrent.futures.Future[_T]]:
        """Begins it in the client's thread; nothing once the client is closed."""
        try:
            self._not_in_its_thread()
        except RuntimeError:
            work.close()
            raise
        with self._giving:
            if not self._is_closed:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        return None

    def _not_in_its_thread(self) -> None:
        if threading.current_thread() is self._thread:
            raise RuntimeError(
                "this is the thread of the client itself, which called one of your ports (such as a LogSink): a call that waits "
                "for its answer, or close(), would wait for ever here; make it from another thread"
            )

    def _said_closed(self) -> BaseException:
        return copy.copy(self._over) if self._over else RuntimeError("the client is closed")

    def updates(self) -> Updates:
        """Live updates, on within a `with`: each round of a loop over them tells which topics changed."""
        return Updates(self)

    def close(self) -> None:
        """Closes the database: its file is free when this returns. Later calls fail with the code `closed`.

        Who still waits for an answer hears that there will be none; what is not confirmed yet goes on when the file is opened
        again. Again does nothing, nor does it in a process that was forked.
        """
        if core._is_forked():
            return
        self._close(None)

    def _close(self, patience: typing.Optional[float]) -> None:
        self._not_in_its_thread()
        self._client.shut_down()
        told = self._given(self._client.account().sync())
        if told is not None:
            try:
                self._over = told.exception(patience)
            except (concurrent.futures.CancelledError, concurrent.futures.TimeoutError):
                pass
        with self._giving:
            self._is_closed = True
        # Detached, because called it does nothing any more once the interpreter has begun to end.
        if self._stop.detach():
            _stop(self._loop)
        self._thread.join(patience)
        # From now on these are kept here, not by the core: a port that holds the app is let go of.
        self._kept += [lent.let_go() for lent in self._lent]
        self._lent = []
        _OPEN.discard(self)

    def __enter__(self) -> Mesto:
        return self

    def __exit__(self, *_: object) -> None:
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

    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = core._stays

    def __init__(self, client: Mesto) -> None:
        self._client = client

    def changed(self, topics: typing.List[Topic]) -> None:
        self._told.put(set(topics))

    def __enter__(self) -> Updates:
        core._same_process()
        self._told: queue.SimpleQueue[typing.Optional[typing.Set[Topic]]] = queue.SimpleQueue()
        if not self._on_loop(self._begin()):
            raise self._client._said_closed()
        self._subscription = self._client._core.subscribe(self)
        return self

    def __exit__(self, *_: object) -> None:
        if core._is_forked():
            return
        self._subscription.cancel()
        self._on_loop(self._end())

    def _on_loop(self, work: typing.Coroutine[typing.Any, typing.Any, None]) -> bool:
        """Whether it was done: not once the client is closed."""
        given = self._client._given(work)
        try:
            if given is not None:
                given.result()
        except concurrent.futures.CancelledError:
            return False
        return given is not None

    async def _begin(self) -> None:
        told = self._told

        def over(running: asyncio.Future[None]) -> None:
            if not running.cancelled():
                running.exception()  # looked at here, since nobody may ask for a further round
            told.put(None)

        self._running = asyncio.ensure_future(self._client._core.live().run(None))
        self._running.add_done_callback(over)
        # So that they have begun when this returns.
        await asyncio.sleep(0)

    async def _end(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    def __iter__(self) -> Updates:
        return self

    def __next__(self) -> typing.Set[Topic]:
        core._same_process()
        if not hasattr(self, "_running"):
            raise RuntimeError("updates are on within a `with` alone: `with app.updates() as updates:`, and the loop in it")
        self._client._not_in_its_thread()
        topics = self._told.get()
        if topics is None:
            # Whoever asks once more hears it once more.
            self._told.put(None)
            # With the process they end quietly, as its own threads do.
            if not self._running.cancelled() and not _is_ending:
                self._running.result()
            raise StopIteration
        return topics


class Operators:
    """The operators of one phone, a `Mesto` each; close it, or use it in a `with`.

    File, secrets, device key and alarms are named by the operator's DNS name, and none touches another's. Of all their alarms the
    earliest 64 are set.
    """

    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = core._stays

    def __init__(self, config: OperatorsConfig, phone: typing.Optional[Phone] = None) -> None:
        core._same_process()
        phone, self._lent = _lending(phone)
        self._core = OperatorSet(config, phone)
        self._open: weakref.WeakValueDictionary[str, Mesto] = weakref.WeakValueDictionary()

    def open(self, operator: OperatorConfig, link: typing.Optional[OperatorLink] = None) -> Mesto:
        """Opens the client of an operator. No request is made; `operator_open` when it is open already."""
        core._same_process()
        lent = [] if link is None else [_lent(link, OperatorLink)]
        client = Mesto.__new__(Mesto)
        client._begin(self._core.open(operator, lent[0] if lent else None), lent)
        self._open[client.operator_name()] = client
        return client

    def names(self) -> typing.List[str]:
        """The DNS names of those that are open."""
        return self._core.names()

    def reminders(self) -> typing.List[Reminder]:
        """The alarms of all operators, earliest first."""
        return self._core.reminders()

    def replan(self) -> None:
        """Gives the phone all alarms anew: after a reboot, and when its clock was changed."""
        self._core.replan()

    def open_intents(self) -> typing.List[OperatorIntent]:
        """What is not confirmed yet at any operator, oldest first."""
        return self._core.open_intents()

    def close(self) -> None:
        """Closes every client. Their alarms stay set, because their tickets go on."""
        if core._is_forked():
            return
        clients = list(self._open.values())
        for client in clients:
            client.close()
        self._core.shut_down_all()
        kept = [lent.let_go() for lent in self._lent]
        self._lent = []
        for client in clients:
            client._kept += kept

    def __enter__(self) -> Operators:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Verifier(TicketVerifier):
    """Verifies the codes of one operator, without an account, a file or a network.

    Keep what `taken()` gives, and hand it in as `kept` at the next start.
    """

    def __init__(self, config: VerifierConfig, kept: typing.Optional[VerifierData] = None) -> None:
        super().__init__(config)
        if kept and kept.keys:
            self.take_keys(kept.keys)
        if kept and kept.revocations:
            self.take_revocations(kept.revocations)

    def refresh(self) -> bool:  # type: ignore[override]
        """Fetches the key set and the list of ended codes where they changed; whether one did."""
        # In a thread of its own: where it is called a loop may run, as in a notebook.
        fetched: typing.Coroutine[typing.Any, typing.Any, bool] = super().refresh()
        with concurrent.futures.ThreadPoolExecutor(1, "mesto-verifier") as thread:
            return thread.submit(asyncio.run, fetched).result()


class _Lent:
    """A port as the core holds it. With the port itself, one that holds the app would never be let go of."""

    def __init__(self, port: object) -> None:
        self._port: typing.Callable[[], typing.Any] = lambda: port

    def let_go(self) -> object:
        """The port; what it is needed for after the end goes on as long as somebody keeps it."""
        port = self._port()
        with contextlib.suppress(TypeError):  # of a class without weak references
            self._port = weakref.ref(port)
        return port


def _lent(port: typing.Any, kind: type) -> typing.Any:
    core._offers(port, kind)

    def passed_on(name: str) -> typing.Callable[..., typing.Any]:
        def call(self: _Lent, *args: object) -> typing.Any:
            port = self._port()
            if port is None:
                raise PhoneError.Failed("the client is closed")
            return getattr(port, name)(*args)

        call.__name__ = name
        return call

    methods = {name: passed_on(name) for name in vars(kind) if not name.startswith("_")}
    return type(type(port).__name__, (_Lent, kind), methods)(port)


_PORTS = {
    "clock": DeviceClock,
    "secrets": SecretStore,
    "device_key": DeviceKey,
    "reminders": ReminderPlan,
    "link": OperatorLink,
    "log": LogSink,
}


def _lending(phone: typing.Optional[Phone]) -> typing.Tuple[typing.Optional[Phone], typing.List[typing.Any]]:
    """The same phone as the core gets it, and what it lends."""
    if not isinstance(phone, Phone):
        return phone, []
    lent = {name: _lent(getattr(phone, name), kind) for name, kind in _PORTS.items() if getattr(phone, name) is not None}
    return dataclasses.replace(phone, **lent), list(lent.values())


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.run_until_complete(_give_up())
    loop.close()


async def _give_up() -> None:
    """Whoever still waits for an answer hears that there will be none."""
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.stop)
