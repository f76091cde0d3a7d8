"""Tables and small helpers that many tests want."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from dynateach import Lab


def create(lab: Lab, name: str = "things", key: str = "pk:S", sort: str | None = "sk:S", **more: Any) -> Any:
    """A boto3 Table of that key in the Lab, ready for use; a key is written ``name:type``."""
    keys = [key] if sort is None else [key, sort]
    named = [one.split(":") for one in keys]
    if "ProvisionedThroughput" not in more:
        more.setdefault("BillingMode", "PAY_PER_REQUEST")
    table = lab.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": attribute, "KeyType": kind}
            for (attribute, _), kind in zip(named, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": type} for attribute, type in named],
        **more,
    )
    table.wait_until_exists()
    return table


def rejection(caught: "pytest.ExceptionInfo[ClientError]") -> tuple[str, str]:
    """The code and text with which DynamoDB said no."""
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def everything_in(lab: Lab) -> Any:
    """All that the Lab's default region holds: tables as described, their items, those of their indexes, and their settings."""

    def ask(operation: str, **params: Any) -> Any:
        return lab.request("dynamodb", operation, params)

    held: dict[str, Any] = {"backups": ask("ListBackups")}
    for table in ask("ListTables")["TableNames"]:
        described = ask("DescribeTable", TableName=table)["Table"]
        indexes = described.get("GlobalSecondaryIndexes", []) + described.get("LocalSecondaryIndexes", [])
        held[table] = [
            described,
            ask("DescribeTimeToLive", TableName=table),
            ask("ListTagsOfResource", ResourceArn=described["TableArn"]),
            ask("DescribeContinuousBackups", TableName=table)["ContinuousBackupsDescription"][
                "ContinuousBackupsStatus"
            ],
            *(
                ask("Scan", TableName=table, **named)
                for named in ({}, *({"IndexName": one["IndexName"]} for one in indexes))
            ),
        ]
    return held
