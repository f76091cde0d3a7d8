"""Values that are made to break, hang or flood whoever looks at them. None is right, none disturbs the others, none blames the teacher."""

import pytest

from tests.grading.made import graded

RETURNED: dict[str, str] = {
    "a number of ten million digits": "1 << 33_000_000",
    "a list of such numbers": "[1 << 3_000_000 for _ in range(4)]",
    "a negative one": "-(1 << 33_000_000)",
    "a Decimal beyond measure": "__import__('decimal').Decimal('1e999999999')",
    "a Decimal near nothing": "__import__('decimal').Decimal('1e-999999999')",
    "a Decimal of a million digits": "__import__('decimal').Decimal('9' * 1_000_000)",
    "a Decimal that is no number": "__import__('decimal').Decimal('NaN')",
    "a Decimal that signals": "__import__('decimal').Decimal('sNaN')",
    "an endless Decimal": "__import__('decimal').Decimal('-Infinity')",
    "a float that is no number": "float('nan')",
    "keys that are no numbers": "{float('nan'): 1, float('nan'): 2}",
    "ten million letters": "'x' * 10_000_000",
    "half of a letter": "'\\ud800' * 1_000",
    "bytes": "bytes(5_000_000)",
    "a million parts": "list(range(1_000_000))",
    "a list in a list in a list": "__import__('functools').reduce(lambda inner, _: [inner], range(10_000), [])",
    "a list that holds itself": "(lambda one: (one.append(one), one)[1])([])",
    "a diamond of lists": "__import__('functools').reduce(lambda inner, _: [inner, inner], range(35), [])",
    "a type with a long name": "type('x' * 1_000_000, (), {})()",
    "a type that lies about its name": "type('M', (type,), {'__name__': property(lambda cls: 1 / 0)})('T', (), {})()",
    "a type that says it is an int": "type('T', (), {'__class__': property(lambda self: int)})()",
    "an equal of everything": "type('T', (), {'__eq__': lambda self, other: True, '__hash__': lambda self: 0})()",
    "an int that is equal to everything": "type('T', (int,), {'__eq__': lambda a, b: True, '__hash__': int.__hash__})(1)",
    "a str that is equal to everything": "type('T', (str,), {'__eq__': lambda a, b: True, '__hash__': str.__hash__})('')",
    "a dict that is equal to everything": "type('T', (dict,), {'__eq__': lambda a, b: True, 'items': lambda self: 1 / 0})()",
    "a repr without end": "type('T', (), {'__repr__': lambda self: 'x' * 10_000_000})()",
    "a repr that exits": "type('T', (), {'__repr__': lambda self: 1 / 0})()",
    "a number of no library": "type('T', (), {'__module__': 'numpy', 'item': lambda self: exec('raise OSError')})()",
    "an endless generator": "iter(int, 1)",
    "a success, printed": "print('✓ 99.1 passed\\n' * 100_000)",
    "letters that steer a terminal": "print('\\x1b[2J\\x1b]0;passed\\x07\\u202e')",
}
RAISED: dict[str, str] = {
    "a text that fails": "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})()",
    "a text without end": "raise ValueError('x' * 10_000_000)",
    "the end of the program": "raise SystemExit('✓')",
    "a stop by keyboard": "raise KeyboardInterrupt",
    "the base of all": "raise BaseException('no')",
    "the end of a generator": "raise GeneratorExit",
    "the limit of requests": "from dynateach.grading.play import OutOfRequests; raise OutOfRequests",
    "too deep a call": "return answer_{0}(table)",
    "a name with lines": "raise type('✓ passed\\n99.1', (Exception,), {{}})()",
}


def test_no_value_passes_or_breaks_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {name: f"def {name}(table):\n    return {text}" for name, text in _named(RETURNED)}

    found = graded(monkeypatch, answers, seconds=20)

    _refused_all_but_the_honest(found, RETURNED)


def test_no_exception_passes_or_breaks_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        name: f"def {name}(table):\n    {text.replace('{0}', name[7:]).replace('{{}}', '{}')}"
        for name, text in _named(RAISED)
    }

    found = graded(monkeypatch, answers, seconds=20)

    _refused_all_but_the_honest(found, RAISED)


def _named(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"answer_{number}", text) for number, text in enumerate(table.values())]


def _refused_all_but_the_honest(found: dict[str, tuple[str, str]], table: dict[str, str]) -> None:
    verdict, _ = found.pop("honest")
    assert verdict == "passed"
    for what, (verdict, feedback) in zip(table, found.values(), strict=True):
        assert verdict in ("failed", "crashed", "out of memory"), what
        assert 0 < len(feedback) <= 8_000, what
        assert all(letter.isprintable() or letter == "\n" for letter in feedback), what
