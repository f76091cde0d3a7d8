// PartiQL, in the shapes of AWS's examples: single statements, pages, a batch, a transaction.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { BatchExecuteStatementCommand, ExecuteStatementCommand, ExecuteTransactionCommand } from "@aws-sdk/lib-dynamodb";
import { createTable, documents } from "./table.mjs";

before(() => createTable("Flowers", "Name:S"));

const execute = (Statement, Parameters, more = {}) => documents.send(new ExecuteStatementCommand({ Statement, Parameters, ...more }));

test("INSERT, SELECT, UPDATE and DELETE do what they say", async () => {
  await execute("INSERT INTO Flowers value {'Name':?, 'Colour':?, 'Petals':?}", ["Rose", "red", 5]);
  await execute("UPDATE Flowers SET Petals=? WHERE Name=?", [40, "Rose"]);
  const found = await execute("SELECT Colour, Petals FROM Flowers WHERE Name=?", ["Rose"]);
  assert.deepEqual(found.Items, [{ Colour: "red", Petals: 40 }]);
  await execute("DELETE FROM Flowers WHERE Name=?", ["Rose"]);
  assert.deepEqual((await execute("SELECT * FROM Flowers WHERE Name=?", ["Rose"])).Items, []);
});

test("INSERT of what exists is a duplicate", async () => {
  await execute("INSERT INTO Flowers value {'Name':'Iris'}");
  await assert.rejects(execute("INSERT INTO Flowers value {'Name':'Iris'}"), { name: "DuplicateItemException" });
});

test("a batch reports on each of its statements", async () => {
  const { Responses } = await documents.send(
    new BatchExecuteStatementCommand({
      Statements: [
        { Statement: "INSERT INTO Flowers value {'Name':?}", Parameters: ["Tulip"] },
        { Statement: "INSERT INTO Flowers value {'Name':?}", Parameters: ["Iris"] },
      ],
    }),
  );
  assert.equal(Responses[0].Error, undefined);
  assert.equal(Responses[1].Error.Code, "DuplicateItem");
});

test("a SELECT without a key reads the table page by page", async () => {
  const names = [];
  let NextToken;
  do {
    const page = await execute('SELECT "Name" FROM "Flowers"', undefined, { Limit: 1, NextToken });
    names.push(...page.Items.map((item) => item.Name));
    NextToken = page.NextToken;
  } while (NextToken);
  assert.deepEqual(names.sort(), ["Iris", "Tulip"]);
});

test("a transaction of statements is all or nothing", async () => {
  const add = (name) => ({ Statement: "INSERT INTO Flowers value {'Name':?}", Parameters: [name] });
  await assert.rejects(documents.send(new ExecuteTransactionCommand({ TransactStatements: [add("Daisy"), add("Iris")] })), {
    name: "TransactionCanceledException",
  });
  assert.deepEqual((await execute("SELECT * FROM Flowers WHERE Name='Daisy'")).Items, []);
  await documents.send(new ExecuteTransactionCommand({ TransactStatements: [add("Daisy"), add("Lily")] }));
  assert.equal((await execute("SELECT * FROM Flowers WHERE Name='Daisy'")).Items.length, 1);
});
