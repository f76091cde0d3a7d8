"""The command ``dynateach``: one short function a command; the work is done elsewhere."""

import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress
from rich.table import Table

from dynateach import Lab, __version__
from dynateach.clock import SECOND
from dynateach.errors import DynateachError, GradingError

_out = Console(highlight=False, soft_wrap=True)


class _Group(click.Group):
    """Prints our own errors in their three parts and ends with exit code 2: a learner never meets a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DynateachError as error:
            _explain(error)
            sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="dynateach")
def main() -> None:
    """Learn DynamoDB by running it."""


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="Serve on this port; 0 means any free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def lab(folder: Path | None, port: int | None, no_browser: bool) -> None:
    """Open the workbook in JupyterLab.

    The notebooks are copied to FOLDER (default: dynateach-workbook in your home folder). What you have changed there is
    never overwritten.
    """
    from dynateach import workbook
    from dynateach.jupyter import launch

    launch.refuse_if_taken(port)  # before anything is copied
    copied = workbook.copy_to(folder or workbook.default_folder())
    _tell(copied)
    page = workbook.START if (copied.folder / workbook.START).is_file() else ""
    launch.start(copied.folder, page, port=port, browser=not no_browser, ready=_announce)
    _out.print(f"Stopped. Your work is in {escape(str(copied.folder))}")


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--timeout", default=60, show_default=True, type=click.IntRange(1), help="Seconds that one cell may take."
)
def check(notebook: Path, timeout: int) -> None:
    """Run all checks of NOTEBOOK from the top, in a fresh kernel.

    Exit code 0 means that every task passed, 1 that one did not, 2 that the notebook could not be run.
    """
    from dynateach.grading import run

    with Console(stderr=True).status("Running the notebook …"):
        report = run.run(notebook, timeout=timeout)
    for outcome in report.outcomes:
        _out.print(f"[{_COLOURS[outcome.verdict]}]{outcome.verdict:11}[/] {escape(outcome.task)}")
        for line in outcome.message.splitlines():
            _out.print(f"            {escape(line)}".rstrip())
    passed = sum(outcome.verdict == "passed" for outcome in report.outcomes)
    _out.print(f"{passed} of {len(report.outcomes)} tasks passed.")
    if report.stumble and not report.passed:
        _out.print(f"Look there first. {escape(report.stumble)}")
    if report.stopped:
        _out.print(f"The run stopped early. {escape(report.stopped)}")
    sys.exit(0 if report.passed else 1)


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Write records, grades and pages here.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder of the course (default: the workbook's).")
@click.option("--jobs", type=click.IntRange(1), help="Submissions at a time (default: one a core).")
@click.option("--seed", type=click.IntRange(0), help="What fresh data is drawn from (default: drawn once a report).")
@click.option("--exercise-seed", type=click.IntRange(0), help="The SEED of the exercises as handed out (default: 1).")
@click.option("--timeout", "seconds", default=30.0, show_default=True, type=click.FloatRange(1), help="Seconds a task.")
@click.option("--require-sandbox", "sandboxed", is_flag=True, help="Refuse to grade where no sandbox works.")
@click.option("--again", is_flag=True, help="Judge anew what has a record.")
@click.option("--scheduler", help="Judge on the Dask cluster whose scheduler has this address.")
def grade(**order: Any) -> None:
    """Grade SUBMISSIONS, a folder or a zip of notebooks.

    A run that was interrupted goes on when it is started again. Exit code 2 means that grading was not possible.
    """
    if sys.platform == "win32":
        raise GradingError(
            "Submissions cannot be graded on Windows, which has none of the limits",
            next="Grade in WSL, or on Linux or macOS.",
        )
    from dynateach.grading import desk
    from dynateach.grading.words import one_line

    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)) as bar:
        shown = bar.add_task("Judging", total=None)
        graded = desk.grade(desk.Order(**order), lambda total: bar.update(shown, advance=1, total=total))
    table = Table("verdict", "tasks")
    for verdict, count in graded.verdicts.items():
        table.add_row(verdict, str(count))
    Console(highlight=False).print(table)
    _out.print(f"{len(graded.records)} submissions, {graded.points} of {graded.of} points.")
    if graded.without:
        _out.print(
            f"Not graded, because there is no notebook in it: {escape(', '.join(map(one_line, graded.without)))}"
        )
    for words in graded.boundaries:
        _out.print(f"Boundary: {escape(words)}")
    _out.print(f"Report: {escape(str(graded.page))}")


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--export", "file", type=click.Path(path_type=Path), help="Write all of it to this .json or .csv file.")
def progress(folder: Path | None, file: Path | None) -> None:
    """Show what was predicted, judged and solved so far, and what to do next.

    FOLDER is the workbook's (default: the one you are in, or else dynateach-workbook in your home folder).
    """
    from dynateach.progress import card, report

    found = card.found(folder)
    if file:
        report.export(found.state, found.lessons, file)
        _out.print(f"Your progress: {escape(str(file))}")
        return
    table = Table(*card.HEAD)
    for row in found.rows:
        table.add_row(*map(escape, card.cells(row)))
    Console(highlight=False).print(table)
    _out.print(escape(f"{card.headline(found.rows)}\n{card.foot(found.where)}"))


@main.command()
@click.argument("exercise")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def reset(exercise: str, folder: Path | None) -> None:
    """Put an exercise back to its shipped state; your work is kept beside it.

    EXERCISE is its number, such as 05, or its file name. FOLDER is the workbook's (default: the one you are in, or else
    dynateach-workbook in your home folder).
    """
    from dynateach import workbook

    restored = workbook.restore(workbook.at_hand(folder), exercise)
    if restored.copy:
        _out.print(f"Your work is kept: {escape(str(restored.copy))}")
    if restored.same:
        _out.print(f"It is as shipped already: {escape(str(restored.path))}")
        return
    _out.print(f"As shipped: {escape(str(restored.path))}")
    _out.print("Is it open in JupyterLab? Then choose File > Reload Notebook from Disk.")


@main.command()
@click.argument("topic", required=False)
@click.option("--port", type=click.IntRange(0, 65535), help="Serve on this port; 0 means any free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def show(topic: str | None, port: int | None, no_browser: bool) -> None:
    """Open one topic full-window, for a projector.

    Its controls are live; no notebook is needed or kept. Without TOPIC, the topics are listed.
    """
    from dynateach.topics import catalogue

    if topic is None:
        _list(catalogue.topics())
        return
    from dynateach.jupyter import show as showing

    showing.start(catalogue.find(topic), port=port, browser=not no_browser, ready=_announce_topic)
    _out.print("Stopped.")


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the page here (default: beside the notebook).")
@click.option("--no-run", is_flag=True, help="Run nothing: show the outputs that the notebook was saved with.")
@click.option(
    "--timeout", default=60, show_default=True, type=click.IntRange(1), help="Seconds that one cell may take."
)
def export(notebook: Path, out: Path | None, no_run: bool, timeout: int) -> None:
    """Write NOTEBOOK as one HTML page that plays without a kernel or a network.

    It is run from the top in a fresh kernel; its file stays as it is. Exit code 2 means that a cell failed, or that
    there is no such notebook.
    """
    from dynateach import export as exporting

    with Console(stderr=True).status("Making the page …"):
        exported = exporting.export(notebook, out, run=not no_run, timeout=timeout)
    size = exported.path.stat().st_size / 1e6
    counted = f"figures: {exported.figures}, films: {exported.films}"
    _out.print(f"{escape(str(exported.path))} ({size:.1f} MB, {counted})")
    if no_run and not exported.shown:
        _out.print("The notebook was saved without outputs, so the page has none. Leave out --no-run to run it.")


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 means any free one.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Listen on this address; others can reach 0.0.0.0."
)
@click.option("--profile", default="ideal", show_default=True, help="The physics: ideal, realistic or classroom.")
@click.option("--seed", default=1, show_default=True, help="What every chance is drawn from.")
@click.option("--region", default="us-east-1", show_default=True, help="For requests that name none.")
@click.option("--virtual-time", is_flag=True, help="Let only requests move the Lab's clock, not the wall clock.")
def serve(port: int, host: str, profile: str, seed: int, region: str, virtual_time: bool) -> None:
    """Serve a Lab over HTTP, to any AWS SDK and to the AWS CLI.

    It takes any credentials. Its tables live until it stops. Unless time is virtual, its clock shows the time of day.
    """
    stopping = threading.Event()
    lab = Lab(seed, profile, region=region)
    if not virtual_time:
        lab.clock.advance(max(0.0, time.time() - lab.clock.now / SECOND))
    with lab.serve(port, host=host, virtual_time=virtual_time) as endpoint:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        _introduce(endpoint.url, region)
        stopping.wait()
    _out.print("Stopped. Its tables are gone.")


@main.command()
def doctor() -> None:
    """Say what this machine has, what it lacks, and how to get it.

    Exit code 1 means that something is missing without which you cannot learn.
    """
    from dynateach.doctor import examine

    findings = examine()
    table = Table("", "what", "found", "how to get it")
    for finding in findings:
        mark = "[green]ok[/]" if finding.ok else "[red]missing[/]" if finding.needed else "[yellow]optional[/]"
        table.add_row(mark, escape(finding.name), escape(finding.found), "" if finding.ok else escape(finding.remedy))
    Console(highlight=False).print(table)
    fit = all(finding.ok for finding in findings if finding.needed)
    _out.print("You can learn: dynateach lab" if fit else "Something is missing without which you cannot learn.")
    sys.exit(0 if fit else 1)


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 if an exercise differs.")
@click.argument("root", default=".", type=click.Path(path_type=Path))
def release(root: Path, only_check: bool) -> None:
    """Derive the exercises from the solutions.

    ROOT holds solutions/ and exercises/ (default: the folder you are in).
    """
    from dynateach.grading import release as releasing

    differing = releasing.changes(root)
    for change in differing:
        _out.print(f"{escape(str(change.path))}: {change.why}")
        if not only_check:
            releasing.apply(change)
    if not differing:
        _out.print("Every exercise follows from its solution.")
    sys.exit(1 if differing and only_check else 0)


@main.command()
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--timeout", default=60, show_default=True, type=click.IntRange(1), help="Seconds that one cell may take."
)
def record(notebooks: tuple[Path, ...], timeout: int) -> None:
    """Store in the solutions NOTEBOOKS what their checks say, for nbval to compare.

    Each is run from the top in a fresh kernel. Nothing is stored in one in which a cell fails.
    """
    from dynateach.grading import record as recording

    for notebook in notebooks:
        recording.record(notebook, timeout=timeout)
        _out.print(f"Recorded: {escape(str(notebook))}")


@main.group()
def course() -> None:
    """For teachers: exercises of your own, with your own checks."""


@course.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Lay out a course in FOLDER: one task that works, to make your own of."""
    from dynateach.grading import begin

    for path in begin.new(folder):
        _out.print(escape(str(path)))
    _out.print(f"Read {escape(str(folder / 'README.md'))} first. What a check is made of: checks/shelf.py")


