/** "Random" values that are the same at each evaluation: drawn from a stream made of a seed. */
import { createHash } from "node:crypto";

/** An endless stream of numbers that depends on the seed alone. Never used for real secrets: on AWS the provider draws them. */
export class SeededRandom {
  readonly #seed: string;
  #block = Buffer.alloc(0);
  #position = 0;
  #counter = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#byte()));
  }

  /** A whole number from 0 to `limit` − 1, all equally likely. `limit` is at most 2^32. */
  below(limit: number): number {
    const span = Math.floor(0x1_0000_0000 / limit) * limit;
    for (;;) {
      const value = this.bytes(4).readUInt32BE();
      if (value < span) return value % limit;
    }
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  /** The items in another order. */
  shuffle(items: readonly string[]): string[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other] ?? "", shuffled[last] ?? ""];
    }
    return shuffled;
  }

  #byte(): number {
    if (this.#position >= this.#block.length) {
      this.#block = createHash("sha256").update(`${this.#seed}:${this.#counter}`).digest();
      this.#counter += 1;
      this.#position = 0;
    }
    const byte = this.#block[this.#position] ?? 0;
    this.#position += 1;
    return byte;
  }
}

export interface TextRules {
  readonly length: number;
  readonly upper: boolean;
  readonly lower: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  /** Characters that count as special. */
  readonly overrideSpecial: string;
  readonly minUpper: number;
  readonly minLower: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
}

export const DEFAULT_SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** A text of the wanted length, alphabets and minimum numbers. */
export function randomText(random: SeededRandom, rules: TextRules): string {
  const sets = [
    { characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", wanted: rules.upper, least: rules.minUpper },
    { characters: "abcdefghijklmnopqrstuvwxyz", wanted: rules.lower, least: rules.minLower },
    { characters: "0123456789", wanted: rules.numeric, least: rules.minNumeric },
    { characters: rules.overrideSpecial || DEFAULT_SPECIAL, wanted: rules.special, least: rules.minSpecial },
  ];
  const draw = (characters: string, count: number): string[] =>
    Array.from({ length: count }, () => characters[random.below(characters.length)] ?? "");
  const least = sets.flatMap(({ characters, least: count }) => draw(characters, count));
  const alphabet = sets.map(({ characters, wanted }) => (wanted ? characters : "")).join("");
  const rest = alphabet === "" ? [] : draw(alphabet, Math.max(0, rules.length - least.length));
  return random.shuffle([...least, ...rest]).join("");
}
