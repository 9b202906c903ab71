/** Headers of an answer: one entry a name whatever its case, and none that API Gateway keeps to itself. */

/** They belong to the connection with the client; the backend's own arrive under another name. */
const REMAPPED = new Set(["connection", "content-length", "date", "server"]);

export class AnswerHeaders {
  /** By lower-case name. The first spelling of a name stays. */
  readonly #headers = new Map<string, { readonly name: string; readonly values: string[] }>();

  add(name: string, value: string): void {
    const lower = name.toLowerCase();
    if (lower === "transfer-encoding") return;
    const header = this.#headers.get(lower);
    if (header) header.values.push(value);
    else {
      const spelling = REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name;
      this.#headers.set(lower, { name: spelling, values: [value] });
    }
  }

  /** @param contentType for an answer that names none */
  finish(contentType: string | undefined): Record<string, string | readonly string[]> {
    if (contentType !== undefined && !this.#headers.has("content-type"))
      this.#headers.set("content-type", { name: "Content-Type", values: [contentType] });
    const headers: Record<string, string | readonly string[]> = {};
    for (const { name, values } of this.#headers.values())
      headers[name] = values.length === 1 && values[0] !== undefined ? values[0] : values;
    return headers;
  }
}
