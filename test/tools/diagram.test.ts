import { expect } from "chai";
import * as fc from "fast-check";
import type { Graph, Resource } from "../../local/core/graph.ts";
import { architectureOf } from "../../tools/diagram/architecture.ts";
import { scheduleText } from "../../tools/diagram/details.ts";
import { type Layout, layoutOf, type Point, type Size } from "../../tools/diagram/layout.ts";
import { picturesOf } from "../../tools/diagram/pictures.ts";
import { type Box, viewOfSystem } from "../../tools/diagram/view.ts";
import {
  arn,
  FRAME,
  FUNCTION,
  integration,
  lambda,
  QUEUE,
  resource,
  STACK,
  TABLE,
} from "./support/graphs.ts";

const BUS = "aws:cloudwatch/eventBus:EventBus";
const TOPIC = "aws:sns/topic:Topic";
const BUCKET = "aws:s3/bucket:Bucket";
const POOL = "aws:cognito/userPool:UserPool";

const table = arn(TABLE, "shop-orders");
const body = {
  paths: {
    "/orders": { post: integration("shop-create"), get: integration("shop-list"), options: {} },
    "/orders/{id}": { get: integration("shop-get") },
  },
  components: {
    securitySchemes: {
      bearer: {
        "x-amazon-apigateway-authorizer": {
          authorizerUri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn(FUNCTION, "shop-authorizer")}/invocations`,
        },
      },
    },
  },
};
const redrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(QUEUE, "shop-dead"), maxReceiveCount: 5 });

const resources: Resource[] = [
  ...FRAME,
  resource(BUS, "events", {}, STACK),
  resource(POOL, "people", { lambdaConfig: { postConfirmation: arn(FUNCTION, "shop-welcome") } }, STACK),
  resource(TABLE, "shop-orders", { streamEnabled: true }),
  resource(BUCKET, "shop-files"),
  resource(BUCKET, "shop-logs"),
  resource("aws:s3/bucketLogging:BucketLogging", "shop-logging", {
    bucket: "shop-files",
    targetBucket: "shop-logs",
  }),
  resource(QUEUE, "shop-dead"),
  resource(QUEUE, "shop-work", { redrivePolicy }),
  resource(TOPIC, "shop-news"),
  resource("aws:sns/topicSubscription:TopicSubscription", "shop-work-news", {
    topic: arn(TOPIC, "shop-news"),
    protocol: "sqs",
    endpoint: arn(QUEUE, "shop-work"),
  }),
  resource("aws:sns/topicSubscription:TopicSubscription", "shop-mail", {
    topic: arn(TOPIC, "shop-news"),
    protocol: "email",
    endpoint: "a@example.com",
  }),
  ...lambda("shop-create", { "dynamodb:PutItem": table }),
  ...lambda("shop-list", { "dynamodb:Query": `${table}/index/byDate` }),
  ...lambda("shop-get", { "dynamodb:GetItem": table }),
  ...lambda("shop-authorizer", {}, { ISSUER: "https://cognito.example/people" }),
  ...lambda("shop-welcome", { "cognito-idp:AdminAddUserToGroup": arn(POOL, "people") }),
  ...lambda("shop-publish", {
    "dynamodb:GetRecords": `${table}/stream/1`,
    "sns:Publish": arn(TOPIC, "shop-news"),
  }),
  ...lambda(
    "shop-work",
    { "sqs:ReceiveMessage": arn(QUEUE, "shop-work") },
    { PAY_URL: "https://pay.example.com/v1" },
  ),
  ...lambda(
    "shop-relay",
    { "events:PutEvents": arn(BUS, "events") },
    { LINK: "https://not-called.example.com" },
  ),
  resource("aws:lambda/eventSourceMapping:EventSourceMapping", "shop-stream", {
    eventSourceArn: `${table}/stream/1`,
    functionName: `${arn(FUNCTION, "shop-publish")}:live`,
  }),
  resource("aws:lambda/eventSourceMapping:EventSourceMapping", "shop-messages", {
    eventSourceArn: arn(QUEUE, "shop-work"),
    functionName: "shop-work",
  }),
  resource("aws:cloudwatch/eventRule:EventRule", "shop-stored", {
    eventPattern: JSON.stringify({ source: ["aws.s3"], detail: { bucket: { name: ["shop-files"] } } }),
  }),
  resource("aws:cloudwatch/eventTarget:EventTarget", "shop-stored-target", {
    rule: "shop-stored",
    arn: arn(FUNCTION, "shop-relay"),
  }),
  resource("aws:cloudwatch/eventRule:EventRule", "shop-heard", {
    eventBusName: "events",
    eventPattern: "{}",
  }),
  resource("aws:cloudwatch/eventTarget:EventTarget", "shop-heard-target", {
    rule: "shop-heard",
    arn: arn(QUEUE, "shop-work"),
  }),
  resource("aws:apigateway/restApi:RestApi", "shop-api", { body: JSON.stringify(body) }),
];
const graph: Graph = { project: "test", stack: "dev", resources, outputs: {} };

const BOX = { kind: "function", title: "a function", own: true } as const;

/** Boxes that touch each other, and straight pieces of arrows that touch boxes which they do not link. */
function overlapsIn({ boxes, routes }: Layout): string[] {
  const doMeet = (one: Point & Size, two: Point & Size) =>
    one.x < two.x + two.width &&
    two.x < one.x + one.width &&
    one.y < two.y + two.height &&
    two.y < one.y + one.height;
  const pairs = boxes.flatMap((one, index) => boxes.slice(index + 1).map((two) => [one, two] as const));
  const pieces = routes.flatMap(({ from, to, points }) =>
    points.slice(1).flatMap(({ x, y }, index) => {
      const start = points[index];
      if (start?.x !== x) return [];
      return [{ from, to, x, y: Math.min(start.y, y), width: 0, height: Math.abs(start.y - y) }];
    }),
  );
  return [
    ...pairs.filter(([one, two]) => doMeet(one, two)).map(([one, two]) => `${one.id} on ${two.id}`),
    ...pieces.flatMap((piece) =>
      boxes
        .filter((box) => box.id !== piece.from && box.id !== piece.to && doMeet(piece, box))
        .map(({ id }) => `${piece.from} → ${piece.to} through ${id}`),
    ),
  ];
}

describe("the diagrams", () => {
  const architecture = architectureOf(graph);
  const links = architecture.links.map(({ from, sort, to }) => `${from} ${sort} ${to}`);

  it("show who hands what to whom: routes, streams, queues, topics, rules of a bus and of a bucket", () => {
    expect(links.filter((link) => link.includes(" triggers "))).to.have.members([
      "api:shop-api triggers function:shop-create",
      "api:shop-api triggers function:shop-get",
      "api:shop-api triggers function:shop-list",
      "bucket:shop-files triggers function:shop-relay",
      "bus:events triggers queue:shop-work",
      "queue:shop-work triggers function:shop-work",
      "table:shop-orders triggers function:shop-publish",
      "topic:shop-news triggers people:shop-news",
      "topic:shop-news triggers queue:shop-work",
    ]);
  });

  it("show what functions may write and what they may only read, by their policies, and the services that they call", () => {
    expect(links.filter((link) => !link.includes(" triggers "))).to.have.members([
      "api:shop-api reads users:people",
      "function:shop-create writes table:shop-orders",
      "function:shop-get reads table:shop-orders",
      "function:shop-list reads table:shop-orders",
      "function:shop-publish writes topic:shop-news",
      "function:shop-relay writes bus:events",
      "function:shop-work writes outside:pay.example.com",
    ]);
  });

  it("leave out what only serves a part: dead letters, access logs, authorizers, what a user pool alone calls", () => {
    const ids = architecture.parts.map(({ id }) => id);
    for (const id of [
      "queue:shop-dead",
      "bucket:shop-logs",
      "function:shop-authorizer",
      "function:shop-welcome",
    ])
      expect(ids).to.not.include(id);
    expect(architecture.systems).to.deep.equal(["shop"]);
    expect(architecture.parts.find(({ id }) => id === "users:people")?.system).to.equal(undefined);
  });

  it("gather functions that do the same with the same, and say how an API is called", () => {
    const { boxes } = viewOfSystem(architecture, "shop");
    const gathered = boxes.find(({ title }) => title === "3 functions");
    expect(gathered?.lines).to.deep.equal(["create, get, list"]);
    expect(boxes.find(({ kind }) => kind === "api")?.lines).to.deep.equal([
      "API Gateway",
      "3 routes, bearer token",
    ]);
    expect(boxes.filter(({ own }) => !own).map(({ id }) => id)).to.have.members([
      "bus:events",
      "users:people",
    ]);
  });

  it("put no box on another, and lead no arrow through a box, whatever is linked with what", () => {
    const views = fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(9)), {
      minLength: 4,
      maxLength: 16,
      selector: String,
    });
    fc.assert(
      fc.property(views, (pairs) => {
        const boxes = [...new Set(pairs.flat())].map(
          (id): Box => ({ ...BOX, id: `${id}`, lines: Array(id).fill("line") }),
        );
        const arrows = pairs
          .filter(([from, to]) => from !== to)
          .map(([from, to]) => ({ from: `${from}`, to: `${to}`, sort: "writes" as const }));
        const layout = layoutOf({ title: "random", boxes, arrows }, "down");
        expect(layout.routes).to.have.length(arrows.length);
        expect(overlapsIn(layout)).to.deep.equal([]);
      }),
      { seed: 7, numRuns: 10 },
    );
  }).timeout(120_000);

  it("are the same bytes for the same stack, in whatever order it registered its resources", () => {
    const reversed = picturesOf({ ...graph, resources: resources.toReversed() });
    expect([...picturesOf(graph)]).to.deep.equal([...reversed]);
    expect([...reversed.keys()]).to.deep.equal([
      "architecture.svg",
      "architecture.mmd",
      "shop.svg",
      "shop.mmd",
    ]);
  });

  it("are well-formed, whatever things are called, and name no ARN and no account", () => {
    const odd = resources.map((one) => (one.name === "shop-news" ? { ...one, name: 'shop-<"new">&' } : one));
    const pictures = picturesOf({ ...graph, resources: odd });
    expect(pictures.get("shop.svg")).to.include("&lt;&quot;new&quot;>&amp;");
    for (const [name, picture] of pictures)
      expect(picture, name).to.not.match(/arn:aws|000000000000|undefined|NaN/);
  });

  it("tell schedules in words", () => {
    expect(scheduleText("rate(5 minutes)")).to.equal("every 5 minutes");
    expect(scheduleText("rate(1 hour)")).to.equal("every hour");
    expect(scheduleText("cron(0 3 * * ? *)")).to.equal("daily at 03:00");
    expect(scheduleText("cron(0 3 ? * MON *)")).to.equal("cron(0 3 ? * MON *)");
  });
});
