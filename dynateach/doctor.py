"""What this machine has, what it lacks, and how to get it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from dynateach import workbook
from dynateach.errors import WorkbookError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GET_CHROMIUM = "On Debian: apt-get install chromium. Anywhere: playwright install chromium"


@dataclass(frozen=True)
class Finding:
    """One thing looked for. ``needed`` says whether learning is impossible without it, ``remedy`` how to get it."""

    name: str
    found: str
    ok: bool
    needed: bool = True
    remedy: str = ""


def examine() -> list[Finding]:
    """Everything that dynateach uses, what it cannot do without first."""
    return [_python(), *_packages(), _notebooks(), _workbooks_folder(), _orjson(), _chromium()]


def chromium() -> str | None:
    """The path of a Chromium or Chrome: ``DYNATEACH_CHROMIUM``, the one on PATH, or Playwright's own; None without one."""
    if named := os.getenv("DYNATEACH_CHROMIUM"):
        return named
    on_path = (shutil.which(name) for name in CHROMIUM_NAMES)
    return next(filter(None, on_path), None) or _playwrights_own()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python 3.11 or newer", version, sys.version_info >= (3, 11), remedy="Get it from python.org")


def _packages() -> Iterator[Finding]:
    """The package's own requirements, as the installer knows them: the list has one home, pyproject.toml."""
    for line in metadata.requires("dynateach") or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement)


def _package(requirement: Requirement) -> Finding:
    remedy = f"pip install '{requirement.name}{requirement.specifier}'"
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(requirement.name, "missing", False, remedy=remedy)
    fits = requirement.specifier.contains(version, prereleases=True)
    return Finding(requirement.name, version, fits, remedy=remedy)


def _notebooks() -> Finding:
    try:
        return Finding("notebooks", str(workbook.origin()), True)
    except WorkbookError as error:
        return Finding("notebooks", "missing", False, remedy=error.next)


def _workbooks_folder() -> Finding:
    try:
        found, ok = _state_of(workbook.default_folder())
    except WorkbookError as error:
        found, ok = str(error), False
    return Finding("your workbook's folder", found, ok, needed=False, remedy="Use another: dynateach lab FOLDER")


def _state_of(folder: Path) -> tuple[str, bool]:
    if folder.is_dir():
        return str(folder), os.access(folder, os.W_OK)
    parent = next(place for place in folder.parents if place.exists())
    if folder.exists() or not os.access(parent, os.W_OK):
        return f"{folder} cannot be made", False
    return f"{folder}, not made yet", True


def _orjson() -> Finding:
    try:
        return Finding("orjson (optional, faster JSON)", metadata.version("orjson"), True, needed=False)
    except metadata.PackageNotFoundError:
        remedy = "pip install 'dynateach[fast]'"
        return Finding("orjson (optional, faster JSON)", "missing", False, needed=False, remedy=remedy)


def _chromium() -> Finding:
    path = chromium()
    return Finding("Chromium (only for our tests)", path or "missing", bool(path), needed=False, remedy=GET_CHROMIUM)


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
