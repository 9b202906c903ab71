/** Finds the part that an ARN names. */
import type { PlacedPart } from "./parts.ts";

export class ArnIndex {
  readonly #parts = new Map<string, string>();

  constructor(placed: readonly PlacedPart[]) {
    for (const { part, resource } of placed) {
      const arn = resource.outputs.arn ?? resource.id;
      this.#parts.set(String(arn), part.id);
      // A group of schedules has an ARN of its own; what is in it, and what policies name, has another.
      this.#parts.set(String(arn).replace(":schedule-group/", ":schedule/"), part.id);
    }
  }

  /** The id of the part that the ARN names: itself, or something in it (an index, a stream, an alias, an object). */
  find(arn: string): string | undefined {
    for (
      let end = arn.length;
      end > 0;
      end = Math.max(arn.lastIndexOf(":", end - 1), arn.lastIndexOf("/", end - 1))
    ) {
      const id = this.#parts.get(arn.slice(0, end));
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** The ids of all parts whose ARNs stand in a text. */
  findAll(text: string): string[] {
    const arns = text.match(/arn:aws[\w-]*:[^\s"'()]+/g) ?? [];
    return arns.flatMap((arn) => {
      const inner = arn.lastIndexOf("arn:aws");
      return this.find(inner > 0 ? arn.slice(inner) : arn) ?? [];
    });
  }
}
