/** Media types, and which bodies of an API are binary. */

/** `application/json` of `Application/JSON; charset=utf-8`; undefined when there is none. */
export function mediaType(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const end = header.search(/[;,]/);
  const type = (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
  return type === "" ? undefined : type;
}

/**
 * The binary media types of an API. Bodies of these types are passed on as base64, and answered as bytes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
 */
export class BinaryMediaTypes {
  readonly #types: ReadonlySet<string>;

  /** @param types such as `image/png`, `image/*`; the type of all types makes every body binary */
  constructor(types: readonly string[]) {
    this.#types = new Set(types.map((type) => type.toLowerCase()));
  }

  /** @param header a Content-Type, or an Accept, of which the first type counts */
  includes(header: string | undefined): boolean {
    if (this.#types.size === 0) return false;
    if (this.#types.has("*/*")) return true;
    const type = mediaType(header);
    if (type === undefined) return false;
    return this.#types.has(type) || this.#types.has(`${type.slice(0, type.indexOf("/"))}/*`);
  }
}
