/**
 * Reading CBOR, the format in which newer SDK clients send metrics.
 * https://www.rfc-editor.org/rfc/rfc8949
 */

const BREAK = Symbol("break");
const INDEFINITE = -1;

/**
 * The first data item of the bytes, as JavaScript has it: maps become objects, tags are dropped.
 * @throws RangeError when the bytes end too early
 */
export function decodeCbor(bytes: Buffer): unknown {
  return new CborReader(bytes).item();
}

class CborReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  item(): unknown {
    const first = this.#bytes.readUInt8(this.#position);
    this.#position += 1;
    const detail = first & 0x1f;
    switch (first >> 5) {
      case 0:
        return this.#count(detail);
      case 1:
        return -1 - this.#count(detail);
      case 2:
        return this.#chunks(detail);
      case 3:
        return this.#chunks(detail).toString("utf8");
      case 4:
        return this.#items(detail, 1);
      case 5:
        return this.#map(detail);
      case 6:
        this.#count(detail);
        return this.item();
      default:
        return this.#simple(detail);
    }
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError("The CBOR text ends too early.");
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }

  #count(detail: number): number {
    if (detail < 24) return detail;
    if (detail === 31) return INDEFINITE;
    const bytes = this.#take(1 << (detail - 24));
    return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, bytes.length);
  }

  #chunks(detail: number): Buffer {
    const length = this.#count(detail);
    if (length !== INDEFINITE) return this.#take(length);
    const chunks: Buffer[] = [];
    for (let first = this.#take(1)[0] ?? 0; first !== 0xff; first = this.#take(1)[0] ?? 0) {
      chunks.push(this.#chunks(first & 0x1f));
    }
    return Buffer.concat(chunks);
  }

  #items(detail: number, perEntry: number): unknown[] {
    const length = this.#count(detail);
    const items: unknown[] = [];
    while (length === INDEFINITE || items.length < length * perEntry) {
      const item = this.item();
      if (item === BREAK) break;
      items.push(item);
    }
    return items;
  }

  #map(detail: number): Record<string, unknown> {
    const flat = this.#items(detail, 2);
    const entries = flat.flatMap((key, index) => (index % 2 === 0 ? [[String(key), flat[index + 1]]] : []));
    return Object.fromEntries(entries);
  }

  #simple(detail: number): unknown {
    switch (detail) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return halfFloat(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      case 31:
        return BREAK;
      default:
        return undefined;
    }
  }
}

/** https://www.rfc-editor.org/rfc/rfc8949#section-appendix.d */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (mantissa + 1024) * 2 ** (exponent - 25);
}
