"""What every test of a foreign client shares: a Lab that listens, and an environment that points AWS's clients at it.

A program finds the endpoint through ``AWS_ENDPOINT_URL``, which all AWS SDKs and the AWS CLI read, and so runs unmodified.
"""

from collections.abc import Iterator

import pytest

from dynateach import Lab
from dynateach.trace import RequestServed
from dynateach.wire.http import Endpoint


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def endpoint(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """The Lab's endpoint, to which the environment of this test and of the programs it starts points.

    At its end the test fails if the program asked for something that the Lab declined to simulate.
    """
    with lab.serve() as running:
        for name, value in environment(running).items():
            monkeypatch.setenv(name, value)
        yield running
    declined = {event.operation for event in lab.trace.of(RequestServed) if event.outcome == "NotSimulated"}
    assert declined == set()


def environment(endpoint: Endpoint) -> dict[str, str]:
    """Environment variables by which AWS's clients find ``endpoint``; the credentials are as good as any."""
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
