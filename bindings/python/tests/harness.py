"""A testbed and a phone for tests: see docs/testbed.md and docs/scenarios.md."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bindings" / "python"))

import mesto  # noqa: E402

PROGRAM = Path(os.environ.get("MESTO_BIN") or Path(os.environ["MESTO_LIB_DIR"]) / "mesto")


BELGRADE = "belgrade"  # the city of the testbed


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def text_of(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Problem(Exception):
    """A problem document of the operator, passed on by the testbed."""

    def __init__(self, document):
        super().__init__(document.get("detail", ""))
        self.code, self.text, self.advice = document.get("code", ""), document.get("detail", ""), ""


class Testbed:
    """A city of its own in a process; ends with its standard input."""

    __test__ = False  # pytest: no test, whatever its name begins with

    def __init__(self, start="2025-09-03T08:00:00Z", name="localhost", city="belgrade"):
        quiet = os.environ | {"RUST_LOG": os.environ.get("RUST_LOG", "error")}
        command = [str(PROGRAM), "testbed", "--port", "0", "--json", "--start", start, "--name", name, "--city", city]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=quiet)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{PROGRAM} testbed said nothing")
        addresses = json.loads(line)
        self.operator, self.control, self.root_key = (addresses[name] for name in ("operator", "control", "root_key"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=20)

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            document = json.loads(error.read() or b"{}")
            if "code" in document:
                raise Problem(document) from None
            raise RuntimeError(f"{method} {path}: {error.code} {document}") from None

    def now(self):
        return moment(self.ask("GET", "/clock")["now"])

    def code_for(self, phone):
        messages = self.ask("GET", "/messages?phone=" + urllib.parse.quote(phone))["messages"]
        return next(message["code"] for message in messages if message.get("code"))


class Serving:
    """An operator as its owner runs it, in a folder; `about` is what it says of itself."""

    def __init__(self, folder, about):
        folder = Path(folder)
        (folder / "secret").write_text("0123456789abcdef0123456789abcdef")
        (folder / "secret").chmod(0o600)
        (folder / "about.toml").write_text(about)
        quiet = os.environ | {"RUST_LOG": os.environ.get("RUST_LOG", "error")}
        subprocess.run([str(PROGRAM), "keys", "init"], cwd=folder, env=quiet, check=True, capture_output=True, timeout=60)
        command = [str(PROGRAM), "serve", "--listen", "127.0.0.1:0", "--bank-secret-file", "secret", "--about", "about.toml", "--json"]
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=quiet)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{PROGRAM} serve said nothing")
        addresses = json.loads(line)
        self.operator, self.root_key = addresses["operator"], addresses["root_key"]

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()


class PhoneClock(mesto.DeviceClock):
    """Tells the testbed's time, wrong by so many minutes; stands still until it is told."""

    def __init__(self, now):
        self.now = self.booted = now
        self.boots = 1
        self.ahead = timedelta()

    def wall(self):
        return self.now + self.ahead

    def monotonic(self):
        return self.now - self.booted

    def boot(self):
        return f"boot {self.boots}"

    def reboot(self):
        self.booted = self.now
        self.boots += 1


class RememberedPlan(mesto.ReminderPlan):
    """Keeps the last plan of alarms."""

    def __init__(self):
        self.plan = []

    def replace(self, operator, plan):
        self.plan = plan


class Phone:
    """One phone with an empty folder, its clock and its alarms; `mesto` is its client."""

    def __init__(self, testbed, link=None, city=BELGRADE):
        self.testbed, self.link = testbed, link
        self.folder = tempfile.TemporaryDirectory()
        self.clock, self.alarms = PhoneClock(testbed.now()), RememberedPlan()
        self.open()
        self.mesto.cities.refresh(city)

    def open(self):
        config = mesto.ClientConfig(
            path=os.path.join(self.folder.name, "mesto.db"), operator_url=self.testbed.operator, root_key=self.testbed.root_key
        )
        self.mesto = mesto.Mesto(config, mesto.Phone(clock=self.clock, reminders=self.alarms, link=self.link))

    def close(self):
        self.mesto.close()

    def tick(self):
        self.clock.now = self.testbed.now()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        self.folder.cleanup()
