from itertools import product

import boto3
import pytest
from boto3.exceptions import ResourceNotExistsError
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

from dynateach import Lab
from dynateach.models import SERVICES, loader

PARTS = ("service-2", "paginators-1", "waiters-2", "resources-1")


@pytest.mark.parametrize(("service", "part"), [*product(SERVICES, PARTS)])
def test_models_are_what_botocore_itself_would_load(service: str, part: str) -> None:
    botocores = Loader(extra_search_paths=[f"{boto3.__path__[0]}/data"])
    try:
        expected = botocores.load_service_model(service, part)
    except DataNotFoundError as missing:
        with pytest.raises(type(missing)):
            loader().load_service_model(service, part)
    else:
        assert loader().load_service_model(service, part) == expected


def test_a_resource_that_there_is_not_is_refused_in_boto3s_words() -> None:
    with pytest.raises(ResourceNotExistsError, match="'dynamodbstreams' resource does not exist"):
        Lab().session().resource("dynamodbstreams")


def test_places_that_are_searched_do_not_grow_with_sessions() -> None:
    before = loader().search_paths
    for _ in range(3):
        Lab().session()

    assert loader().search_paths == before
