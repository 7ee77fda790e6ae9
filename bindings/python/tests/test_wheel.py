"""The wheel installs into a fresh environment, away from the repository, and the core answers from there."""

import os
import re
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
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        build = [sys.executable, str(ROOT / "bindings" / "python" / "wheel.py"), folder.name]
        wheel = subprocess.run(build, check=True, capture_output=True, text=True, timeout=300).stdout.strip()
        cls.run_there(sys.executable, "-m", "venv", "--without-pip", str(cls.folder / "fresh"))
        cls.fresh = str(cls.folder / "fresh" / "bin" / "python")
        cls.run_there(sys.executable, "-m", "pip", "--python", cls.fresh, "install", "--no-index", "--no-deps", wheel)

    @classmethod
    def run_there(cls, *words):
        environment = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            words, cwd=cls.folder, env=environment, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    def checked(self, name, program):
        """What mypy in strict mode says of a program that uses the wheel. `cargo xtask test` has the packages of MESTO_MYPY."""
        (self.folder / name).write_text(program)
        words = ["python3", "-m", "mypy", "--strict", "--python-executable", self.fresh, "--cache-dir", str(self.folder / "cache"), name]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("MESTO_MYPY", "")}
        said = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300)
        self.assertEqual((0, "Success: no issues found in 1 source file\n"), (said.returncode, said.stdout), said.stderr)

    def test_a_wheel_installs_into_a_fresh_environment_and_works_there(self):
        said = self.run_there(self.fresh, "-c", SCRIPT, str(self.folder / "mesto.db"))
        self.assertIn("offline AccountState(is_signed_in=False", said)

    def test_a_program_that_uses_it_is_checked_strictly_and_its_mistakes_are_found(self):
        self.checked("typed_app.py", (ROOT / "bindings" / "python" / "tests" / "typed_app.py").read_text())

    def test_what_stands_on_the_pages_is_typed(self):
        for page in ("quick-start", "guide-app-teams"):
            text = (ROOT / "docs" / f"{page}.md").read_text()
            pieces = re.findall(r"```python\n(.*?)```", text, flags=re.S)
            self.assertTrue(pieces, page)
            for number, piece in enumerate(pieces):
                with self.subTest(page=page, number=number):
                    self.checked(f"piece_{number}.py", piece)


if __name__ == "__main__":
    unittest.main()
