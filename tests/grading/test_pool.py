"""Where submissions are judged: a Dask cluster, if there is one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dynateach.errors import GradingError
from dynateach.grading.pool import cluster

REPOSITORY = Path(__file__).resolve().parents[2]


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(GradingError, match=r"pip install 'dynateach\[cluster\]'"), cluster("tcp://127.0.0.1:1"):
        pass


def test_a_dask_cluster_judges_as_this_machine_does(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    (tmp_path / "handed-in").mkdir()
    for name in ("ada", "bob"):
        (tmp_path / "handed-in" / f"{name}.ipynb").write_bytes(
            (REPOSITORY / "solutions/05_consistency.ipynb").read_bytes()
        )

    ended = subprocess.run([sys.executable, "-c", _GRADE], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    records = [json.loads(path.read_text()) for path in (tmp_path / "report" / "records").iterdir()]
    assert sorted(record["name"] for record in records) == ["ada.ipynb", "bob.ipynb"]
    assert {result["verdict"] for record in records for result in record["results"]} == {"passed"}


_GRADE = """
from pathlib import Path
from distributed import LocalCluster
from dynateach.grading import desk

if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
        desk.grade(desk.Order(Path("handed-in"), Path("report"), scheduler=cluster.scheduler_address))
"""
