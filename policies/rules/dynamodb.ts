/** Amazon DynamoDB tables. */
import { ALWAYS, PRODUCTION, type Rule, resourceRule, unless } from "../rule.ts";
import { listOf, textOf, valueAt } from "../stack.ts";
import { TABLE } from "./types.ts";

export const dynamodb: readonly Rule[] = [
  resourceRule(
    {
      id: "dynamodb-recovery",
      what: "A table can be brought back to any moment of the last weeks.",
      why: "A wrong deployment or script overwrites items; nothing else has them.",
      remedy: "Set pointInTimeRecovery.enabled; it costs $0.20 per GB and month.",
      origin: "DDB3, DynamoDB.2, CKV_AWS_28",
      ...PRODUCTION,
      types: [TABLE],
    },
    (table) => unless(table.at("pointInTimeRecovery.enabled") === true, "has no point-in-time recovery"),
  ),
  resourceRule(
    {
      id: "dynamodb-deletion-protection",
      what: "DynamoDB itself refuses to delete a table.",
      why: "Pulumi's protection does not stop a hand in the console.",
      remedy: "Set deletionProtectionEnabled.",
      origin: "DynamoDB.6",
      ...PRODUCTION,
      types: [TABLE],
    },
    (table) => unless(table.at("deletionProtectionEnabled") === true, "can be deleted"),
  ),
  resourceRule(
    {
      id: "dynamodb-on-demand",
      what: "A table and its indexes are paid by request, up to a ceiling.",
      why: "Chosen capacity is too much or too little; without a ceiling a loop in a program has no price.",
      remedy:
        "Set billingMode PAY_PER_REQUEST, and onDemandThroughput with maxReadRequestUnits and maxWriteRequestUnits: of the table, and of each index, which does not have the table's.",
      origin: "DynamoDB.1",
      ...ALWAYS,
      types: [TABLE],
    },
    (table) => [
      ...unless(table.text("billingMode") === "PAY_PER_REQUEST", "is not paid by request"),
      ...unless(hasCeiling(table.data.props), "has no ceiling"),
      ...table
        .list("globalSecondaryIndexes")
        .filter((index) => !hasCeiling(index))
        .map((index) => `index ${textOf(valueAt(index, "name"))} has no ceiling`),
    ],
  ),
  resourceRule(
    {
      id: "dynamodb-encryption",
      what: "A table is encrypted with DynamoDB's own key, or with one of the stack's.",
      why: "The account's key aws/dynamodb costs by request, and no policy of ours is on it.",
      remedy: "Leave serverSideEncryption out, or give it a kmsKeyArn.",
      origin: "CKV_AWS_119",
      ...ALWAYS,
      types: [TABLE],
    },
    (table) =>
      unless(
        table.at("serverSideEncryption.enabled") !== true ||
          table.text("serverSideEncryption.kmsKeyArn") !== "",
        "is encrypted with aws/dynamodb",
      ),
  ),
  resourceRule(
    {
      id: "dynamodb-stream-images",
      what: "A stream has items before and after a change.",
      why: "A consumer that reads the item again sees a later state, or none.",
      remedy: "Set streamViewType NEW_AND_OLD_IMAGES.",
      ...ALWAYS,
      types: [TABLE],
    },
    (table) =>
      unless(
        table.at("streamEnabled") !== true || table.text("streamViewType") === "NEW_AND_OLD_IMAGES",
        "has a stream without images",
      ),
  ),
  resourceRule(
    {
      id: "dynamodb-expiry",
      what: "A table has an attribute that says when an item may go.",
      why: "Idempotency keys, locks and what was announced would be kept, and paid, for ever.",
      remedy: "Set ttl.enabled and ttl.attributeName; readers leave out what has expired, DynamoDB is late.",
      ...ALWAYS,
      types: [TABLE],
    },
    (table) =>
      unless(
        table.at("ttl.enabled") === true && table.text("ttl.attributeName") !== "",
        "keeps everything for ever",
      ),
  ),
];

/** DynamoDB says -1 where there is none. */
function hasCeiling(tableOrIndex: unknown): boolean {
  return ["maxReadRequestUnits", "maxWriteRequestUnits"].every((name) =>
    listOf(valueAt(tableOrIndex, `onDemandThroughput.${name}`)).some((units) => Number(units) > 0),
  );
}
