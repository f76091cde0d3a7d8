"""What ``dynateach doctor`` finds, and when it calls a machine unfit."""

from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from dynateach import doctor, workbook
from dynateach.cli import main
from dynateach.errors import WorkbookError


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_machine_with_everything_is_fit() -> None:
    assert _exit_code() == 0


def test_every_package_that_learning_takes_is_looked_for() -> None:
    looked_for = {finding.name for finding in doctor.examine()}

    assert {"boto3", "jupyterlab", "ipywidgets", "plotly", "pandas"} <= looked_for
    assert not {"moto", "ruff", "nbval"} & looked_for


def test_a_missing_package_is_named_with_the_command_that_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, "plotly", None)

    finding = _finding("plotly")

    assert (finding.ok, finding.found) == (False, "missing")
    assert finding.remedy.startswith("pip install 'plotly")
    assert _exit_code() == 1


def test_a_package_that_is_too_old_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, "jupyterlab", "3.6.0")

    assert _finding("jupyterlab").ok is False
    assert _exit_code() == 1


def test_what_is_optional_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, "orjson", None)
    monkeypatch.setattr(doctor, "chromium", lambda: None)

    optional = [finding for finding in doctor.examine() if not finding.ok]

    assert [(finding.name.split()[0], finding.needed) for finding in optional] == [
        ("orjson", False),
        ("Chromium", False),
    ]
    assert all(finding.remedy for finding in optional)
    assert _exit_code() == 0


def test_an_installation_without_notebooks_is_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> Path:
        raise WorkbookError("This installation carries no notebooks", next="Install it again")

    monkeypatch.setattr(workbook, "origin", nothing)

    assert _finding("notebooks").remedy == "Install it again"
    assert _exit_code() == 1


def test_the_workbooks_folder_is_named_before_and_after_it_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "dynateach-workbook"

    assert _finding("your workbook's folder").found == f"{folder}, not made yet"
    folder.mkdir()
    assert _finding("your workbook's folder").found == str(folder)


def test_a_file_in_the_place_of_the_workbooks_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "dynateach-workbook").write_text("")

    finding = _finding("your workbook's folder")

    assert not finding.ok
    assert finding.remedy


def test_the_chromium_that_was_named_is_the_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNATEACH_CHROMIUM", "/opt/my/chromium")

    assert doctor.chromium() == "/opt/my/chromium"


def _finding(name: str) -> doctor.Finding:
    return next(finding for finding in doctor.examine() if finding.name == name)


def _exit_code() -> int:
    return CliRunner().invoke(main, ["doctor"]).exit_code


def _pretend(monkeypatch: pytest.MonkeyPatch, package: str, version: str | None) -> None:
    """Make ``package`` look as if it were installed in that version, or not at all."""
    real = metadata.version

    def pretended(name: str) -> str:
        if name != package:
            return real(name)
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", pretended)
