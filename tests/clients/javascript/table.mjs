// A ready table for the programs beside this one.

import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export const client = new DynamoDBClient({});
export const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

/** Create the table, wait until it is there, and return its description. Keys are written "name:type". */
export async function createTable(TableName, hash, range, more = {}) {
  const keys = [hash, range].filter(Boolean).map((key) => key.split(":"));
  const { TableDescription } = await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys.map(([AttributeName], position) => ({ AttributeName, KeyType: ["HASH", "RANGE"][position] })),
      ...more,
      AttributeDefinitions: [
        ...keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
        ...(more.AttributeDefinitions ?? []),
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName });
  return TableDescription;
}
