"""Mesto in Python: the core through its generated module, and a facade that waits for it.

`mesto.Client` is the core itself with `async` calls; `mesto.Mesto` is the same, each call waiting for its answer. The native
library is taken from MESTO_LIB_DIR, the generated module from target/bindings/python.
"""

import asyncio
import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("MESTO_LIB_DIR", str(_ROOT / "target" / "debug"))
sys.path.append(str(_ROOT / "target" / "bindings" / "python"))

from mesto_core import *  # noqa: E402,F401,F403
from mesto_core import Client, MestoError  # noqa: E402

# What a traceback and `print(error)` show is what a driver reads.
MestoError.__str__ = lambda self: self.text


class Mesto:
    """The core with every call waiting for its answer; close it, or use it in a `with`."""

    def __init__(self, config, phone=None):
        self.core = Client.open(config, phone)
        self._loop = asyncio.new_event_loop()

    def __getattr__(self, name):
        call = getattr(self.core, name)

        def waiting(*args, **kwargs):
            answer = call(*args, **kwargs)
            return self._loop.run_until_complete(answer) if asyncio.iscoroutine(answer) else answer

        return waiting

    def close(self):
        """Lets go of the core; nothing can be called afterwards."""
        self._loop.close()
        self.core = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
