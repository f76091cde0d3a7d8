// Transactions with the document client: all or nothing, reasons for a refusal, and a request that is sent twice.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { PutCommand, TransactGetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { createTable, documents } from "./table.mjs";

const TableName = "Accounts";

before(async () => {
  await createTable(TableName, "id:S");
  for (const [id, balance] of [["ada", 100], ["bob", 20]]) await documents.send(new PutCommand({ TableName, Item: { id, balance } }));
});

const transfer = (from, to, amount, token) =>
  new TransactWriteCommand({
    ClientRequestToken: token,
    TransactItems: [
      {
        Update: {
          TableName,
          Key: { id: from },
          UpdateExpression: "SET balance = balance - :amount",
          ConditionExpression: "balance >= :amount",
          ExpressionAttributeValues: { ":amount": amount },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
      {
        Update: {
          TableName,
          Key: { id: to },
          UpdateExpression: "SET balance = balance + :amount",
          ConditionExpression: "attribute_exists(id)",
          ExpressionAttributeValues: { ":amount": amount },
        },
      },
      { Put: { TableName, Item: { id: `receipt-${token}`, from, to, amount }, ConditionExpression: "attribute_not_exists(id)" } },
    ],
  });

async function balances() {
  const { Responses } = await documents.send(
    new TransactGetCommand({ TransactItems: ["ada", "bob"].map((id) => ({ Get: { TableName, Key: { id } } })) }),
  );
  return Responses.map(({ Item }) => Item.balance);
}

test("money moves on both sides at once", async () => {
  await documents.send(transfer("ada", "bob", 30, "first"));
  assert.deepEqual(await balances(), [70, 50]);
});

test("a request that is sent twice with one token moves money once", async () => {
  await documents.send(transfer("ada", "bob", 30, "first"));
  assert.deepEqual(await balances(), [70, 50]);
});

test("one token for two different requests is refused", async () => {
  await assert.rejects(documents.send(transfer("ada", "bob", 1, "first")), { name: "IdempotentParameterMismatchException" });
});

test("a transaction that cannot be done changes nothing and gives a reason for each of its actions", async () => {
  await assert.rejects(documents.send(transfer("ada", "nobody", 1000, "second")), (error) => {
    assert.ok(error instanceof TransactionCanceledException);
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["ConditionalCheckFailed", "ConditionalCheckFailed", "None"]);
    assert.deepEqual(error.CancellationReasons[0].Item.balance, { N: "70" });
    assert.match(error.message, /^Transaction cancelled, please refer cancellation reasons for specific reasons \[ConditionalCheckFailed, ConditionalCheckFailed, None\]$/);
    return true;
  });
  assert.deepEqual(await balances(), [70, 50]);
});
