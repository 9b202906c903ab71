/** The clients that consumers use, for the running program: what tests send and read is checked by the compiler. */
import { expect } from "chai";
import {
  type AppointmentsClient,
  appointmentsClient,
  type FleetClient,
  fleetClient,
  type MovesClient,
  movesClient,
  type RecordsClient,
  recordsClient,
  type TasksClient,
  tasksClient,
} from "../../../client/index.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { eventually } from "../../support/eventually.ts";
import { parse, patiently } from "./client.ts";
import { expectAsDocumented } from "./contract.ts";

export function typedTasks({ outputValues }: LocalCloud): TasksClient {
  const { tasksApiUrl, tasksApiKey } = outputValues;
  return tasksClient({ baseUrl: String(tasksApiUrl), apiKey: String(tasksApiKey), fetch: checkedFetch });
}

export function typedRecords({ outputValues }: LocalCloud): RecordsClient {
  return recordsClient({ baseUrl: String(outputValues.recordsApiUrl), fetch: checkedFetch });
}

export function typedAppointments({ outputValues }: LocalCloud): AppointmentsClient {
  const { appointmentsApiUrl, appointmentsApiKey } = outputValues;
  const apiKey = String(appointmentsApiKey);
  return appointmentsClient({ baseUrl: String(appointmentsApiUrl), apiKey, fetch: checkedFetch });
}

/** @param token gets the access token of who asks */
export function typedFleet({ outputValues }: LocalCloud, token: () => Promise<string>): FleetClient {
  return fleetClient({ baseUrl: String(outputValues.fleetApiUrl), token, fetch: resumedFetch });
}

/** @param token gets the access token of who asks */
export function typedMoves({ outputValues }: LocalCloud, token: () => Promise<string>): MovesClient {
  return movesClient({ baseUrl: String(outputValues.movesApiUrl), token, fetch: resumedFetch });
}

/** Waits, too, for a database that resumes from a pause, into which a test before has advanced the clock. */
function resumedFetch(request: Request): Promise<Response> {
  return eventually(async () => {
    const response = await checkedFetch(request);
    expect(response.status).to.not.equal(503);
    return response;
  });
}

/** Waits when it is told to slow down, and holds the answer against the API's document. */
async function checkedFetch(request: Request): Promise<Response> {
  const response = await patiently(() => fetch(request.clone()));
  const { status, headers } = response;
  const body = parse(await response.clone().text());
  expectAsDocumented(request.method, request.url, { status, contentType: headers.get("content-type"), body });
  return response;
}

/** What a client answered. @throws AssertionError showing the problem that it answered instead */
export function dataOf<Data>({ data, error }: { readonly data?: Data; readonly error?: unknown }): Data {
  expect(error, JSON.stringify(error)).to.equal(undefined);
  if (data === undefined) throw new Error("The answer has no body");
  return data;
}
