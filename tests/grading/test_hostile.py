"""Submissions that attack: their process, the conversation with the judge, the machine. None passes, and an honest answer beside them does."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynateach.grading.sandbox import MB, Limits, boundary
from tests.grading.made import RIGHT, graded, judge_made, secret_of

sandboxed = pytest.mark.skipif(
    boundary().program is None, reason="no sandbox works here: bubblewrap is missing, or may not"
)

FIND = """import gc, dynateach.grading.worker as w
def say(what):
    (lab,) = [one for one in gc.get_objects() if type(one) is w._Lab]
    return w._ask(lab.channel, what)
"""
"""The way to the judge, for whoever goes round boto3."""

ENDLESS: dict[str, str] = {
    "with signals ignored": "import signal, itertools\n    [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 15, 24)]\n    while True: pass",
    "in a generator": "return [one for one in iter(int, 1)]",
    "in a finaliser": "type('T', (), {'__del__': lambda self: [0 for _ in iter(int, 1)]})()",
    "of a wait for a thread": "import threading; threading.Event().wait()",
}
CELLS: dict[str, tuple[str, str]] = {
    "an endless cell": ("while True: pass", "timed out"),
    "another program": ("import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'pass'])", "failed|crashed"),
    "an end by a signal": ("import os; os.kill(os.getpid(), 9)", "crashed"),
    "an exit": ("import sys; sys.exit(0)", "failed"),
    "a stack that overflows": ("exec('-' * 1_000_000 + '1')", "failed|crashed"),
    "no Python": ("def {name}(table:\n\x00", "failed"),
    "a file that never ends": ("f = open('/tmp/x', 'wb')\nwhile f.write(bytes(1 << 20)): pass", "failed|crashed"),
    "ten gigabytes": ("held = bytearray(10 ** 10)", "failed"),
    "a gigabyte of output": ("import os\nfor _ in range(256): os.write(1, bytes(4 << 20))", "failed"),
    "a trace function": (
        "import sys\nsys.settrace(lambda *a: sys.exit)\ndef {name}(table): return 1",
        "failed|crashed",
    ),
    "a patched engine": (
        "import dynateach.lab as l, dynateach.checks.task as t\nl.Lab.request = lambda *a, **k: {}\n"
        "t.Reply.value = 1\ndef {name}(table): return 1",
        "failed|crashed",
    ),
    "patched builtins": (
        "import builtins, json\nbuiltins.len = lambda x: 10 ** 9\njson.dumps = lambda *a, **k: '{}'\n"
        "def {name}(table): return 1",
        "failed|crashed",
    ),
    "an answer that is an exit": (
        "import os\nclass E:\n    __call__ = lambda self, table: os._exit(0)\n{name} = E()",
        "crashed",
    ),
}
SAID: dict[str, tuple[str, str]] = {
    "that years pass": ("say({'pass': 10 ** 15})", "crashed"),
    "that time passes unasked": ("say({'pass': 1})", "crashed"),
    "that time runs backwards": ("say({'pass': -1})", "crashed"),
    "no time at all, again and again": (
        "table.meta.client.describe_table(TableName='numbers')\n    while True: say({'pass': 0})",
        "crashed",
    ),
    "nothing that there is": ("say({'open': '/etc/passwd'})", "crashed"),
    "a list": ("say([1])", "crashed"),
    "too many parts": ("say([0] * 2_000_000)", "crashed"),
    "a request of another shape": ("say({'request': ['dynamodb', 'GetItem', [], 'us-east-1']})", "crashed"),
    "a request without sense": (
        "say({'request': ['dynamodb', 'PutItem', {'TableName': {'a': 1}, 'Item': 5}, 'x']})",
        "failed|crashed",
    ),
    "a service that there is not": ("say({'request': ['iam', 'ListUsers', {}, 'us-east-1']})", "failed"),
    "a region of half letters": ("say({'request': ['dynamodb', 'ListTables', {}, '\\ud800']})", "failed|crashed"),
    "requests without end": ("while True: say({'request': ['dynamodb', 'ListTables', {}, 'us-east-1']})", "failed"),
    "gigabytes": (
        "big = {'S': 'x' * 30_000_000}\n    for _ in range(20):\n        try: say({'request': ['dynamodb', 'PutItem', {'Item': big}, 'r']})\n"
        "        except Exception: pass",
        "crashed|timed out",
    ),
    "keys that collide": (
        "(lab,) = [one for one in gc.get_objects() if type(one) is w._Lab]\n"
        "    lab.channel.send({'value': {'set': [{'int': hex(n * (2 ** 61 - 1))} for n in range(200_000)]}})",
        "timed out",
    ),
    "its own verdict": ("say({'verdict': 'passed', 'value': None, 'raised': None, 'points': 100})", "failed"),
    "its answer to the next call as well": (
        "(lab,) = [one for one in gc.get_objects() if type(one) is w._Lab]\n"
        "    reply = {'value': int(table.get_item(Key={'pk': 'a'})['Item']['secret']), 'raised': None, 'printed': ''}\n"
        "    import json, struct; text = json.dumps(reply).encode()\n"
        "    lab.channel._end.sendall(2 * (struct.pack('!I', len(text)) + text))",
        "crashed",
    ),
    "half a word": (
        "import os\n    [os.write(n, b'\\x00\\x00') for n in range(3, 9) if os.path.exists(f'/proc/self/fd/{n}')]\n    os._exit(0)",
        "crashed",
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_endless_loop_is_late_whatever_it_does(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _verdict(monkeypatch, f"def attack(table):\n    {ENDLESS[what]}", "timed out", seconds=3)


@pytest.mark.parametrize("what", CELLS)
def test_a_hostile_cell_hurts_only_its_own_task(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, verdicts = CELLS[what]
    patches = any(word in what for word in ("patched", "trace"))
    _verdict(monkeypatch, source.replace("{name}", "attack"), verdicts, seconds=4, alone=patches)


@pytest.mark.parametrize("what", SAID)
def test_what_is_forged_is_not_believed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, verdicts = SAID[what]
    out_of_step = "verdict" in what
    _verdict(monkeypatch, f"{FIND}def attack(table):\n    {source}", verdicts, seconds=4, alone=out_of_step)


def test_no_process_knows_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = graded(monkeypatch, {"attack": _LOOKS_FOR_SEED}, seed=8_675_309)

    assert found["attack"][0] == "failed"
    assert "nothing found" in found["attack"][1]


def test_a_name_counts_as_it_was_above_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"one": RIGHT.format(name="one"), "two": f"one = None\n{RIGHT.format(name='two')}"}

    found = graded(monkeypatch, answers)

    assert {verdict for verdict, _ in found.values()} == {"passed"}


def test_an_answer_that_looks_inside_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"one": f"import dynateach.checks\n{RIGHT.format(name='one')}", "two": RIGHT.format(name="two")}

    (note,) = judge_made(monkeypatch, answers).notes

    assert note.startswith("Cell answer-99-1 uses dynateach")


def test_a_request_that_no_lab_serves_fails_as_in_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "def attack(table):\n    return table.meta.client.describe_kinesis_streaming_destination(TableName='numbers')"
    )

    verdict, feedback = graded(monkeypatch, {"attack": source})["attack"]

    assert verdict == "failed"
    assert "attack raised" in feedback


def test_python_that_begins_a_line_with_an_operator_is_no_magic(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "def attack(table):\n    number = int(table.get_item(Key={'pk': 'a'})['Item']['secret'])\n    return (number\n% 10 ** 13)"

    assert graded(monkeypatch, {"attack": source})["attack"][0] == "passed"


MACHINE: dict[str, tuple[str, str]] = {
    "forks without end": ("import os\n    while True: os.fork()", "failed|crashed|timed out"),
    "threads without end": (
        "import threading\n    while True: threading.Thread(target=threading.Event().wait).start()",
        "failed|timed out",
    ),
    "a kill of its parent": ("import os; os.kill(os.getppid(), 9)", "failed|crashed"),
    "a kill of all": ("import os; os.kill(-1, 9)", "failed|crashed"),
    "a full /tmp": ("for n in range(99): open(f'/tmp/{n}', 'wb').write(bytes(8 << 20))", "failed"),
    "a full /dev/shm": ("open('/dev/shm/x', 'wb').write(bytes(1 << 20))", "failed"),
    "a file in the root": ("open('/x', 'wb').write(bytes(1 << 20))", "failed"),
    "a file among Python's": ("import dynateach; open(dynateach.__file__, 'a').write(' ')", "failed"),
    "a look at other processes": (
        "import os; assert [n for n in os.listdir('/proc') if n.isdigit() and int(n) > 50]",
        "failed",
    ),
    "a child that outlives it": (
        "import os, time\n    if os.fork() == 0:\n        os.setsid(); time.sleep(99)\n    return 1",
        "failed",
    ),
}


@sandboxed
@pytest.mark.parametrize("what", MACHINE)
def test_the_machine_is_out_of_reach(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, verdicts = MACHINE[what]
    _verdict(monkeypatch, f"def attack(table):\n    {source}", verdicts, seconds=4, alone="forks" in what)


@sandboxed
def test_many_processes_have_no_more_memory_than_one_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    children = """import os, time
    for _ in range(6):
        if not os.fork(): held = bytearray(b'x') * 80_000_000; time.sleep(99)
    time.sleep(99)"""

    found = graded(monkeypatch, {"attack": f"def attack(table):\n    {children}"}, limits=Limits(together=300 * MB))

    assert found["attack"][0] == "out of memory"
    assert found["honest"][0] == "passed"


@sandboxed
def test_files_of_others_can_neither_be_read_nor_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "neighbour").write_text(str(secret_of(7)))
    tmp_path.chmod(0o777)
    reads = f"def attack(table):\n    return int(open({str(tmp_path / 'neighbour')!r}).read())"
    writes = f"def attack(table):\n    open({str(tmp_path / 'gradebook')!r}, 'w').write('100')"

    for source in (reads, writes):
        _verdict(monkeypatch, source, "failed")

    assert not (tmp_path / "gradebook").exists()


@sandboxed
def test_nobody_hears_it(monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> None:
    source = f"import socket\ndef attack(table):\n    socket.create_connection({listener.getsockname()!r}, 1)"

    _verdict(monkeypatch, source, "failed")

    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


_LOOKS_FOR_SEED = """import gc, os, sys
def attack(table):
    def numbers(frame):
        while frame:
            yield from (one for one in frame.f_locals.values() if type(one) is int)
            frame = frame.f_back
    held = [one for held in gc.get_objects() if type(held) is dict for one in list(held.values()) if type(one) is int]
    seeds = {8_675_309, 8_675_310} - {0}
    told = int(os.environ['PYTHONHASHSEED'])
    reckoned = [(told - 1 + turns * 4_000_000_000) / 97 for turns in range(25)]
    found = [one for one in (*numbers(sys._getframe()), *held, told, *reckoned) if one in seeds]
    return found or 'nothing found'
"""


def _verdict(
    monkeypatch: pytest.MonkeyPatch, source: str, verdicts: str, *, seconds: float = 10, alone: bool = False
) -> None:
    """``alone``: what it has done to its own process, its other answers suffer from as well."""
    found = graded(monkeypatch, {"attack": source}, seconds=seconds)

    assert found["attack"][0] in verdicts.split("|"), found["attack"]
    assert alone or found["honest"][0] == "passed", found["honest"]
