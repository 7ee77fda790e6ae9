"""Mesto in Python: the core through its generated module, for scenarios and contract tests."""

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("MESTO_LIB_DIR", str(_ROOT / "target" / "debug"))
sys.path.insert(0, str(_ROOT / "target" / "bindings" / "python"))

from mesto_core import *  # noqa: E402,F401,F403
