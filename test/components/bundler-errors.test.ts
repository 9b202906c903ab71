import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { bundleEntry } from "../../components/bundler/entry.ts";
import { runBundle, TemporaryProject } from "./support/temporary-project.ts";

/** Tells all of the errors that services answer: plain ones, which it names or not, and others. */
const TELLER = `
import {
  ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException, PutItemCommand, ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

const told = (error) => ({
  ...JSON.parse(JSON.stringify(error)),
  name: error.name,
  message: error.message,
  text: String(error),
  isGeneral: error instanceof DynamoDBServiceException || error instanceof S3ServiceException,
  isConditional: error instanceof ConditionalCheckFailedException,
  isInUse: error instanceof ResourceInUseException,
});
export const handler = async ({ endpoint }) => {
  const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
  const settings = { endpoint, credentials, region: "eu-west-1", maxAttempts: 1, forcePathStyle: true };
  const put = (TableName) => () => new DynamoDBClient(settings).send(new PutItemCommand({ TableName, Item: {} }));
  const calls = [
    ...["ResourceNotFoundException", "ResourceInUseException", "ConditionalCheckFailedException", "ReplicatedWriteConflictException", "Unheard"].map(put),
    () => new S3Client(settings).send(new GetObjectCommand({ Bucket: "bucket", Key: "NoSuchKey" })),
    () => new SNSClient(settings).send(new PublishCommand({ TopicArn: "topic", Message: "text" })),
    () => new SQSClient(settings).send(new SendMessageCommand({ QueueUrl: endpoint + "/queue", MessageBody: "text" })),
    () => new SSMClient(settings).send(new GetParameterCommand({ Name: "name" })),
  ];
  const all = [];
  for (const call of calls) all.push(told(await call().then(() => new Error("none"), (error) => error)));
  return all;
};
`;

const SNS_ERROR =
  "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>No such topic</Message></Error><RequestId>1</RequestId></ErrorResponse>";
const S3_ERROR = "<Error><Code>NoSuchKey</Code><Message>No such key</Message><Key>NoSuchKey</Key></Error>";
const QUEUE_ERROR = "AWS.SimpleQueueService.NonExistentQueue;Sender";

/** Refuses everything, each service in its own protocol. */
function refusal(
  target: string,
  body: string,
): { readonly headers: Record<string, string>; readonly text: string } {
  if (target.startsWith("DynamoDB")) {
    const { TableName }: { readonly TableName: string } = JSON.parse(body);
    const item = { Item: { id: { S: "1" } } };
    const text = { __type: `com.amazonaws.dynamodb.v20120810#${TableName}`, message: "Refused", ...item };
    return { headers: {}, text: JSON.stringify(text) };
  }
  if (target.startsWith("AmazonSSM")) {
    return {
      headers: {},
      text: JSON.stringify({ __type: "ParameterNotFound", Message: "No such parameter" }),
    };
  }
  if (target.startsWith("AmazonSQS")) {
    const text = { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "No such queue" };
    return { headers: { "x-amzn-query-error": QUEUE_ERROR }, text: JSON.stringify(text) };
  }
  return { headers: {}, text: body.includes("Action=Publish") ? SNS_ERROR : S3_ERROR };
}

describe("bundler, errors of AWS clients", () => {
  it("tells of every error what the whole SDK tells, whether or not a function names its class", async () => {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { headers, text } = refusal(String(request.headers["x-amz-target"] ?? ""), body);
      response.writeHead(400, headers).end(text);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const project = await TemporaryProject.create({ "teller.ts": TELLER });
    try {
      const event = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      const whole = await import(pathToFileURL(join(project.root, "teller.ts")).href);
      const expected = await whole.handler(event);
      const file = join(project.root, await bundleEntry("teller.ts", project.root));
      const { result } = await runBundle(file, event);
      expect(result).to.deep.equal(expected);
      expect(expected.map(({ name }: Error) => name)).to.deep.equal([
        "ResourceNotFoundException",
        "ResourceInUseException",
        "ConditionalCheckFailedException",
        "ReplicatedWriteConflictException",
        "Unheard",
        "NoSuchKey",
        "NotFoundException",
        "QueueDoesNotExist",
        "ParameterNotFound",
      ]);
      expect(expected[1]).to.include({ isInUse: true, isGeneral: true });
      const code = (await project.read(file.slice(project.root.length))).toString();
      expect(code).to.not.include("GlobalTableNotFoundException");
    } finally {
      server.close();
      server.closeAllConnections();
      await project.remove();
    }
  });
});
