// Dynamoose: a model that creates its table, with indexes, timestamps, conditions, batches and transactions.

import assert from "node:assert/strict";
import { test } from "node:test";
import dynamoose from "dynamoose";

const Dog = dynamoose.model(
  "Dog",
  new dynamoose.Schema(
    {
      owner: { type: String, hashKey: true },
      name: { type: String, rangeKey: true },
      breed: { type: String, index: { name: "breedIndex", type: "global", rangeKey: "age" } },
      age: Number,
      born: Date,
      toys: { type: Set, schema: [String] },
      vet: { type: Object, schema: { city: String } },
    },
    { timestamps: true },
  ),
);
new dynamoose.Table("Kennel", [Dog], { create: true, waitForActive: { enabled: true, check: { timeout: 30000, frequency: 100 } } });

test("a model saves and gets what was saved", async () => {
  await Dog.create({ owner: "ada", name: "Rex", breed: "pug", age: 3, born: new Date(0), toys: new Set(["ball"]), vet: { city: "Rome" } });
  const found = await Dog.get({ owner: "ada", name: "Rex" });
  assert.equal(found.age, 3);
  assert.equal(found.born.getTime(), 0);
  assert.deepEqual([...found.toys], ["ball"]);
  assert.equal(found.vet.city, "Rome");
  assert.ok(found.createdAt instanceof Date);
  await assert.rejects(Dog.create({ owner: "ada", name: "Rex" }), { name: "ConditionalCheckFailedException" });
});

test("an update sets, adds and removes, under a condition", async () => {
  const updated = await Dog.update({ owner: "ada", name: "Rex" }, { $SET: { breed: "beagle" }, $ADD: { age: 1 }, $REMOVE: ["vet"] });
  assert.deepEqual([updated.breed, updated.age, updated.vet], ["beagle", 4, undefined]);
  await assert.rejects(
    Dog.update({ owner: "ada", name: "Rex" }, { age: 0 }, { condition: new dynamoose.Condition().filter("age").lt(2) }),
    { name: "ConditionalCheckFailedException" },
  );
});

test("a batch, then queries by key and by index, and a scan", async () => {
  const dogs = Array.from({ length: 20 }, (_, n) => ({ owner: "bob", name: `d${n}`, breed: n % 2 ? "pug" : "collie", age: n }));
  assert.deepEqual((await Dog.batchPut(dogs)).unprocessedItems, []);
  const byOwner = await Dog.query("owner").eq("bob").where("name").beginsWith("d1").all().exec();
  const byBreed = await Dog.query("breed").eq("pug").where("age").ge(5).using("breedIndex").sort("descending").limit(3).exec();
  const scanned = await Dog.scan("age").between(5, 9).limit(4).all().exec();
  const { count } = await Dog.query("owner").eq("bob").count().exec();
  assert.equal(byOwner.length, 11);
  assert.deepEqual(byBreed.map((dog) => dog.age), [19, 17, 15]);
  assert.deepEqual(scanned.map((dog) => dog.age).sort(), [5, 6, 7, 8, 9]);
  assert.equal(count, 20);
  assert.equal((await Dog.batchGet([{ owner: "bob", name: "d0" }, { owner: "bob", name: "d19" }])).length, 2);
});

test("a transaction is all or nothing", async () => {
  await assert.rejects(
    dynamoose.transaction([
      Dog.transaction.update({ owner: "ada", name: "Rex" }, { age: 100 }),
      Dog.transaction.create({ owner: "bob", name: "d0" }),
    ]),
    { name: "TransactionCanceledException" },
  );
  assert.equal((await Dog.get({ owner: "ada", name: "Rex" })).age, 4);
});

test("a deleted item is gone", async () => {
  await Dog.delete({ owner: "ada", name: "Rex" });
  assert.equal(await Dog.get({ owner: "ada", name: "Rex" }), undefined);
});
