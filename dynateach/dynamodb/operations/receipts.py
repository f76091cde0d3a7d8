"""ClientRequestToken: a transaction that is sent twice is done once.

Documented: a token protects for ten minutes from the completion of the first request; the same request in that time does
nothing and is charged as if it read the items; while the first one still runs it gets TransactionInProgressException.
Assumed: a cancelled transaction leaves no receipt, and every parameter but the token has to be the same.
"""

import json
from hashlib import sha256
from typing import NamedTuple

from dynateach.clock import SECOND
from dynateach.dynamodb.operations.operation import Params
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import TRANSACTION_TOKEN_SECONDS


class Receipt(NamedTuple):
    """What is kept of a transaction: when it was done (µs), a digest of its parameters, the sizes it is charged by
    when it comes again.
    """

    at: int
    digest: bytes
    sizes: list[int]


class Receipts:
    """The transactions that have a token: those that run, and those that were done in the last ten minutes."""

    def __init__(self) -> None:
        self._running: dict[str, bytes] = {}
        self._kept: dict[str, Receipt] = {}

    def find(self, params: Params, now: int) -> Receipt | None:
        """The receipt for the request's token. Raises DynamoDB's error if the token belongs to another request, or its
        transaction still runs.
        """
        self._forget(now)
        token = params.get("ClientRequestToken", "")
        if token in self._running:
            _require_same(params, self._running[token])
            raise errors.transaction_in_progress()
        receipt = self._kept.get(token)
        if receipt:
            _require_same(params, receipt.digest)
        return receipt

    def keep(self, params: Params, sizes: list[int], now: int) -> None:
        """Remember that this was done."""
        if "ClientRequestToken" in params:
            self._kept[params["ClientRequestToken"]] = Receipt(now, _digest(params), sizes)

    def begin(self, params: Params) -> str:
        """Remember that this has begun: the token, "" if it has none, with which to ``end`` it."""
        token: str = params.get("ClientRequestToken", "")
        if token:
            self._running[token] = _digest(params)
        return token

    def end(self, token: str, sizes: list[int], now: int) -> None:
        """Remember that this was done."""
        if token:
            self._kept[token] = Receipt(now, self._running.pop(token), sizes)

    def _forget(self, now: int) -> None:
        """Receipts lie in the order of time, so only the first ones can be too old."""
        while self._kept:
            token = next(iter(self._kept))
            if now - self._kept[token].at < TRANSACTION_TOKEN_SECONDS * SECOND:
                return
            del self._kept[token]


def _require_same(params: Params, digest: bytes) -> None:
    if digest != _digest(params):
        raise errors.idempotent_parameter_mismatch()


def _digest(params: Params) -> bytes:
    rest = {name: value for name, value in params.items() if name != "ClientRequestToken"}
    return sha256(json.dumps(rest, sort_keys=True, default=repr).encode()).digest()
