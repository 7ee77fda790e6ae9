"""Puts a wheel of `mesto` for this machine into a folder: `python3 bindings/python/wheel.py DIR`.

It holds the facade, the generated modules of target/bindings/python and the built library of MESTO_LIB_DIR (target/debug).
"""

import base64
import hashlib
import os
import re
import sys
import sysconfig
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "mesto"


def files():
    """What lies in the package, by its name there."""
    library = Path(os.environ.get("MESTO_LIB_DIR") or ROOT / "target" / "debug")
    built = [path for path in library.iterdir() if re.fullmatch(r"(lib)?mesto_bindings\.(so|dylib|dll)", path.name)]
    if not built:
        raise SystemExit(f"there is no library in {library}: run `cargo xtask bindings` first")
    facade = sorted(path for path in (ROOT / "bindings" / "python" / NAME).iterdir() if path.suffix in (".py", ".typed"))
    generated = sorted((ROOT / "target" / "bindings" / "python").glob("*.py"))
    return {f"{NAME}/{path.name}": path.read_bytes() for path in [*facade, *generated, *built]}


def build(folder):
    """Writes the wheel; gives its path."""
    version = re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), flags=re.M).group(1)
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    info = f"{NAME}-{version}.dist-info"
    content = files()
    content[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version}\nSummary: City parking: the core of Mesto\n"
        "License: Apache-2.0 OR MIT\nRequires-Python: >=3.10\n"
    ).encode()
    content[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: {NAME}\nRoot-Is-Purelib: false\nTag: py3-none-{platform}\n"
    ).encode()
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    record = [f"{name},sha256={digest(data)},{len(data)}" for name, data in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    wheel = Path(folder) / f"{NAME}-{version}-py3-none-{platform}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            # Always the same moment: the same sources give the same wheel.
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return wheel


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__.splitlines()[0])
    print(build(sys.argv[1]))
