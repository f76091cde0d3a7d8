// OneTable: a schema of two models in one table that it creates itself, unique attributes, and a transaction.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Table } from "dynamodb-onetable";

const table = new Table({
  name: "Single",
  client: new DynamoDBClient({}),
  partial: false,
  schema: {
    format: "onetable:1.1.0",
    version: "0.0.1",
    indexes: {
      primary: { hash: "pk", sort: "sk" },
      gs1: { hash: "gs1pk", sort: "gs1sk", project: "all" },
      ls1: { sort: "id", type: "local" },
    },
    models: {
      Account: {
        pk: { type: String, value: "account#${id}" },
        sk: { type: String, value: "account#" },
        id: { type: String, generate: "ulid" },
        name: { type: String, required: true, unique: true },
        balance: { type: Number, default: 0 },
        opened: { type: Date },
      },
      User: {
        pk: { type: String, value: "account#${accountId}" },
        sk: { type: String, value: "user#${email}" },
        accountId: { type: String, required: true },
        email: { type: String, required: true },
        role: { type: String, enum: ["user", "admin"], default: "user" },
        gs1pk: { type: String, value: "role#${role}" },
        gs1sk: { type: String, value: "user#${email}" },
      },
    },
    params: { isoDates: true, timestamps: true },
  },
});
const Account = table.getModel("Account");
const User = table.getModel("User");
let account;

before(() => table.createTable());
after(() => table.deleteTable("DeleteTableForever"));

test("the table that it created exists", async () => {
  assert.equal(await table.exists(), true);
});

test("a model is created with its defaults, and a unique attribute is unique", async () => {
  account = await Account.create({ name: "Engines", opened: new Date(0) });
  assert.equal(account.balance, 0);
  assert.equal(account.opened.getTime(), 0);
  await assert.rejects(Account.create({ name: "Engines" }), { code: "UniqueError" });
});

test("users are found under their account and by their role", async () => {
  for (const name of ["ada", "bob", "eve"]) await User.create({ accountId: account.id, email: `${name}@example.org` });
  await User.update({ accountId: account.id, email: "eve@example.org", role: "admin" });
  const all = await User.find({ accountId: account.id });
  const admins = await User.find({ role: "admin" }, { index: "gs1" });
  assert.equal(all.length, 3);
  assert.deepEqual(admins.map((user) => user.email), ["eve@example.org"]);
});

test("pages of a find follow each other", async () => {
  const emails = [];
  let next = null;
  do {
    const page = await User.find({ accountId: account.id }, { limit: 2, next });
    emails.push(...page.map((user) => user.email));
    next = page.next;
  } while (next);
  assert.deepEqual(emails, ["ada@example.org", "bob@example.org", "eve@example.org"]);
});

test("an update adds, sets and obeys a condition", async () => {
  const updated = await Account.update({ id: account.id }, { add: { balance: 10 } });
  assert.equal(updated.balance, 10);
  await assert.rejects(Account.update({ id: account.id, balance: 5 }, { where: "${balance} < {1}" }));
});

test("a transaction is all or nothing, a batch writes several", async () => {
  const transaction = {};
  await Account.update({ id: account.id }, { add: { balance: 1 }, transaction });
  await User.create({ accountId: account.id, email: "ada@example.org" }, { transaction });
  await assert.rejects(table.transact("write", transaction));
  assert.equal((await Account.get({ id: account.id })).balance, 10);
  const batch = {};
  for (const name of ["kim", "lee"]) await User.create({ accountId: account.id, email: `${name}@example.org` }, { batch, exists: null });
  await table.batchWrite(batch);
  assert.equal(await User.find({ accountId: account.id }, { count: true }).then((found) => found.count), 5);
});
