import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";

/** The item that a stream record tells of as created. */
export function insertedItem<Item>({ eventName, dynamodb }: DynamoDBRecord): Item | undefined {
  return eventName === "INSERT" ? toItem(dynamodb?.NewImage) : undefined;
}

/** The item before and after a change; one of them is missing when the item is created or removed. */
export function changedItem<Item>({ dynamodb }: DynamoDBRecord): {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
} {
  const { OldImage, NewImage } = dynamodb ?? {};
  return {
    before: OldImage && toItem(OldImage),
    after: NewImage && toItem(NewImage),
  };
}

/** The item that a stream record tells of as removed, by a request or by its time to live. */
export function removedItem<Item>({ eventName, dynamodb }: DynamoDBRecord): Item | undefined {
  return eventName === "REMOVE" ? toItem(dynamodb?.OldImage) : undefined;
}

function toItem<Item>(image: NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]): Item {
  if (!image) throw new Error("The stream record has no image; the stream must carry new and old images");
  return unmarshall(image as Record<string, AttributeValue>) as Item;
}
