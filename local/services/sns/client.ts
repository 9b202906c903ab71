/** SNS's query operations on fauxqs. */
import { expectSuccess, type Fauxqs } from "../../real-parts/fauxqs.ts";

export const CONTENT_TYPE = "application/x-www-form-urlencoded";

/** Carries out an operation and answers its XML; its errors are thrown as `AwsError`. */
export async function carryOut(
  fauxqs: Fauxqs,
  region: string,
  operation: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fauxqs.request({
    method: "POST",
    url: "/",
    region,
    headers: { "content-type": CONTENT_TYPE },
    body: new URLSearchParams({ Action: operation, Version: "2010-03-31", ...parameters }).toString(),
  });
  expectSuccess(answer);
  return answer.body.toString("utf8");
}

/** A map as the query protocol spells it: `Attributes.entry.1.key`, `Attributes.entry.1.value`, … */
export function entries(name: string, map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value], index) => [
      [`${name}.entry.${index + 1}.key`, key],
      [`${name}.entry.${index + 1}.value`, value],
    ]),
  );
}

/** The text of the first element of this name. */
export function textOf(xml: string, element: string): string {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? "";
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
