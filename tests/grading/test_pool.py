"""Where submissions are judged: a Dask cluster, if there is one. ``test_course.py`` has one judge."""

import sys

import pytest

from dynateach.errors import GradingError
from dynateach.grading.pool import cluster


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(GradingError, match=r"pip install 'dynateach\[cluster\]'"), cluster("tcp://127.0.0.1:1"):
        pass
