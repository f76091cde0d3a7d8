// A table's stream, read as a consumer reads it: shards, iterators, records until a shard says nothing new.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand } from "@aws-sdk/client-dynamodb-streams";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { createTable, documents } from "./table.mjs";

const TableName = "Orders";
const streams = new DynamoDBStreamsClient({});

async function readShard(StreamArn, ShardId) {
  const records = [];
  let { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  for (let quiet = 0; ShardIterator && quiet < 2; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 2 }));
    quiet = page.Records.length ? 0 : quiet + 1;
    records.push(...page.Records);
    ShardIterator = page.NextShardIterator;
  }
  return records;
}

test("every change is in the stream once, in order, with both images", async () => {
  const table = await createTable(TableName, "id:S", undefined, {
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  await documents.send(new PutCommand({ TableName, Item: { id: "o1", amount: 5 } }));
  await documents.send(
    new UpdateCommand({ TableName, Key: { id: "o1" }, UpdateExpression: "ADD amount :n", ExpressionAttributeValues: { ":n": 2 } }),
  );
  await documents.send(new PutCommand({ TableName, Item: { id: "o1", amount: 7 } }));
  await documents.send(new DeleteCommand({ TableName, Key: { id: "o1" } }));

  const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
  assert.deepEqual(Streams.map((stream) => stream.StreamArn), [table.LatestStreamArn]);
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: Streams[0].StreamArn }));
  assert.equal(StreamDescription.StreamStatus, "ENABLED");
  const shards = await Promise.all(StreamDescription.Shards.map((shard) => readShard(Streams[0].StreamArn, shard.ShardId)));
  const records = shards.flat();

  assert.deepEqual(records.map((record) => record.eventName), ["INSERT", "MODIFY", "REMOVE"]);
  assert.deepEqual(unmarshall(records[0].dynamodb.NewImage), { id: "o1", amount: 5 });
  assert.deepEqual(unmarshall(records[1].dynamodb.OldImage), { id: "o1", amount: 5 });
  assert.deepEqual(unmarshall(records[1].dynamodb.NewImage), { id: "o1", amount: 7 });
  assert.deepEqual(unmarshall(records[2].dynamodb.Keys), { id: "o1" });
  assert.equal(records[2].dynamodb.NewImage, undefined);
  assert.ok(records[0].dynamodb.ApproximateCreationDateTime instanceof Date);
  assert.ok(BigInt(records[0].dynamodb.SequenceNumber) < BigInt(records[1].dynamodb.SequenceNumber));
});

test("an iterator that starts at LATEST sees only what comes later", async () => {
  const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: Streams[0].StreamArn }));
  const iterators = await Promise.all(
    StreamDescription.Shards.filter((shard) => !shard.SequenceNumberRange.EndingSequenceNumber).map((shard) =>
      streams.send(new GetShardIteratorCommand({ StreamArn: Streams[0].StreamArn, ShardId: shard.ShardId, ShardIteratorType: "LATEST" })),
    ),
  );
  await documents.send(new PutCommand({ TableName, Item: { id: "o2" } }));
  const pages = await Promise.all(iterators.map(({ ShardIterator }) => streams.send(new GetRecordsCommand({ ShardIterator }))));
  assert.deepEqual(pages.flatMap((page) => page.Records).map((record) => record.dynamodb.Keys), [{ id: { S: "o2" } }]);
});
