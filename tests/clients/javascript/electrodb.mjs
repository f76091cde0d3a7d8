// ElectroDB: two entities in one table, with an index and a collection across both.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Entity, Service } from "electrodb";
import { createTable, documents } from "./table.mjs";

const table = "Company";
const configuration = { client: documents, table };

const Employee = new Entity(
  {
    model: { entity: "employee", version: "1", service: "company" },
    attributes: {
      employee: { type: "string", required: true },
      team: { type: "string", required: true },
      salary: { type: "number", default: 0 },
      skills: { type: "set", items: "string" },
      hired: { type: "string", required: true },
    },
    indexes: {
      byId: { pk: { field: "pk", composite: ["employee"] }, sk: { field: "sk", composite: [] } },
      byTeam: {
        index: "gsi1",
        collection: "teams",
        pk: { field: "gsi1pk", composite: ["team"] },
        sk: { field: "gsi1sk", composite: ["hired", "employee"] },
      },
    },
  },
  configuration,
);

const Task = new Entity(
  {
    model: { entity: "task", version: "1", service: "company" },
    attributes: {
      task: { type: "string", required: true },
      team: { type: "string", required: true },
      points: { type: "number" },
    },
    indexes: {
      byId: { pk: { field: "pk", composite: ["task"] }, sk: { field: "sk", composite: [] } },
      byTeam: {
        index: "gsi1",
        collection: "teams",
        pk: { field: "gsi1pk", composite: ["team"] },
        sk: { field: "gsi1sk", composite: ["task"] },
      },
    },
  },
  configuration,
);

const company = new Service({ employee: Employee, task: Task });

before(() =>
  createTable(table, "pk:S", "sk:S", {
    AttributeDefinitions: ["gsi1pk", "gsi1sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    GlobalSecondaryIndexes: [
      {
        IndexName: "gsi1",
        KeySchema: [
          { AttributeName: "gsi1pk", KeyType: "HASH" },
          { AttributeName: "gsi1sk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  }),
);

test("create makes an item, and makes it once", async () => {
  const ada = { employee: "ada", team: "engines", skills: ["maths"], hired: "1842-01-01" };
  const { data } = await Employee.create(ada).go();
  assert.equal(data.salary, 0);
  await assert.rejects(Employee.create(ada).go(), /conditional request failed/);
});

test("patch and update change an item that exists", async () => {
  const { data } = await Employee.patch({ employee: "ada" }).add({ salary: 100, skills: ["poetry"] }).where(({ salary }, { lt }) => lt(salary, 1)).go({ response: "all_new" });
  assert.equal(data.salary, 100);
  assert.deepEqual([...data.skills].sort(), ["maths", "poetry"]);
  await assert.rejects(Employee.patch({ employee: "nobody" }).set({ salary: 1 }).go());
});

test("a batch put and a batch get", async () => {
  const others = Array.from({ length: 30 }, (_, n) => ({ employee: `e${n}`, team: n % 2 ? "engines" : "looms", hired: `1850-01-${String(n + 1).padStart(2, "0")}` }));
  assert.deepEqual((await Employee.put(others).go()).unprocessed, []);
  const { data, unprocessed } = await Employee.get([{ employee: "e1" }, { employee: "e29" }, { employee: "nobody" }]).go();
  assert.deepEqual(data.map((found) => found.employee).sort(), ["e1", "e29"]);
  assert.deepEqual(unprocessed, []);
});

test("a query on the index is sorted, bounded and paged by a cursor", async () => {
  const found = [];
  let cursor = null;
  do {
    const page = await Employee.query.byTeam({ team: "engines" }).between({ hired: "1850-01-05" }, { hired: "1850-01-21" }).go({ cursor, limit: 3 });
    found.push(...page.data.map((one) => one.employee));
    cursor = page.cursor;
  } while (cursor);
  assert.deepEqual(found, ["e5", "e7", "e9", "e11", "e13", "e15", "e17", "e19"]);
});

test("a collection finds both entities in one query, a transaction writes both", async () => {
  const written = await company.transaction
    .write(({ employee, task }) => [
      task.create({ task: "t1", team: "dyes", points: 3 }).commit(),
      employee.create({ employee: "bob", team: "dyes", hired: "1860-01-01" }).commit(),
    ])
    .go();
  assert.equal(written.canceled, false);
  const { data } = await company.collections.teams({ team: "dyes" }).go();
  assert.deepEqual([data.employee.length, data.task.length], [1, 1]);
  const refused = await company.transaction.write(({ task }) => [task.create({ task: "t1", team: "dyes" }).commit({ response: "all_old" })]).go();
  assert.equal(refused.canceled, true);
  assert.equal(refused.data[0].code, "ConditionalCheckFailed");
});

test("a scan with a filter, and a removal", async () => {
  const { data } = await Employee.scan.where(({ team }, { eq }) => eq(team, "looms")).go({ pages: "all" });
  assert.equal(data.length, 15);
  await Employee.remove({ employee: "bob" }).go();
  assert.equal((await Employee.get({ employee: "bob" }).go()).data, null);
});
