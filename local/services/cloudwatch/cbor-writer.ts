/** Writing CBOR, the format in which newer SDK clients read answers. https://www.rfc-editor.org/rfc/rfc8949 */

/** Numbers are written as doubles, dates as seconds since the epoch, members that are undefined not at all. */
export function encodeCbor(value: unknown): Buffer {
  if (value instanceof Date) return Buffer.concat([Buffer.from([0xc1]), double(value.getTime() / 1000)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  switch (typeof value) {
    case "number":
      return double(value);
    case "string":
      return text(value);
    case "boolean":
      return Buffer.from([value ? 0xf5 : 0xf4]);
    case "object":
      return value === null ? Buffer.from([0xf6]) : map(value);
    default:
      return Buffer.from([0xf6]);
  }
}

function map(value: object): Buffer {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const written = members.flatMap(([name, member]) => [text(name), encodeCbor(member)]);
  return Buffer.concat([head(5, members.length), ...written]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([head(3, bytes.length), bytes]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** The major type and a length of four bytes, which is allowed for short ones too. */
function head(majorType: number, length: number): Buffer {
  const bytes = Buffer.alloc(5, (majorType << 5) | 26);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
