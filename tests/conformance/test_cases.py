"""Every case of every file in ``cases/``, tried on a Lab of its own."""

from importlib import import_module
from pathlib import Path

import pytest

from dynateach import ServiceError
from tests.conformance.case import Case, the_world

FILES = sorted(path.stem for path in (Path(__file__).parent / "cases").glob("*.py"))


def cases() -> list[pytest.param]:  # type: ignore[valid-type]  # pytest's ParameterSet has no public name
    return [
        pytest.param(case, id=f"{file}: {case.promise}")
        for file in FILES
        for case in import_module(f"tests.conformance.cases.{file}").CASES
    ]


@pytest.mark.parametrize("case", cases())
def test_dynamodb(case: Case) -> None:
    lab = the_world()
    for operation, params in case.given:
        lab.request("dynamodb", operation, params)
    operation, params = case.request
    if case.text is None:
        assert lab.request("dynamodb", operation, params) == case.answer
        return
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, params)
    assert (caught.value.code, caught.value.message) == (case.code, case.text)
    assert {name: caught.value.fields[name] for name in case.fields} == case.fields


def test_no_two_cases_promise_the_same() -> None:
    for file in FILES:
        promises = [case.promise for case in import_module(f"tests.conformance.cases.{file}").CASES]
        assert sorted(set(promises)) == sorted(promises), file
