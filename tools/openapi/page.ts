/** A page for people about an API, as Markdown. */
import type { ApiDocument, Operation, Parameter, Schema } from "./documents.ts";
import { exampleOf, nameOf } from "./example.ts";
import { type LocatedOperation, operationsOf } from "./operations.ts";

const SEPARATOR = "\n\n";

/** The page of a system's API; it links to others of the same folder. */
export function pageOf(system: string, document: ApiDocument): string {
  const operations = operationsOf(document);
  const common = commonAnswers(operations);
  const title = `${system.charAt(0).toUpperCase()}${system.slice(1)} API`;
  const parts = [
    `# ${title}`,
    `${document.info.description} Made from [openapi/${system}.json](../../openapi/${system}.json) by \`npm run openapi\`; [consumers](../consumers.md) says how to call it from a program.`,
    access(system, operations),
    table(
      ["route", "", "answers"],
      operations.map(({ method, path, operation }) => [
        `[\`${method} ${path}\`](#${operation.operationId.toLowerCase()})`,
        operation.summary,
        Object.keys(operation.responses)
          .filter((status) => status.startsWith("2"))
          .join(", "),
      ]),
    ),
    errors(common),
    ...operations.map((located) => section(located, document, common)),
    "# Schemas",
    ...Object.entries(document.components.schemas).map(([name, schema]) => schemaSection(name, schema)),
  ];
  return `${parts.join(SEPARATOR)}\n`;
}

/** Descriptions by status of what most operations answer: they are told once. */
function commonAnswers(operations: readonly LocatedOperation<Operation>[]): ReadonlyMap<string, string> {
  const answers = operations.flatMap(({ operation }) => Object.entries(operation.responses));
  const isCommon = ([status, { description }]: (typeof answers)[number]) =>
    !status.startsWith("2") &&
    answers.filter((other) => other[0] === status && other[1].description === description).length >
      operations.length / 2;
  return new Map(answers.filter(isCommon).map(([status, { description }]) => [status, description]));
}

function errors(common: ReadonlyMap<string, string>): string {
  const lines = [...common].map(([status, description]) => `- ${status}: ${description}`);
  return `Every error is \`application/problem+json\`, a [Problem](#problem). All routes may answer:${SEPARATOR}${lines.join("\n")}`;
}

/** What a caller needs: the URL, and a key or a token. */
function access(system: string, operations: readonly LocatedOperation<Operation>[]): string {
  const schemes = new Set(operations.flatMap(({ operation }) => schemesOf(operation)));
  const output = (name: string) => `npx pulumi stack output ${name}`;
  const lines = [
    `export URL=$(${output(`${system}ApiUrl`)})`,
    ...(schemes.has("apiKey") ? [`export KEY=$(${output(`${system}ApiKey`)} --show-secrets)`] : []),
    ...(schemes.has("bearer") ? ["export TOKEN=…   # an access token of the stack's user pool"] : []),
  ];
  const local = schemes.has("bearer") ? " and `npm run --silent token -- employee` prints a token" : "";
  return `The examples use these variables; in the local cloud \`npm start\` prints their values${local}.${SEPARATOR}${fenced("sh", lines.join("\n"))}`;
}

function schemesOf({ security = [] }: Operation): string[] {
  return security.flatMap((scheme) => Object.keys(scheme));
}

function section(
  located: LocatedOperation<Operation>,
  document: ApiDocument,
  common: ReadonlyMap<string, string>,
): string {
  const { method, path, operation } = located;
  const { parameters, requestBody, responses } = operation;
  const body = Object.entries(requestBody?.content ?? {});
  const parts = [
    `## ${operation.operationId}`,
    [`\`${method} ${path}\` – ${operation.summary}`, operation.description].filter(Boolean).join(" "),
    ...(parameters.length > 0 ? [parameterTable(parameters)] : []),
    ...(body.length > 0 ? [`Body: ${body.map(bodyText).join(", or ")}.`] : []),
    table(
      ["status", "", "body"],
      Object.entries(responses)
        .filter(([status, { description }]) => common.get(status) !== description)
        .map(([status, { description, content = {} }]) => [
          status,
          description,
          Object.values(content)
            .map(({ schema }) => typeText(schema))
            .join(", "),
        ]),
    ),
    fenced("sh", curl(located, document)),
    ...answerExample(operation, document),
  ];
  return parts.join(SEPARATOR);
}

