import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { publishedDocuments, withoutUrl } from "../../tools/openapi/documents.ts";
import { operationsOf } from "../../tools/openapi/operations.ts";
import { expectAsDocumented } from "./support/contract.ts";
import { runningProgram } from "./support/running-program.ts";

const routesOf = (document: Parameters<typeof operationsOf>[0]) =>
  operationsOf(document).map(({ route }) => route);

describe("the documents of the running APIs", () => {
  let program: LocalCloud;

  before(async function () {
    this.timeout(90_000);
    program = await runningProgram();
  });

  it("are those that the repository publishes", () => {
    for (const [system, document] of publishedDocuments(program.graph)) {
      const published: unknown = JSON.parse(readFileSync(join("openapi", `${system}.json`), "utf8"));
      expect(published, `openapi/${system}.json; npm run openapi`).to.deep.equal(
        withoutUrl(system, document),
      );
    }
  });

  it("have every route that is deployed, and no other", () => {
    const documents = publishedDocuments(program.graph);
    const apis = resourcesOf(program.graph, "aws:apigateway/restApi:RestApi");
    expect(apis).to.have.lengthOf(documents.size);
    for (const { name, inputs } of apis) {
      const deployed = routesOf(JSON.parse(String(inputs.body))).filter((route) => !route.startsWith("ANY "));
      const document = documents.get(name.replace("-api-rest-api", ""));
      const published = routesOf(document ?? {});
      // The gateway hands all of fleet's requests to one application.
      if (name === "fleet-api-rest-api") expect(published, name).to.include.members(deployed);
      else expect(published, name).to.have.members(deployed);
    }
  });

  it("say where the APIs are, so that no answer goes unchecked", () => {
    const { tasksApiUrl } = program.outputValues;
    const problem = {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "x",
      instance: "urn:req:1",
    };
    const told = (status: number, contentType: string, body: unknown) => () =>
      expectAsDocumented("GET", `${String(tasksApiUrl)}/tasks/1`, { status, contentType, body });
    expect(told(404, "application/problem+json", problem)).not.to.throw();
    expect(told(404, "application/json", problem)).to.throw("of tasks-api answered 404");
    expect(told(404, "application/problem+json", { ...problem, detail: 5 })).to.throw("/detail");
    expect(told(200, "application/json", { id: "1" })).to.throw("required property");
    expect(told(204, "application/json", "")).to.throw("which is not documented");
  });
});
