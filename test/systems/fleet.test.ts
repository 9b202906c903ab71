import { randomUUID } from "node:crypto";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { MovesDriver } from "./support/moves.ts";
import { logged, runningProgram } from "./support/running-program.ts";
import { dataOf } from "./support/typed-clients.ts";

describe("the fleet", () => {
  let program: LocalCloud;
  let api: ApiClient;
  let company: MovesDriver;
  let bridge: EventBridgeClient;

  const physicalName = (type: string, name: string): string => {
    const found = resourcesOf(program.graph, type).find((resource) => resource.name === name);
    return String(found?.outputs.name);
  };
  const publish = (source: string, type: string, data: object) =>
    bridge.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: physicalName("aws:cloudwatch/eventBus:EventBus", "andamio-bus"),
            Source: source,
            DetailType: type,
            Detail: JSON.stringify({
              eventId: randomUUID(),
              version: 1,
              occurredAt: new Date().toISOString(),
              correlationId: "fleet-test",
              data,
            }),
          },
        ],
      }),
    );
  const truck = async (plate: string, capacityM3: number) =>
    dataOf(await company.employee.fleet.POST("/trucks", { body: { plate, capacityM3 } })).id;
  const statusOf = async (id: string) =>
    dataOf(await company.employee.fleet.GET("/trucks/{id}", { params: { path: { id } } })).status;

  before(async function () {
    this.timeout(90_000);
    program = await runningProgram();
    api = new ApiClient(String(program.outputValues.fleetApiUrl));
    company = new MovesDriver(program);
    bridge = new EventBridgeClient({
      endpoint: program.world.endpoint,
      region: program.world.region,
      credentials: { accessKeyId: "AKIAUSER", secretAccessKey: "secret" },
    });
  });
  after(() => {
    bridge.destroy();
  });

  it("tells everybody whether it is healthy, and nobody without a token anything else", async () => {
    const health = await api.send("GET", "/health");
    expect(health.status, JSON.stringify(health.body)).to.equal(200);
    expect(health.body).to.include({ status: "ok", database: "reachable" });
    for (const [method, path] of [
      ["GET", "/trucks"],
      ["POST", "/trucks"],
      ["DELETE", "/drivers/1"],
      ["GET", "/"],
    ] as const) {
      const answer = await api.send(method, path, { body: method === "POST" ? {} : undefined });
      expect(answer.status).to.be.oneOf([401, 403]);
      expect(answer.headers.get("content-type")).to.equal("application/problem+json");
    }
  });

  it("selects the truck for a move that was registered, tells so, and frees it when the move is cancelled", async () => {
    const [small, large] = [await truck("E2E-SMALL", 10), await truck("E2E-LARGE", 30)];
    const move = { moveId: randomUUID(), origin: "A", destination: "B", volumeM3: 8, date: "2031-01-01" };
    const client = { id: "client", email: "client@example.com" };
    await publish("andamio.moves", "MoveRegistered", { ...move, client });
    await eventually(async () => expect(await statusOf(small)).to.equal("assigned"));
    expect(await statusOf(large)).to.equal("available");
    await eventually(() => {
      const told = logged.filter((entry) => JSON.stringify(entry).includes("TruckAssigned"));
      expect(told.length).to.be.at.least(1);
    });
    await publish("andamio.moves", "MoveCancelled", { moveId: move.moveId });
    await eventually(async () => expect(await statusOf(small)).to.equal("available"));
  });
});
