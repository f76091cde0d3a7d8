"""The operations of the DynamoDB API, a file for each family; each is a declaration and an action."""