function parameterTable(parameters: readonly Parameter[]): string {
  return table(
    ["parameter", "in", "", "type"],
    parameters.map(({ name, in: place, required, description = "", schema }) => [
      `\`${name}\``,
      place,
      [required && place !== "path" ? "Required." : "", description].filter(Boolean).join(" "),
      typeText(schema),
    ]),
  );
}

function bodyText([type, { schema }]: [string, { readonly schema: Schema }]): string {
  return type === "application/json" ? `JSON, ${typeText(schema)}` : `a file, \`${type}\``;
}

function curl({ method, path, operation }: LocatedOperation<Operation>, document: ApiDocument): string {
  const schemes = schemesOf(operation);
  const json = operation.requestBody?.content["application/json"];
  const query = operation.parameters
    .filter((parameter) => parameter.in === "query" && parameter.required)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(exampleOf(schema, document)))}`);
  const url = `$URL${path.replace(/\{([^}]+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}`;
  const options = [
    `curl -i ${method === "GET" ? "" : `-X ${method} `}"${[url, ...(query.length > 0 ? [query.join("&")] : [])].join("?")}"`,
    ...(schemes.includes("apiKey") ? ['-H "x-api-key: $KEY"'] : []),
    ...(schemes.includes("bearer") ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(json
      ? [
          '-H "Content-Type: application/json"',
          `-d '${JSON.stringify(exampleOf(json.schema, document, "needed"))}'`,
        ]
      : []),
  ];
  return options.join(" \\\n  ");
}

/** What the first answer of success may look like. */
function answerExample({ responses }: Operation, document: ApiDocument): string[] {
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  const schema = success?.content?.["application/json"]?.schema;
  return schema ? [fenced("json", JSON.stringify(exampleOf(schema, document), undefined, 2))] : [];
}

function schemaSection(name: string, schema: Schema): string {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([property, part]) => [
    `\`${property}\``,
    required.includes(property) ? "yes" : "",
    typeText(part),
    part.description ?? "",
  ]);
  const content = rows.length > 0 ? table(["property", "always", "type", ""], rows) : typeText(schema);
  return [`## ${name}`, ...(schema.description ? [schema.description] : []), content].join(SEPARATOR);
}

/** A schema in a few words. */
function typeText(schema: Schema): string {
  const [alternatives, joined] = [schema.anyOf, schema.allOf];
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (alternatives) return alternatives.map(typeText).join(" or ");
  if (joined) return joined.map(typeText).join(" and ");
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") return `list of ${schema.items ? typeText(schema.items) : "anything"}`;
  if (schema.type === "object" && schema.properties) return objectText(schema.properties);
  const type = [schema.format ?? schema.type ?? "anything", bounds(schema)].filter(Boolean).join(" ");
  return schema.nullable ? `${type} or null` : type;
}

function objectText(properties: Readonly<Record<string, Schema>>): string {
  const members = Object.entries(properties).map(([name, part]) => `\`${name}\`: ${typeText(part)}`);
  return `{ ${members.join("; ")} }`;
}

function bounds({ minimum, maximum, minLength, maxLength, exclusiveMinimum }: Schema): string {
  if (minimum !== undefined || maximum !== undefined)
    return [
      minimum === undefined ? "" : `${exclusiveMinimum ? ">" : "≥"} ${minimum}`,
      maximum === undefined ? "" : `≤ ${maximum}`,
    ]
      .filter(Boolean)
      .join(", ");
  if (maxLength === undefined) return "";
  return `of ${minLength ?? 0}–${maxLength} characters`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
