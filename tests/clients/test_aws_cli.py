"""The AWS CLI runs unmodified against a Lab: its own argument shorthands, waiters, pagination and exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynateach.wire.http import Endpoint

AWS = Path(sys.executable).with_name("aws")
MUSIC = """
    --table-name Music --table-class STANDARD --tags Key=team,Value=web
    --attribute-definitions AttributeName=Artist,AttributeType=S AttributeName=Song,AttributeType=S AttributeName=Year,AttributeType=N
    --key-schema AttributeName=Artist,KeyType=HASH AttributeName=Song,KeyType=RANGE
    --provisioned-throughput ReadCapacityUnits=5,WriteCapacityUnits=5
    --local-secondary-indexes
    IndexName=ByYear,KeySchema=[{AttributeName=Artist,KeyType=HASH},{AttributeName=Year,KeyType=RANGE}],Projection={ProjectionType=KEYS_ONLY}
    --global-secondary-indexes
    IndexName=Years,KeySchema=[{AttributeName=Year,KeyType=HASH}],Projection={ProjectionType=INCLUDE,NonKeyAttributes=[Genre]},ProvisionedThroughput={ReadCapacityUnits=1,WriteCapacityUnits=1}
    --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
""".split()  # fmt: skip  # noqa: SIM905


class Refused(Exception):
    """The CLI ended with an exit code other than 0; its message is the text."""


def aws(*arguments: str | dict[str, Any] | list[Any], service: str = "dynamodb") -> Any:
    """What ``aws SERVICE …`` prints, as a value; None if it prints nothing. Raises ``Refused`` with what it complains of."""
    words = [word if isinstance(word, str) else json.dumps(word) for word in arguments]
    done = subprocess.run([AWS, service, *words], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())
    assert done.stderr == ""
    return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture(autouse=True)
def _terse(monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> None:
    monkeypatch.setenv("AWS_PAGER", "")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "json")


@pytest.fixture
def music(endpoint: Endpoint) -> None:
    """The table Music, ready, with six songs."""
    aws("create-table", *MUSIC)
    aws("wait", "table-exists", "--table-name", "Music")
    songs = [{"PutRequest": {"Item": song(n)}} for n in range(6)]
    assert aws("batch-write-item", "--request-items", {"Music": songs})["UnprocessedItems"] == {}


def song(n: int) -> dict[str, Any]:
    return {"Artist": {"S": "Ada"}, "Song": {"S": f"song {n}"}, "Year": {"N": str(2000 + n)}}


def key(n: int) -> dict[str, Any]:
    return {"Artist": {"S": "Ada"}, "Song": {"S": f"song {n}"}}


def test_a_table_with_indexes_is_created_waited_for_changed_and_deleted() -> None:
    created = aws("create-table", *MUSIC)["TableDescription"]
    aws("wait", "table-exists", "--table-name", "Music")
    aws("update-table", "--table-name", "Music", "--billing-mode", "PAY_PER_REQUEST")
    aws("wait", "table-exists", "--table-name", "Music")
    described = aws("describe-table", "--table-name", "Music")["Table"]
    deleted = aws("delete-table", "--table-name", "Music")["TableDescription"]
    aws("wait", "table-not-exists", "--table-name", "Music")

    assert [created["TableStatus"], described["TableStatus"], deleted["TableStatus"]] == [
        "CREATING",
        "ACTIVE",
        "DELETING",
    ]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["Years"]
    assert [index["IndexName"] for index in described["LocalSecondaryIndexes"]] == ["ByYear"]
    assert aws("list-tables")["TableNames"] == []


def test_an_item_is_put_got_updated_and_deleted(music: None) -> None:
    put = aws("put-item", "--table-name", "Music", "--item", song(9), "--return-consumed-capacity", "INDEXES")
    got = aws(
        "get-item", "--table-name", "Music", "--key", key(9), "--consistent-read", "--projection-expression", "Song"
    )
    updated = aws(
        "update-item", "--table-name", "Music", "--key", key(9), "--return-values", "ALL_NEW",
        "--update-expression", "SET Genre = :g ADD #y :one", "--expression-attribute-names", {"#y": "Year"},
        "--expression-attribute-values", {":g": {"S": "Rock"}, ":one": {"N": "1"}},
    )  # fmt: skip
    deleted = aws("delete-item", "--table-name", "Music", "--key", key(9), "--return-values", "ALL_OLD")

    assert put["ConsumedCapacity"]["CapacityUnits"] == 3
    assert got == {"Item": {"Song": {"S": "song 9"}}}
    assert updated["Attributes"] == {**song(9), "Year": {"N": "2010"}, "Genre": {"S": "Rock"}}
    assert deleted == updated
    assert aws("get-item", "--table-name", "Music", "--key", key(9)) is None


def test_what_dynamodb_refuses_ends_with_its_code_and_text(music: None) -> None:
    with pytest.raises(
        Refused, match=r"\(ConditionalCheckFailedException\) when calling the PutItem operation: The conditional"
    ):
        aws(
            "put-item",
            "--table-name",
            "Music",
            "--item",
            song(0),
            "--condition-expression",
            "attribute_not_exists(Song)",
        )
    with pytest.raises(
        Refused, match=r"\(ResourceNotFoundException\) when calling the DescribeTable operation: Requested resource"
    ):
        aws("describe-table", "--table-name", "Nowhere")


def test_a_query_is_paged_by_the_cli_and_goes_on_where_it_stopped(music: None) -> None:
    ask: list[Any] = ["query", "--table-name", "Music", "--key-condition-expression", "Artist = :a"]
    ask += ["--expression-attribute-values", {":a": {"S": "Ada"}}]

    first = aws(*ask, "--page-size", "1", "--max-items", "4")
    rest = aws(*ask, "--max-items", "4", "--starting-token", first["NextToken"])
    years = aws(*ask, "--index-name", "ByYear", "--no-scan-index-forward", "--query", "Items[].Year.N")

    assert first["Items"] + rest["Items"] == [song(n) for n in range(6)]
    assert "NextToken" not in rest
    assert years == ["2005", "2004", "2003", "2002", "2001", "2000"]


def test_a_scan_is_paged_by_the_cli(music: None) -> None:
    first = aws("scan", "--table-name", "Music", "--page-size", "2", "--max-items", "3")
    rest = aws(
        "scan",
        "--table-name",
        "Music",
        "--page-size",
        "2",
        "--max-items",
        "100",
        "--starting-token",
        first["NextToken"],
    )
    counted = [
        aws("scan", "--table-name", "Music", "--segment", n, "--total-segments", "2", "--select", "COUNT") for n in "01"
    ]

    assert sorted(item["Song"]["S"] for item in first["Items"] + rest["Items"]) == [f"song {n}" for n in range(6)]
    assert sum(answer["Count"] for answer in counted) == 6


def test_a_query_with_legacy_conditions_is_answered_too(music: None) -> None:
    conditions = {
        "Artist": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "Ada"}]},
        "Song": {"ComparisonOperator": "GT", "AttributeValueList": [{"S": "song 3"}]},
    }

    found = aws("query", "--table-name", "Music", "--key-conditions", conditions, "--attributes-to-get", "Year")

    assert found["Items"] == [{"Year": {"N": "2004"}}, {"Year": {"N": "2005"}}]


def test_batches_and_transactions(music: None) -> None:
    keys = [key(0), key(5), key(99)]
    check = {"ConditionCheck": {"TableName": "Music", "Key": key(99), "ConditionExpression": "attribute_exists(Song)"}}
    delete = {"Delete": {"TableName": "Music", "Key": key(0)}}

    batch = aws("batch-get-item", "--request-items", {"Music": {"Keys": keys}})
    with pytest.raises(Refused, match=r"specific reasons \[None, ConditionalCheckFailed\]"):
        aws("transact-write-items", "--transact-items", [delete, check])
    aws("transact-write-items", "--transact-items", [delete], "--client-request-token", "once")
    gone, there = aws(
        "transact-get-items", "--transact-items", [{"Get": {"TableName": "Music", "Key": key(n)}} for n in (0, 1)]
    )["Responses"]

    assert sorted(item["Song"]["S"] for item in batch["Responses"]["Music"]) == ["song 0", "song 5"]
    assert (gone, there) == ({}, {"Item": song(1)})


def test_time_to_live_tags_backups_and_recovery(music: None) -> None:
    arn = aws("describe-table", "--table-name", "Music", "--query", "Table.TableArn")
    aws(
        "update-time-to-live",
        "--table-name",
        "Music",
        "--time-to-live-specification",
        "Enabled=true,AttributeName=expires",
    )
    aws("tag-resource", "--resource-arn", arn, "--tags", "Key=stage,Value=test")
    aws("untag-resource", "--resource-arn", arn, "--tag-keys", "team")
    backup = aws("create-backup", "--table-name", "Music", "--backup-name", "night")["BackupDetails"]["BackupArn"]
    aws("restore-table-from-backup", "--target-table-name", "Restored", "--backup-arn", backup)
    aws("wait", "table-exists", "--table-name", "Restored")
    aws(
        "update-continuous-backups", "--table-name", "Music",
        "--point-in-time-recovery-specification", "PointInTimeRecoveryEnabled=true",
    )  # fmt: skip

    assert aws("describe-time-to-live", "--table-name", "Music")["TimeToLiveDescription"]["AttributeName"] == "expires"
    assert aws("list-tags-of-resource", "--resource-arn", arn) == {"Tags": [{"Key": "stage", "Value": "test"}]}
    assert [one["BackupName"] for one in aws("list-backups", "--table-name", "Music")["BackupSummaries"]] == ["night"]
    assert aws("scan", "--table-name", "Restored", "--select", "COUNT")["Count"] == 6
    assert aws(
        "describe-continuous-backups", "--table-name", "Music",
        "--query", "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
    ) == "ENABLED"  # fmt: skip


def test_partiql_statements(music: None) -> None:
    select = 'SELECT Song FROM "Music" WHERE Artist = ?'
    found = aws("execute-statement", "--statement", select, "--parameters", [{"S": "Ada"}])
    first = aws("execute-statement", "--statement", select, "--parameters", [{"S": "Ada"}], "--limit", "4")
    rest = aws(
        "execute-statement", "--statement", select, "--parameters", [{"S": "Ada"}], "--next-token", first["NextToken"]
    )
    batch = aws(
        "batch-execute-statement", "--statements",
        [{"Statement": "SELECT * FROM Music WHERE Artist = 'Ada' AND Song = 'song 1'"}],
    )  # fmt: skip

    assert found["Items"] == [{"Song": {"S": f"song {n}"}} for n in range(6)]
    assert first["Items"] + rest["Items"] == found["Items"]
    assert batch["Responses"][0]["Item"] == song(1)


def test_a_stream_is_found_described_and_read(music: None) -> None:
    (stream,) = aws("list-streams", "--table-name", "Music", service="dynamodbstreams")["Streams"]
    arn = stream["StreamArn"]
    described = aws("describe-stream", "--stream-arn", arn, service="dynamodbstreams")["StreamDescription"]
    records = []
    for shard in described["Shards"]:
        begin = ["--shard-id", shard["ShardId"], "--shard-iterator-type", "TRIM_HORIZON"]
        iterator = aws("get-shard-iterator", "--stream-arn", arn, *begin, service="dynamodbstreams")["ShardIterator"]
        records += aws("get-records", "--shard-iterator", iterator, service="dynamodbstreams")["Records"]

    assert described["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert [record["eventName"] for record in records] == ["INSERT"] * 6
    assert {record["dynamodb"]["NewImage"]["Song"]["S"] for record in records} == {f"song {n}" for n in range(6)}


def test_the_account_has_limits_and_endpoints() -> None:
    assert aws("describe-limits")["TableMaxReadCapacityUnits"] > 0
    assert aws("describe-endpoints")["Endpoints"]
