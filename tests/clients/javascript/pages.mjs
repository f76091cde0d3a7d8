// Many items with the document client: batches in chunks, Query and Scan page by page, an index, segments in parallel.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BatchGetCommand, BatchWriteCommand, QueryCommand, ScanCommand, paginateQuery, paginateScan } from "@aws-sdk/lib-dynamodb";
import { client, createTable, documents } from "./table.mjs";

const TableName = "Readings";
const readings = Array.from({ length: 130 }, (_, n) => ({
  sensor: `s${n % 2}`,
  at: n,
  value: n * 1.5,
  ...(n % 10 === 0 && { alarm: "high" }),
}));

before(() =>
  createTable(TableName, "sensor:S", "at:N", {
    AttributeDefinitions: [{ AttributeName: "alarm", AttributeType: "S" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: "Alarms",
        KeySchema: [
          { AttributeName: "alarm", KeyType: "HASH" },
          { AttributeName: "at", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  }),
);

async function collect(pages) {
  const items = [];
  let count = 0;
  for await (const page of pages) {
    items.push(...(page.Items ?? []));
    count += 1;
  }
  return { items, pages: count };
}

test("chunks of 25 write everything, asking again for what was left over", async () => {
  for (let start = 0; start < readings.length; start += 25) {
    let requests = readings.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    while (requests?.length) {
      const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
      requests = answer.UnprocessedItems[TableName];
    }
  }
  const { items } = await collect(paginateScan({ client: documents }, { TableName }));
  assert.equal(items.length, 130);
});

test("a 26th entry is refused", async () => {
  const requests = readings.slice(0, 26).map((Item) => ({ PutRequest: { Item } }));
  await assert.rejects(documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } })), {
    name: "ValidationException",
  });
});

test("paginateQuery walks one partition in order of the sort key", async () => {
  const { items, pages } = await collect(
    paginateQuery(
      { client: documents, pageSize: 10 },
      {
        TableName,
        KeyConditionExpression: "sensor = :s AND #at BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: { ":s": "s0", ":from": 20, ":to": 80 },
      },
    ),
  );
  assert.deepEqual(items.map((item) => item.at), Array.from({ length: 31 }, (_, n) => 20 + 2 * n));
  assert.equal(pages, 4);
});

test("a query backwards with a limit is the latest few", async () => {
  const { Items, LastEvaluatedKey } = await documents.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "sensor = :s",
      ExpressionAttributeValues: { ":s": "s1" },
      ScanIndexForward: false,
      Limit: 3,
    }),
  );
  assert.deepEqual(Items.map((item) => item.at), [129, 127, 125]);
  assert.deepEqual(LastEvaluatedKey, { sensor: "s1", at: 125 });
});

test("an index is queried page by page and knows only the items that have its keys", async () => {
  const { items } = await collect(
    paginateQuery(
      { client: documents, pageSize: 4 },
      {
        TableName,
        IndexName: "Alarms",
        KeyConditionExpression: "alarm = :high",
        FilterExpression: "#value > :least",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":high": "high", ":least": 60 },
      },
    ),
  );
  assert.deepEqual(items.map((item) => item.at), [50, 60, 70, 80, 90, 100, 110, 120]);
});

test("the pages of a Scan hold every item once, whatever their size", async () => {
  const { items, pages } = await collect(paginateScan({ client: documents, pageSize: 7 }, { TableName }));
  assert.equal(new Set(items.map((item) => `${item.sensor}/${item.at}`)).size, 130);
  assert.equal(items.length, 130);
  assert.ok(pages >= 19);
});

test("four segments in parallel are the whole table", async () => {
  const segments = await Promise.all(
    [0, 1, 2, 3].map((Segment) => collect(paginateScan({ client: documents, pageSize: 9 }, { TableName, Segment, TotalSegments: 4 }))),
  );
  assert.equal(segments.flatMap((segment) => segment.items).length, 130);
});

test("a count needs no items", async () => {
  const answer = await documents.send(
    new ScanCommand({
      TableName,
      Select: "COUNT",
      FilterExpression: "attribute_exists(alarm)",
      ReturnConsumedCapacity: "TOTAL",
    }),
  );
  assert.deepEqual([answer.Count, answer.ScannedCount, answer.Items], [13, 130, undefined]);
  assert.ok(answer.ConsumedCapacity.CapacityUnits > 0);
});

test("a batch gets what is there, projected, and leaves out what is not", async () => {
  const answer = await documents.send(
    new BatchGetCommand({
      RequestItems: {
        [TableName]: {
          Keys: [{ sensor: "s0", at: 0 }, { sensor: "s1", at: 1 }, { sensor: "s1", at: 1000 }],
          ProjectionExpression: "#value",
          ExpressionAttributeNames: { "#value": "value" },
        },
      },
    }),
  );
  assert.deepEqual(answer.Responses[TableName].map((item) => item.value).sort(), [0, 1.5]);
  assert.deepEqual(answer.UnprocessedKeys, {});
});
