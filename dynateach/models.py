"""AWS's own models of its services, as botocore and boto3 ship them: what requests and answers are made of."""

import os
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from typing import Any

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader

SERVICES = ("dynamodb", "dynamodbstreams")
"""The services that a Lab simulates, as boto3 names them."""


@cache
def loader() -> Loader:
    """The loader that all share, with what it has read."""
    boto3 = find_spec("boto3")  # importing it takes as long as all of our own code
    places = boto3.submodule_search_locations if boto3 else None
    return _Loader(extra_search_paths=[f"{place}/data" for place in places or ()])


class _Loader(Loader):  # type: ignore[misc]
    """botocore's own. For a Lab's services it does without the list of all others, which takes longer to make than anything else here.

    It knows no rules for endpoints. By them botocore works out an address for each request; here nothing is sent to it.
    """

    @property
    def search_paths(self) -> list[str]:
        """A copy: each boto3 session adds boto3's folder to it, which is there from the beginning."""
        return list(super().search_paths)

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """See botocore. Our services have no extras to be added to what the file says."""
        if type_name == "endpoint-rule-set-1":
            raise UnknownServiceError(service_name=service_name, known_service_names="none")
        if service_name in SERVICES:
            with suppress(DataNotFoundError):
                version = api_version or self.determine_latest_version(service_name, type_name)
                return self.load_data(os.path.join(service_name, version, type_name))
        return super().load_service_model(service_name, type_name, api_version)
