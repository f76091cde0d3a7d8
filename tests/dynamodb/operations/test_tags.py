"""Tags: giving, taking and listing them, through boto3 and the door."""

from typing import Any

import pytest

from dynateach import Lab
from dynateach.errors import ServiceError
from tests.tables import create

OURS = "arn:aws:dynamodb:us-east-1:111122223333:table/"


def tags(lab: Lab, name: str = "things") -> dict[str, str]:
    """The tags of a table."""
    answer = lab.request("dynamodb", "ListTagsOfResource", {"ResourceArn": OURS + name})
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def tag(lab: Lab, **given: str) -> dict[str, Any]:
    """Tag the table."""
    wire = [{"Key": key, "Value": value} for key, value in given.items()]
    return lab.request("dynamodb", "TagResource", {"ResourceArn": OURS + "things", "Tags": wire})


def test_tags_come_change_and_go() -> None:
    lab = Lab()
    create(lab)
    assert tag(lab, team="blue", stage="test") == {}
    tag(lab, stage="prod")
    assert tags(lab) == {"team": "blue", "stage": "prod"}
    untag = {"ResourceArn": OURS + "things", "TagKeys": ["team", "unknown"]}
    assert lab.request("dynamodb", "UntagResource", untag) == {}
    assert tags(lab) == {"stage": "prod"}


def test_boto3_pages_through_the_tags() -> None:
    lab = Lab()
    create(lab)
    tag(lab, **{f"key-{n:02d}": str(n) for n in range(50)})
    pages = lab.client().get_paginator("list_tags_of_resource").paginate(ResourceArn=OURS + "things")
    assert len([one for page in pages for one in page["Tags"]]) == 50


def test_a_table_has_50_tags_at_most() -> None:
    lab = Lab()
    create(lab)
    tag(lab, **{f"key-{n}": "" for n in range(50)})
    tag(lab, **{"key-7": "changed"})
    with pytest.raises(ServiceError, match="There is a limit of 50 tags per resource") as caught:
        tag(lab, one_more="")
    assert (caught.value.code, len(tags(lab))) == ("LimitExceededException", 50)


def test_a_new_table_of_the_same_name_has_no_tags() -> None:
    lab = Lab()
    create(lab)
    tag(lab, team="blue")
    lab.request("dynamodb", "DeleteTable", {"TableName": "things"})
    create(lab)
    assert tags(lab) == {}


TAGS = [{"Key": "a", "Value": "b"}]


@pytest.mark.parametrize(
    ("operation", "params", "code", "message"),
    [
        ("ListTagsOfResource", {}, "ValidationException", "Invalid TableArn"),
        ("TagResource", {"Tags": TAGS}, "ValidationException", "Invalid TableArn"),
        ("UntagResource", {"ResourceArn": None}, "ValidationException", "Invalid TableArn"),
        (
            "TagResource",
            {"ResourceArn": "not-an-arn", "Tags": TAGS},
            "ValidationException",
            "Invalid TableArn: Invalid ResourceArn provided as input not-an-arn",
        ),
        (
            "ListTagsOfResource",
            {"ResourceArn": OURS + "ab"},
            "ValidationException",
            f"Invalid TableArn: Invalid ResourceArn provided as input {OURS}ab",
        ),
        (
            "TagResource",
            {"ResourceArn": OURS + "missing"},
            "ValidationException",
            "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
        ),
        (
            "TagResource",
            {"ResourceArn": OURS + "missing", "Tags": []},
            "ValidationException",
            "Atleast one Tag needs to be provided as Input.",
        ),
        (
            "UntagResource",
            {"ResourceArn": OURS + "missing", "TagKeys": []},
            "ValidationException",
            "Atleast one Tag Key needs to be provided as Input.",
        ),
        (
            "TagResource",
            {"ResourceArn": OURS + "missing", "Tags": TAGS},
            "ResourceNotFoundException",
            f"Requested resource not found: ResourcArn: {OURS}missing not found",
        ),
        (
            "ListTagsOfResource",
            {"ResourceArn": OURS + "missing"},
            "ResourceNotFoundException",
            f"Requested resource not found: ResourcArn: {OURS}missing not found",
        ),
        (
            "UntagResource",
            {"ResourceArn": OURS + "missing", "TagKeys": ["a"]},
            "ResourceNotFoundException",
            "Requested resource not found",
        ),
        (
            "TagResource",
            {"ResourceArn": OURS + "things", "Tags": [{"Key": "aws:team", "Value": "b"}]},
            "ValidationException",
            "One or more parameter values were invalid: Tag keys that begin with aws: are reserved for system use",
        ),
        (
            "TagResource",
            {"ResourceArn": OURS + "things", "Tags": [{"Key": "k" * 129, "Value": "b"}]},
            "ValidationException",
            f"1 validation error detected: Value '{'k' * 129}' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
        ),
    ],
)
def test_a_bad_request_is_refused(operation: str, params: dict[str, Any], code: str, message: str) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError) as caught:
        lab.request("dynamodb", operation, params)
    assert (caught.value.code, caught.value.message) == (code, message)


@pytest.mark.parametrize("arn", [OURS.replace("us-east-1", "eu-west-1"), OURS.replace("111122223333", "000000000000")])
def test_the_tags_of_others_are_not_to_be_seen(arn: str) -> None:
    lab = Lab()
    create(lab)
    with pytest.raises(ServiceError, match="is not authorized to perform: dynamodb:ListTagsOfResource") as caught:
        lab.request("dynamodb", "ListTagsOfResource", {"ResourceArn": arn + "things"})
    assert caught.value.code == "AccessDeniedException"
