"""TagResource, UntagResource, ListTagsOfResource: the tags of a table, for bills and for access rules.

The texts about ARNs and about missing tags are as one emulator has them that was tested against the live service (AWS's
spelling included). Assumed: the texts about too many tags, repeated keys and reserved prefixes; that tags can be read at
once, and all in one page.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

from dynateach.dynamodb.operations.operation import Params, operation
from dynateach.dynamodb.rules import errors
from dynateach.dynamodb.rules.limits import TAGS
from dynateach.dynamodb.storage.table import Table
from dynateach.world import ACCOUNT

if TYPE_CHECKING:
    from dynateach.dynamodb.service import DynamoDB


@operation("TagResource", takes=lambda profile: profile.control)
def tag_resource(db: "DynamoDB", params: Params) -> Params:
    """Give a table tags, in place of those with the same keys."""
    arn, tags = params["ResourceArn"], params["Tags"]
    _require_arn(arn)
    if not tags:
        raise errors.validation("Atleast one Tag needs to be provided as Input.")
    table = _tagged(db, arn, "TagResource")
    require_tags(table.tags, tags)
    table.tags.update((tag["Key"], tag["Value"]) for tag in tags)
    return {}


@operation("UntagResource", takes=lambda profile: profile.control)
def untag_resource(db: "DynamoDB", params: Params) -> Params:
    """Take tags from a table; keys that it does not have are no error."""
    arn, keys = params["ResourceArn"], params["TagKeys"]
    _require_arn(arn)
    if not keys:
        raise errors.validation("Atleast one Tag Key needs to be provided as Input.")
    table = _tagged(db, arn, "UntagResource", shows_arn=False)
    for key in keys:
        table.tags.pop(key, None)
    return {}


@operation("ListTagsOfResource", takes=lambda profile: profile.control)
def list_tags_of_resource(db: "DynamoDB", params: Params) -> Params:
    """The tags of a table, all in one page."""
    _require_arn(params["ResourceArn"])
    table = _tagged(db, params["ResourceArn"], "ListTagsOfResource")
    if "NextToken" in params:
        raise errors.validation("Invalid NextToken")
    return {"Tags": [{"Key": key, "Value": value} for key, value in table.tags.items()]}


def require_tags(present: dict[str, str], tags: list[dict[str, Any]]) -> None:
    """Raise DynamoDB's error if these tags can't be added to those."""
    keys = Counter(tag["Key"] for tag in tags)
    repeated = next((key for key, count in keys.items() if count > 1), None)
    if repeated is not None:
        raise errors.invalid_parameter(f"Duplicate tag key: {repeated}")
    if any(key.lower().startswith("aws:") for key in keys):
        raise errors.invalid_parameter("Tag keys that begin with aws: are reserved for system use")
    if len(keys.keys() | present.keys()) > TAGS:
        raise errors.limit_exceeded(f"There is a limit of {TAGS} tags per resource")


def refuse_arn(operation: str, params: Any) -> None:
    """Tagging operations have a text of their own for an ARN that is not there at all. Raises DynamoDB's error, or returns."""
    if operation in _TAGGING and isinstance(params, dict) and params.get("ResourceArn") is None:
        raise errors.validation("Invalid TableArn")


_TAGGING = frozenset({"TagResource", "UntagResource", "ListTagsOfResource"})


def _require_arn(arn: str) -> None:
    """An ARN has six parts, of which the last one is here a kind of resource and a name."""
    parts = arn.split(":", 5)
    kind, _, name = parts[-1].partition("/")
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != "dynamodb" or kind != "table" or len(name) < 3 or "/" in name:
        raise errors.validation(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")


def _tagged(db: "DynamoDB", arn: str, action: str, shows_arn: bool = True) -> Table:
    name = db.name_in(arn)
    if not name:
        raise errors.access_denied(ACCOUNT, action, arn)
    if name not in db.tables:
        raise errors.arn_not_found(arn, shows_arn)
    return db.tables[name]
