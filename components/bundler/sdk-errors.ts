/**
 * Leaves out of a client of the AWS SDK the errors that a bundle does not name, which are half of what is left of some
 * clients. Each client registers the classes of all its errors to make them of answers; an error that is not registered
 * becomes the service's general exception, with the same name, message, metadata and other properties. Only `instanceof`
 * tells them apart, and what asks for it names the class: so each class registers itself, where it is used.
 */

/** Description and registration of an error that has a message at most: nothing of it would have to be converted. */
const PLAIN =
  /^export var (\w+)\$ = \[-3, n0, \w+,\s*\{(?: \[_aQE\]: \[`([\w.]+)`, \d+\],)? \[_e\]: _(?:c|se)(?:, \[_hE\]: \d+)? \},\s*\[(?:_[mM])?\],\s*\[0?\]\s*\];\n(n0_registry\.registerError\(\w+\$, \w+\);)$/gm;

/** A class of an error, its namespace, and who is at fault. */
const CLASS =
  /^export class (\w+) (extends __BaseException \{\n {4}static shapeId = "([\w.]+)#\w+";\n {4}name = "\w+";\n {4}\$fault = "(\w+)";.*?^\})$/gms;

const REGISTERED = `
import { TypeRegistry } from "@smithy/core/schema";
const registered = (namespace, name, fault, error) => {
  TypeRegistry.for(namespace).registerError([-3, namespace, name, { error: fault }, [], []], error);
  return error;
};
`;

/** Source texts of a client: its settings, its descriptions of shapes, and its classes of errors. */
export interface ClientSources {
  /** What says which protocol it speaks. */
  readonly settings: string;
  readonly schemas: string;
  readonly errors: string;
}

/** @returns both, without the registrations of plain errors, which register themselves where they are used */
export function withSelfRegistration({ settings, schemas, errors }: ClientSources): ClientSources {
  const speaksQuery = /AwsQueryProtocol|awsQueryCompatible/.test(settings);
  const plain = new Set<string>();
  const retryable = new Set(
    [...errors.matchAll(CLASS)].flatMap(([, name = "", body = ""]) =>
      body.includes("$retryable") ? [name] : [],
    ),
  );
  const described = schemas.replace(PLAIN, (all, name: string, code: string = name, registration: string) => {
    // Codes of the query protocol are not the names: the registration knows both. Only a class knows what is retried.
    if ((speaksQuery && code !== name) || retryable.has(name)) return all;
    plain.add(name);
    return all.replace(registration, "");
  });
  const classes = errors.replace(
    CLASS,
    (all, name: string, body: string, namespace: string, fault: string) =>
      plain.has(name)
        ? `export const ${name} = /* @__PURE__ */ registered("${namespace}", "${name}", "${fault}", class ${name} ${body});`
        : all,
  );
  return { settings, schemas: described, errors: `${REGISTERED}${classes}` };
}
