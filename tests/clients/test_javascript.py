"""Programs in JavaScript, with AWS's SDK v3 and with libraries on top of it, run unmodified against a Lab.

The programs and what they expect are in ``javascript/``, one file a subject, each with tests of its own for node's test runner.
The packages come from npm, at the versions of ``package-lock.json``, into ``javascript/node_modules``.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dynateach.wire.http import Endpoint

PROGRAMS = Path(__file__).with_name("javascript")
OLDEST_NODE = 20
PATIENCE = 300
"""Seconds that npm, or one program, may take."""


@pytest.fixture(scope="module")
def node() -> str:
    """The path of node, once the packages are there. Skips if that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or _version(node) < OLDEST_NODE:
        pytest.skip(f"node {OLDEST_NODE} or newer and npm are not installed: no JavaScript client is tried")
    wanted = hashlib.sha256((PROGRAMS / "package-lock.json").read_bytes()).hexdigest()
    installed = PROGRAMS / "node_modules" / ".installed"
    if not installed.exists() or installed.read_text() != wanted:
        _install(npm)
        installed.write_text(wanted)
    return node


@pytest.mark.parametrize("program", sorted(path.stem for path in PROGRAMS.glob("*.mjs") if path.stem != "table"))
def test_the_program_gets_from_a_lab_what_it_expects_of_dynamodb(node: str, endpoint: Endpoint, program: str) -> None:
    done = subprocess.run(
        [node, "--no-warnings", "--test", "--test-reporter=tap", f"{program}.mjs"],
        cwd=PROGRAMS,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed is not None
    assert int(passed[1]) > 0


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    locked = json.loads((PROGRAMS / "package-lock.json").read_text())["packages"]
    packages = [package for path, package in locked.items() if path]

    assert [package for package in packages if "resolved" in package] == []
    assert all(package["version"] and package["integrity"].startswith("sha512-") for package in packages)


def _version(node: str) -> int:
    """Its major version: 20 for ``v20.1.2``."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.strip().removeprefix("v").partition(".")[0])


def _install(npm: str) -> None:
    """Fetch what the lock file names. Skips if npm cannot, without a network for instance; where ``CI`` is set it fails."""
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=PROGRAMS,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        give_up = pytest.fail if os.getenv("CI") else pytest.skip
        give_up(
            f"npm could not fetch the packages, so that no JavaScript client is tried: {done.stderr.strip()[-500:]}"
        )
