"""The wheel installs into a fresh environment, away from the repository, and the core answers from there."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from harness import ROOT

SCRIPT = """
import inspect, os, sys, typing
import mesto
assert "site-packages" in mesto.__file__, mesto.__file__
assert os.path.exists(os.path.join(os.path.dirname(mesto.__file__), "py.typed"))
config = mesto.ClientConfig(path=sys.argv[1], operator_url="http://127.0.0.1:9", root_key="A" * 43)
with mesto.Mesto(config) as app:
    try:
        app.cities.refresh("belgrade")
    except mesto.MestoError.Offline as error:
        print(error.code, app.account.state())
# What an editor completes and a checker reads.
assert {"account", "parking", "payments"} <= set(dir(mesto.Mesto))
hints = typing.get_type_hints(type(app.parking).quote, vars(mesto.waiting))
assert hints["zone"] is mesto.ZoneId and hints["return"] is mesto.Quote, hints
assert typing.get_type_hints(mesto.Ticket)["id"] is mesto.TicketId
assert inspect.getdoc(mesto.Ticket) and inspect.getdoc(type(app.parking).quote)
"""


class Wheel(unittest.TestCase):
    def test_a_wheel_installs_into_a_fresh_environment_and_works_there(self):
        with tempfile.TemporaryDirectory() as folder:
            run = lambda *words: subprocess.run(
                words, cwd=folder, env={"PATH": os.environ["PATH"]}, check=True, capture_output=True, text=True, timeout=300
            ).stdout
            build = [sys.executable, str(ROOT / "bindings" / "python" / "wheel.py"), folder]
            wheel = subprocess.run(build, check=True, capture_output=True, text=True, timeout=300).stdout.strip()
            run(sys.executable, "-m", "venv", "--without-pip", f"{folder}/fresh")
            fresh = str(Path(folder) / "fresh" / "bin" / "python")
            run(sys.executable, "-m", "pip", "--python", fresh, "install", "--no-index", "--no-deps", wheel)
            said = run(fresh, "-c", SCRIPT, f"{folder}/mesto.db")
        self.assertIn("offline AccountState(is_signed_in=False", said)


if __name__ == "__main__":
    unittest.main()
