/** What every refusal of an API looks like, and how to send what ordinary clients do not. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect } from "chai";
import { type Answer, expectProblem, type Problem } from "./client.ts";
import { expectAsDocumented } from "./contract.ts";

const MEMBERS = ["type", "title", "status", "detail", "instance", "errors"];

/** What nobody outside should read: SQL, names of AWS, stack traces, files. */
const INTERNAL =
  /\b(SELECT|INSERT|UPDATE|DELETE FROM|SQLState)\b|arn:|\bat \S+ \(|node_modules|\.[mc]?[jt]s\b/;

/** A refusal, whole: its form, its headers, and nothing that is internal. */
export function expectRefusal(answer: Answer, status: number, what = ""): Problem {
  try {
    const problem = expectProblem(answer, status);
    expect(answer.headers.get("x-content-type-options")).to.equal("nosniff");
    expect(Object.keys(problem)).to.satisfy((keys: string[]) => keys.every((key) => MEMBERS.includes(key)));
    expect(JSON.stringify(problem)).not.to.match(INTERNAL);
    return problem;
  } catch (error) {
    if (error instanceof Error && what !== "") error.message = `${what}: ${error.message}`;
    throw error;
  }
}

/** The refusal of a token: 401, and what RFC 6750 asks for. */
export function expectUnauthorized(answer: Answer, what = ""): void {
  expectRefusal(answer, 401, what);
  expect(answer.headers.get("www-authenticate"), what).to.equal('Bearer error="invalid_token"');
}

/** What tells two refusals apart, except for what each request has of its own. */
export function distinctive({ status, headers, body }: Answer): object {
  const { instance, ...problem } = body as Problem;
  const ofRequest = /^(date|x-amz|x-request-id)/;
  return {
    status,
    problem,
    instance: instance.replace(/[0-9a-f-]{36}$/, ""),
    headers: [...headers].filter(([name]) => !ofRequest.test(name)),
  };
}

/** Some cases at once, as many as keep a small machine busy. @throws Error that tells of all that failed */
export async function eachOf<T>(cases: readonly T[], carryOut: (one: T) => Promise<unknown>): Promise<void> {
  const waiting = cases.values();
  const failures: string[] = [];
  const worker = async () => {
    for (const one of waiting) {
      await carryOut(one).catch((error: unknown) => failures.push(String(error)));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  if (failures.length > 0) throw new Error(`${failures.length} of ${cases.length}:\n${failures.join("\n")}`);
}

/** A request as it stands here: `fetch` makes paths, methods and headers right. */
export async function sendAsIs(
  url: string,
  method: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body = "",
): Promise<Answer> {
  const { hostname, port, origin } = new URL(url);
  const path = url.slice(origin.length);
  const list = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = httpRequest(
      { hostname, port, path, method, headers: ["host", `${hostname}:${port}`, ...list], agent: false },
      resolve,
    );
    sent.on("error", reject).end(body);
  });
  const text = (await response.toArray()).join("");
  const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const parsed: unknown = text.startsWith("{") ? JSON.parse(text) : text;
  const answer = { status: response.statusCode ?? 0, headers: new Headers(pairs), body: parsed };
  expectAsDocumented(method, url, { ...answer, contentType: answer.headers.get("content-type") });
  return answer;
}
