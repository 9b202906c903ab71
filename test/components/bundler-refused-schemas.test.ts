import { expect } from "chai";
import { bundleEntry } from "../../components/bundler/entry.ts";
import { TemporaryProject } from "./support/temporary-project.ts";

const REFUSED: readonly (readonly [what: string, schema: string, reason: string])[] = [
  [
    "an object that drops unknown properties",
    "z.object({ a: z.string() })",
    "body drops unknown properties; use z.strictObject or z.looseObject",
  ],
  [
    "an inner object that drops them",
    "z.strictObject({ inner: z.array(z.object({})) })",
    "body properties.inner.items drops unknown properties; use z.strictObject or z.looseObject",
  ],
  [
    "a refinement",
    "z.strictObject({ a: z.string().refine((text) => text !== 'x') })",
    "body properties.a has a refinement (code), which JSON Schema cannot express; check it in the handler",
  ],
  [
    "a transformation",
    "z.strictObject({ a: z.string().transform(Number) })",
    'body properties.a is a "pipe", which JSON Schema cannot express',
  ],
  [
    "a change of the text",
    "z.strictObject({ a: z.string().trim() })",
    'body properties.a has a check "overwrite", which JSON Schema cannot express; check it in the handler',
  ],
  [
    "coercion",
    "z.strictObject({ a: z.coerce.number() })",
    "body properties.a coerces values; take them as they are",
  ],
  [
    "a format that zod checks by code",
    "z.strictObject({ a: z.url() })",
    'body properties.a has the format "url", which zod checks by code; use .regex(…)',
  ],
  ["a date", "z.strictObject({ a: z.date() })", "Date cannot be represented in JSON Schema"],
  [
    "a schema that is optional as a whole",
    "z.string().optional()",
    "body is optional as a whole; make the properties optional instead",
  ],
  [
    "a default within alternatives",
    "z.union([z.strictObject({ a: z.int().default(1) }), z.null(), z.boolean()])",
    "default is ignored",
  ],
  ["a function", "() => 1", "body is neither a schema nor a plain constant"],
];

describe("bundler, schemas that cannot be precompiled", () => {
  let project: TemporaryProject;

  before(async () => {
    project = await TemporaryProject.create({
      "handler.ts": 'import { body } from "./body.schema.ts"; export const handler = () => body;',
    });
  });

  after(() => project.remove());

  for (const [what, schema, reason] of REFUSED) {
    it(`fail the bundling with the place and the reason: ${what}`, async () => {
      await project.write({ "body.schema.ts": `import * as z from "zod";\nexport const body = ${schema};` });
      const failure = await bundleEntry("handler.ts", project.root).then(
        String,
        (error: Error) => error.message,
      );
      expect(failure).to.match(/^handler\.ts cannot be bundled:\n {2}body\.schema\.ts:1: body /);
      expect(failure).to.include(reason);
    });
  }
});
