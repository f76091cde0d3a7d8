"""Write a file whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DRAFT = ".dynateach-"
"""What the name of a file begins with that is not whole yet; one that was killed meanwhile leaves it."""


def replace(target: Path, content: bytes) -> None:
    """Write all of it or nothing: a full disk must not cost the learner the file that was there.

    A link stays a link, and a file keeps its mode. Raises ``OSError``, and leaves no draft, where that cannot be done.
    """
    with replacing(target) as file:
        file.write(content)


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """The same for what is written bit by bit: the target changes when the block ends, and not if it raises."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target = target.resolve()
    mode = target.stat().st_mode if target.exists() else 0o644
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(draft, mode & 0o777)
        os.replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise
