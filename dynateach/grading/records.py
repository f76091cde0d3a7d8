"""The records of a report: a file for each submission. All else in the report is made of them."""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from dynateach import files
from dynateach.grading.lay import fingerprint
from dynateach.grading.verdicts import Judged

RECORDS = "records"


class Records(Collection[Judged]):
    """The records of some submissions, in the order of their ``names``. One is in memory at a time: they are read from ``out`` by whoever asks."""

    def __init__(self, out: Path, names: Sequence[str]) -> None:
        self._out = out
        self._names = names

    def __iter__(self) -> Iterator[Judged]:
        return (read(self._out, name) for name in self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, judged: object) -> bool:
        return any(one == judged for one in self)


def read(out: Path, name: str) -> Judged:
    """The record of the submission of that name. Raises ``OSError`` if there is none.

    One that is broken raises ``ValueError``, ``TypeError`` or ``KeyError``.
    """
    return Judged.from_json(json.loads(place_of(out, name).read_text("utf-8")))


def write(out: Path, judged: Judged) -> None:
    """Keep a record, whole or not at all. Raises ``OSError``."""
    files.replace(place_of(out, judged.name), json.dumps(judged.to_json(), indent=1).encode())


def place_of(out: Path, name: str) -> Path:
    """Where the record of the submission of that name lies."""
    return out / RECORDS / f"{fingerprint(name.encode('utf-8', 'surrogatepass'))[:24]}.json"
