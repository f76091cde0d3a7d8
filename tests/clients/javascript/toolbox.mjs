// DynamoDB-Toolbox: a typed entity, its commands, a query over an index and transactions.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  $add,
  BatchGetCommand,
  BatchGetRequest,
  BatchPutRequest,
  BatchWriteCommand,
  ConditionCheck,
  DeleteItemCommand,
  Entity,
  GetItemCommand,
  PutItemCommand,
  PutTransaction,
  QueryCommand,
  ScanCommand,
  Table,
  UpdateItemCommand,
  executeBatchGet,
  executeBatchWrite,
  executeTransactWrite,
  item,
  list,
  map,
  number,
  set,
  string,
} from "dynamodb-toolbox";
import { createTable, documents } from "./table.mjs";

const Pokeworld = new Table({
  name: "Zoo",
  documentClient: documents,
  partitionKey: { name: "pk", type: "string" },
  sortKey: { name: "sk", type: "string" },
  indexes: { byWeight: { type: "global", partitionKey: { name: "kind", type: "string" }, sortKey: { name: "weight", type: "number" } } },
});

const Animal = new Entity({
  name: "ANIMAL",
  table: Pokeworld,
  schema: item({
    zoo: string().key().savedAs("pk"),
    name: string().key().savedAs("sk"),
    kind: string(),
    weight: number().default(1),
    food: set(string()).optional(),
    visits: list(map({ day: string() })).optional(),
  }),
});

before(() =>
  createTable("Zoo", "pk:S", "sk:S", {
    AttributeDefinitions: [
      { AttributeName: "kind", AttributeType: "S" },
      { AttributeName: "weight", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "byWeight",
        KeySchema: [
          { AttributeName: "kind", KeyType: "HASH" },
          { AttributeName: "weight", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  }),
);

test("an entity is put, got, updated and deleted", async () => {
  const key = { zoo: "berlin", name: "Knut" };
  await Animal.build(PutItemCommand).item({ ...key, kind: "bear", food: new Set(["fish"]), visits: [{ day: "mon" }] }).send();
  const { Attributes } = await Animal.build(UpdateItemCommand)
    .item({ ...key, weight: $add(41), food: $add(new Set(["berries"])) })
    .options({ returnValues: "ALL_NEW" })
    .send();
  assert.deepEqual([Attributes.weight, [...Attributes.food].sort()], [42, ["berries", "fish"]]);
  const { Item } = await Animal.build(GetItemCommand).key(key).options({ consistent: true, attributes: ["weight", "visits"] }).send();
  assert.deepEqual([Item.weight, Item.visits], [42, [{ day: "mon" }]]);
  await Animal.build(DeleteItemCommand).key(key).options({ condition: { attr: "weight", gte: 42 } }).send();
  assert.equal((await Animal.build(GetItemCommand).key(key).send()).Item, undefined);
});

test("a batch, then a query over the index, page by page, with a filter", async () => {
  const animals = Array.from({ length: 20 }, (_, n) => ({ zoo: "paris", name: `a${n}`, kind: n % 2 ? "cat" : "owl", weight: n }));
  await executeBatchWrite(Pokeworld.build(BatchWriteCommand).requests(...animals.map((one) => Animal.build(BatchPutRequest).item(one))));
  const names = [];
  let exclusiveStartKey;
  do {
    const page = await Pokeworld.build(QueryCommand)
      .entities(Animal)
      .query({ index: "byWeight", partition: "cat", range: { between: [3, 17] } })
      .options({ limit: 2, exclusiveStartKey, reverse: true, filters: { ANIMAL: { attr: "name", ne: "a9" } } })
      .send();
    names.push(...page.Items.map((one) => one.name));
    exclusiveStartKey = page.LastEvaluatedKey;
  } while (exclusiveStartKey);
  assert.deepEqual(names, ["a17", "a15", "a13", "a11", "a7", "a5", "a3"]);
});

test("a scan and a batch get find the same animals", async () => {
  const { Items } = await Pokeworld.build(ScanCommand).entities(Animal).options({ maxPages: Infinity, limit: 6 }).send();
  const { Responses } = await executeBatchGet(
    Pokeworld.build(BatchGetCommand).requests(...Items.map(({ zoo, name }) => Animal.build(BatchGetRequest).key({ zoo, name }))),
  );
  assert.equal(Items.length, 20);
  assert.deepEqual(Responses[0], Items);
});

test("a transaction whose check fails is cancelled", async () => {
  const newcomer = Animal.build(PutTransaction).item({ zoo: "paris", name: "new", kind: "cat" });
  const guard = (weight) => Animal.build(ConditionCheck).key({ zoo: "paris", name: "a1" }).condition({ attr: "weight", eq: weight });
  await assert.rejects(executeTransactWrite(newcomer, guard(99)), { name: "TransactionCanceledException" });
  await executeTransactWrite(newcomer, guard(1));
  const { Item } = await Animal.build(GetItemCommand).key({ zoo: "paris", name: "new" }).send();
  assert.equal(Item.weight, 1);
});
