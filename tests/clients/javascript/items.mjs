// Single items with the document client: create, read, update, delete, and conditions that fail.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ConditionalCheckFailedException, DynamoDBClient, ReturnValuesOnConditionCheckFailure } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, GetCommand, NumberValue, PutCommand, UpdateCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createTable, documents } from "./table.mjs";

const TableName = "Users";

before(() => createTable(TableName, "id:S"));

test("what was put is what is got, of every JavaScript type", async () => {
  const user = {
    id: "u1",
    name: "Ada",
    born: 1815,
    ratio: -0.125,
    active: true,
    nothing: null,
    roles: new Set(["analyst", "poet"]),
    lucky: new Set([7, 13]),
    photo: new Uint8Array([0, 1, 255]),
    address: { city: "London", geo: [51.5, -0.13], empty: {}, none: [], note: "" },
  };
  await documents.send(new PutCommand({ TableName, Item: { ...user, forgotten: undefined } }));
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { id: "u1" }, ConsistentRead: true }));
  assert.deepEqual(Item, user);
});

test("an item that is not there is undefined", async () => {
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { id: "nobody" } }));
  assert.equal(Item, undefined);
});

test("numbers beyond JavaScript's keep all their 38 digits", async () => {
  const exact = DynamoDBDocumentClient.from(new DynamoDBClient({}), { unmarshallOptions: { wrapNumbers: true } });
  const digits = "12345678901234567890.123456789012345678";
  await exact.send(new PutCommand({ TableName, Item: { id: "exact", value: NumberValue.from(digits) } }));
  const { Item } = await exact.send(new GetCommand({ TableName, Key: { id: "exact" } }));
  assert.equal(Item.value.toString(), digits);
});

test("an update changes what it names and returns what was asked for", async () => {
  await documents.send(new PutCommand({ TableName, Item: { id: "u2", visits: 1, tags: ["a"], profile: { plan: "free" }, old: 1 } }));
  const { Attributes } = await documents.send(
    new UpdateCommand({
      TableName,
      Key: { id: "u2" },
      UpdateExpression: "SET profile.#plan = :plan, tags = list_append(tags, :tags), seen = if_not_exists(seen, :now) REMOVE #old ADD visits :one",
      ExpressionAttributeNames: { "#plan": "plan", "#old": "old" },
      ExpressionAttributeValues: { ":plan": "paid", ":tags": ["b"], ":now": 5, ":one": 1 },
      ReturnValues: "ALL_NEW",
    }),
  );
  assert.deepEqual(Attributes, { id: "u2", visits: 2, tags: ["a", "b"], profile: { plan: "paid" }, seen: 5 });
  const updated = await documents.send(
    new UpdateCommand({
      TableName,
      Key: { id: "u2" },
      UpdateExpression: "ADD visits :one",
      ExpressionAttributeValues: { ":one": 40 },
      ReturnValues: "UPDATED_OLD",
      ReturnConsumedCapacity: "TOTAL",
    }),
  );
  assert.deepEqual(updated.Attributes, { visits: 2 });
  assert.deepEqual(updated.ConsumedCapacity, { TableName, CapacityUnits: 1 });
});

test("a condition that fails is an error by name and by class, and shows the item if asked", async () => {
  const again = new PutCommand({
    TableName,
    Item: { id: "u2" },
    ConditionExpression: "attribute_not_exists(id)",
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure.ALL_OLD,
  });
  await assert.rejects(documents.send(again), (error) => {
    assert.ok(error instanceof ConditionalCheckFailedException);
    assert.equal(error.name, "ConditionalCheckFailedException");
    assert.equal(error.message, "The conditional request failed");
    assert.deepEqual(error.Item.visits, { N: "42" });
    return true;
  });
});

test("two writers with a version number: the second one loses", async () => {
  await documents.send(new PutCommand({ TableName, Item: { id: "doc", version: 1 } }));
  const save = (seen) =>
    documents.send(
      new UpdateCommand({
        TableName,
        Key: { id: "doc" },
        UpdateExpression: "SET version = :next",
        ConditionExpression: "version = :seen",
        ExpressionAttributeValues: { ":next": seen + 1, ":seen": seen },
      }),
    );
  const outcomes = await Promise.allSettled([save(1), save(1)]);
  assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ["fulfilled", "rejected"]);
});

test("a delete returns what it took away, and a second one finds nothing to take", async () => {
  const remove = new DeleteCommand({ TableName, Key: { id: "doc" }, ReturnValues: "ALL_OLD" });
  assert.deepEqual((await documents.send(remove)).Attributes, { id: "doc", version: 2 });
  assert.equal((await documents.send(remove)).Attributes, undefined);
});

test("a mistake in an expression is a ValidationException with DynamoDB's words", async () => {
  const wrong = new UpdateCommand({ TableName, Key: { id: "u1" }, UpdateExpression: "SET name = :n", ExpressionAttributeValues: { ":n": 1 } });
  await assert.rejects(documents.send(wrong), {
    name: "ValidationException",
    message: "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name",
  });
});
