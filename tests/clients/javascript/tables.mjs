// Tables with the AWS SDK for JavaScript v3, in the shapes that its guide teaches: hello, create, wait, describe, update, delete.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  TagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  paginateListTables,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});
const patience = { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };

const films = {
  TableName: "Films",
  KeySchema: [
    { AttributeName: "year", KeyType: "HASH" },
    { AttributeName: "title", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "year", AttributeType: "N" },
    { AttributeName: "title", AttributeType: "S" },
    { AttributeName: "rating", AttributeType: "N" },
    { AttributeName: "director", AttributeType: "S" },
  ],
  ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  LocalSecondaryIndexes: [
    {
      IndexName: "ByRating",
      KeySchema: [
        { AttributeName: "year", KeyType: "HASH" },
        { AttributeName: "rating", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "ByDirector",
      KeySchema: [{ AttributeName: "director", KeyType: "HASH" }],
      Projection: { ProjectionType: "KEYS_ONLY" },
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    },
  ],
};

test("hello: an account without tables lists none", async () => {
  const answer = await client.send(new ListTablesCommand({}));
  assert.deepEqual(answer.TableNames, []);
  assert.equal(answer.$metadata.httpStatusCode, 200);
  assert.ok(answer.$metadata.requestId);
});

test("a table is created, waited for and described with its indexes", async () => {
  const { TableDescription } = await client.send(new CreateTableCommand(films));
  assert.equal(TableDescription.TableStatus, "CREATING");
  assert.ok(TableDescription.CreationDateTime instanceof Date);
  const waited = await waitUntilTableExists(patience, { TableName: "Films" });
  assert.equal(waited.state, "SUCCESS");
  const { Table } = await client.send(new DescribeTableCommand({ TableName: "Films" }));
  assert.equal(Table.TableStatus, "ACTIVE");
  assert.deepEqual(Table.GlobalSecondaryIndexes.map((index) => [index.IndexName, index.IndexStatus]), [["ByDirector", "ACTIVE"]]);
  assert.deepEqual(Table.LocalSecondaryIndexes.map((index) => index.IndexName), ["ByRating"]);
});

test("errors are instances of the classes that the SDK offers for them", async () => {
  await assert.rejects(client.send(new CreateTableCommand(films)), (error) => {
    assert.ok(error instanceof ResourceInUseException);
    assert.equal(error.name, "ResourceInUseException");
    assert.match(error.message, /Table already exists: Films/);
    return error.$metadata.httpStatusCode === 400;
  });
  await assert.rejects(client.send(new DescribeTableCommand({ TableName: "Nowhere" })), ResourceNotFoundException);
});

test("a table changes to on-demand, gets another index, and loses it again", async () => {
  await client.send(new UpdateTableCommand({ TableName: "Films", BillingMode: "PAY_PER_REQUEST" }));
  await waitUntilTableExists(patience, { TableName: "Films" });
  await client.send(
    new UpdateTableCommand({
      TableName: "Films",
      AttributeDefinitions: [{ AttributeName: "rating", AttributeType: "N" }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "Best",
            KeySchema: [{ AttributeName: "rating", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        },
      ],
    }),
  );
  await waitUntilTableExists(patience, { TableName: "Films" });
  const grown = await client.send(new DescribeTableCommand({ TableName: "Films" }));
  assert.equal(grown.Table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST");
  assert.deepEqual(grown.Table.GlobalSecondaryIndexes.map((index) => index.IndexName).sort(), ["Best", "ByDirector"]);
  await client.send(
    new UpdateTableCommand({ TableName: "Films", GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "Best" } }] }),
  );
  await waitUntilTableExists(patience, { TableName: "Films" });
  const shrunk = await client.send(new DescribeTableCommand({ TableName: "Films" }));
  assert.deepEqual(shrunk.Table.GlobalSecondaryIndexes.map((index) => index.IndexName), ["ByDirector"]);
});

test("time to live and tags are settings that can be read back", async () => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: "Films" }));
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: "Films",
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    }),
  );
  await client.send(new TagResourceCommand({ ResourceArn: Table.TableArn, Tags: [{ Key: "team", Value: "web" }] }));
  const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: "Films" }));
  const tags = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table.TableArn }));
  assert.equal(ttl.TimeToLiveDescription.AttributeName, "expires");
  assert.deepEqual(tags.Tags, [{ Key: "team", Value: "web" }]);
});

test("the paginator of ListTables sees every table once", async () => {
  for (const name of ["Actors", "Books", "Cinemas"]) {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  }
  const pages = [];
  for await (const page of paginateListTables({ client, pageSize: 2 }, {})) pages.push(page.TableNames);
  assert.deepEqual(pages.flat(), ["Actors", "Books", "Cinemas", "Films"]);
  assert.deepEqual(pages[0], ["Actors", "Books"]);
});

test("a deleted table is gone", async () => {
  const { TableDescription } = await client.send(new DeleteTableCommand({ TableName: "Films" }));
  assert.equal(TableDescription.TableStatus, "DELETING");
  const waited = await waitUntilTableNotExists(patience, { TableName: "Films" });
  assert.equal(waited.state, "SUCCESS");
});