_COLOURS = {"passed": "green", "failed": "red", "not reached": "yellow"}


def _tell(copied: Any) -> None:
    """One line a fact: what arrived, what was left alone."""
    folder = escape(str(copied.folder))
    _out.print(f"Your workbook: {folder} (new: {len(copied.written)}, updated: {len(copied.updated)})")
    if copied.record_lost:
        _out.print("Its record of earlier copies could not be read, so every file that differs was taken to be yours.")
    for yours, edition in copied.kept:
        _out.print(f"You have changed {escape(yours)}: it stays as it is. The new edition is {escape(edition)}")


def _announce(address: str) -> None:
    _out.print(f"JupyterLab: {address}\nCtrl-C stops it.")


def _announce_topic(address: str) -> None:
    _out.print(f"The topic: {address}\nCtrl-C stops it.")


def _list(topics: Any) -> None:
    width = max(len(topic.name) for topic in topics)
    for topic in topics:
        _out.print(f"{topic.name:{width}}  {topic.headline}", markup=False)
    _out.print("To open one: dynateach show TOPIC")


def _introduce(url: str, region: str) -> None:
    _out.print(f"DynamoDB: {url}", markup=False)
    _out.print(f"  aws:   aws dynamodb list-tables --endpoint-url {url} --region {region}", markup=False)
    _out.print(f'  boto3: boto3.client("dynamodb", endpoint_url="{url}", region_name="{region}")', markup=False)
    _out.print("Any credentials will do: export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any\nCtrl-C stops it.")


def _explain(error: DynateachError) -> None:
    err = Console(stderr=True, highlight=False, soft_wrap=True)
    err.print(f"[bold red]{escape(error.what)}[/]")
    if error.where:
        err.print(f"  where: {escape(error.where)}")
    if error.next:
        err.print(f"  what to do: {escape(error.next)}")
