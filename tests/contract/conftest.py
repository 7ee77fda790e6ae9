"""One operator for all tests; it ends with them."""

import atexit
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("MESTO_LIB_DIR", ROOT / "target" / "debug")) / "served"

process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
said = process.stdout.readline()
if not said:
    raise RuntimeError(f"{PROGRAM} did not start; build it with `cargo build -p mesto-tests --bin served`")
SERVED = json.loads(said)


@atexit.register
def _end() -> None:
    process.stdin.close()
    process.wait(timeout=60)
