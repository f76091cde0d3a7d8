"""Six ways to deposit 10: what a client does, step by step, and what is to be learned from it."""

from collections.abc import Callable
from typing import NamedTuple

from dynateach.topics.parts.bank import BALANCE, DEPOSITS, Client, Program

OVERWRITE, LOCK, COUNTER = "read, then put", "optimistic lock", "atomic counter"
AGAIN, TOKEN, MEET = "counter, answer lost", "token, answer lost", "transactions that meet"


class Method(NamedTuple):
    """A way to deposit: what a client does, whether A's first answer is lost, how it begins, and what is to be learned if all goes well."""

    program: Callable[[Client], Program]
    deaf: bool
    begins: str
    moral: str


def _overwrite(client: Client) -> Program:
    client.read()
    yield
    client.put()


def _lock(client: Client) -> Program:
    client.read()
    yield
    while not client.put(only_if_unchanged=True) and client.stubborn:
        yield
        client.read()
        yield


def _count(client: Client) -> Program:
    while not client.add() and client.stubborn:
        yield


def _transact_once(client: Client) -> Program:
    while not client.transact(BALANCE, token="deposit") and client.stubborn:
        yield


def _transact(client: Client) -> Program:
    while not client.transact(BALANCE, DEPOSITS) and client.stubborn:
        yield


METHODS = {
    OVERWRITE: Method(
        _overwrite,
        False,
        "Each client reads the balance, adds 10 itself, and puts the sum.",
        "Nobody came between a read and its write, this time. Nothing but luck keeps these deposits apart.",
    ),
    LOCK: Method(
        _lock,
        False,
        "Each client reads balance and version. It puts the sum on condition that the version is still that.",
        "The condition lets no client write over what it has not seen. A refused write costs as much as one that is done.",
    ),
    COUNTER: Method(
        _count,
        False,
        "Nobody reads. Each client sends SET n = n + 10, and the service adds.",
        "An atomic counter needs no read and no order: 1 unit a deposit.",
    ),
    AGAIN: Method(
        _count,
        True,
        "Each client sends SET n = n + 10. The answer to A's first request will be lost.",
        "After a lost answer nobody knows whether the write was done. A counter that is sent again counts again.",
    ),
    TOKEN: Method(
        _transact_once,
        True,
        "Each client sends its deposit as a transaction with a token. The answer to A's first request will be lost.",
        "The token made the second request harmless: it wrote nothing, and was charged as a read.",
    ),
    MEET: Method(
        _transact,
        False,
        "Each client adds 10 to the balance and 1 to the deposits, both or neither.",
        "An item that is pending for one transaction refuses the other. Both items tell of the same deposits at the end.",
    ),
}
"""The ways to deposit."""
