"""What is installed, what is locked, what travels in the wheel, and what an import costs."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from dynateach import __version__

REPOSITORY = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
SHEETS = sorted((REPOSITORY / "notebooks" / "sheets").glob("*.html"))
HEAVY = (
    "IPython",
    "anywidget",
    "ipywidgets",
    "jupyter_client",
    "jupyter_server",
    "numpy",
    "pandas",
    "plotly",
    "tornado",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel built from it."""
    target = tmp_path_factory.mktemp("built")
    _python("-m", "build", "--no-isolation", "--outdir", str(target), str(REPOSITORY))
    return target


def test_the_wheel_carries_every_notebook_exercise_and_cheat_sheet(built: Path) -> None:
    travelling = _notebooks("notebooks") | _notebooks("exercises")

    carried = {name.removeprefix("dynateach/_workbook/") for name in _wheel(built) if "/_workbook/" in name}

    assert travelling | {f"notebooks/sheets/{one.name}" for one in SHEETS} <= carried
    assert "notebooks/00_start_here.ipynb" in carried


def test_no_solution_travels_in_the_wheel(built: Path) -> None:
    assert [name for name in _wheel(built) if "solution" in name] == []


def test_the_wheel_holds_one_package_and_its_data(built: Path) -> None:
    names = _wheel(built)

    assert {name.split("/")[0] for name in names} == {"dynateach", f"dynateach-{__version__}.dist-info"}
    assert "dynateach/jupyter/config/labconfig/default_setting_overrides.json" in names
    assert "dynateach/py.typed" in names
    assert {f"dynateach/grading/starter/{name}" for name in ("README.md", "20_shelf.ipynb", "shelf.py")} <= set(names)


def test_teachers_find_the_solutions_in_the_source_archive(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        assert _notebooks("solutions") <= {name.partition("/")[2] for name in opened.getnames()}


def test_an_installed_wheel_copies_its_own_workbook(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    _python("-m", "pip", "install", "-qq", "--no-deps", "--target", str(tmp_path / "site"), str(wheel))
    script = f"""
import sys; sys.path.insert(0, {str(tmp_path / "site")!r})
from pathlib import Path
from dynateach import workbook
assert workbook.origin() == Path({str(tmp_path / "site" / "dynateach" / "_workbook")!r}), workbook.origin()
print(*workbook.copy_to(Path({str(tmp_path / "mine")!r})).written)"""

    assert "notebooks/00_start_here.ipynb" in _python("-c", script, folder=tmp_path).split()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(name: str) -> None:
    text = (REPOSITORY / name).read_text()
    pinned = re.findall(r"^[a-z0-9._-]+==[^\s\\]+(?: ; [^\\]+)? \\$", text, re.MULTILINE)

    assert "://" not in text
    assert "index" not in text
    assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE))
    assert text.count("--hash=sha256:") >= len(pinned)


def test_both_locks_choose_the_same_versions() -> None:
    learning, testing = ({pin.split()[0] for pin in _pins(name)} for name in LOCKS)

    assert learning <= testing


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_knows_every_direct_requirement(name: str) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + (project["optional-dependencies"]["dev"] if "dev" in name else [])

    locked = {pin.split("==")[0] for pin in _pins(name)}

    assert {re.split(r"[<>=\[]", requirement)[0] for requirement in wanted} <= locked


def test_the_readmes_example_prints_what_the_readme_says() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    code, said = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", readme, re.DOTALL).groups()  # type: ignore[union-attr]

    assert _python("-c", code) == said


def test_importing_dynateach_loads_nothing_that_draws_or_serves() -> None:
    loaded = _python("-c", "import sys, dynateach; print(*{name.split('.')[0] for name in sys.modules})").split()

    assert sorted(set(loaded) & set(HEAVY)) == []


def _notebooks(folder: str) -> set[str]:
    return {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / folder).glob("*.ipynb")}


def _wheel(built: Path) -> list[str]:
    (wheel,) = built.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def _pins(name: str) -> list[str]:
    lines = (REPOSITORY / name).read_text().splitlines()
    return [line.removesuffix(" \\") for line in lines if re.match(r"\w", line)]


def _python(*arguments: str, folder: Path = REPOSITORY) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
