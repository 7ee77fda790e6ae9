"""Mesto in Python: the core through its generated module, and a facade that waits for it.

`mesto.Client` is the core itself with `async` calls; `mesto.Mesto` is the same, each call waiting for its answer. The native
library is taken from MESTO_LIB_DIR, the generated module from target/bindings/python.
"""

import asyncio
import functools
import os
import sys
import threading
import weakref
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("MESTO_LIB_DIR", str(_ROOT / "target" / "debug"))
sys.path.append(str(_ROOT / "target" / "bindings" / "python"))

from mesto_core import *  # noqa: E402,F401,F403
from mesto_core import Client, MestoError  # noqa: E402

from .link import UrllibLink  # noqa: E402,F401

# What a traceback and `print(error)` show is what a driver reads.
MestoError.__str__ = lambda self: self.text


class Mesto:
    """The core with every call waiting for its answer; close it, or use it in a `with`.

    Any thread may call it, one with a running event loop (a notebook) too. An interrupted call is called off; a paying
    action that had begun stays an open intent.
    """

    _core = None

    def __init__(self, config, phone=None):
        self._core = Client.open(config, phone)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(self._loop,), name="mesto", daemon=True).start()
        # One that nobody closed ends with its last reference.
        self._end = weakref.finalize(self, _stop, self._loop)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if self._core is None:
            raise ValueError("this Mesto is closed")
        call = getattr(self._core, name)

        @functools.wraps(call)
        def waiting(*args, **kwargs):
            answer = call(*args, **kwargs)
            if not asyncio.iscoroutine(answer):
                return answer
            future = asyncio.run_coroutine_threadsafe(answer, self._loop)
            try:
                return future.result()
            finally:
                future.cancel()

        return waiting

    def close(self):
        """Closes the database and lets go of the core: its file is free when this returns, and nothing can be called afterwards.

        What is not confirmed yet goes on when the file is opened again. Again does nothing.
        """
        core, self._core = self._core, None
        if core is not None:
            core.shut_down()
        self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _run(loop):
    loop.run_forever()
    loop.run_until_complete(_give_up(asyncio.all_tasks(loop)))
    loop.close()


async def _give_up(waiting):
    """Whoever still waits for an answer hears that there will be none."""
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def _stop(loop):
    loop.call_soon_threadsafe(loop.stop)
