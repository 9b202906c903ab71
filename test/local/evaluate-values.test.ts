import { expect } from "chai";
import structs, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { UserError } from "../../local/core/errors.ts";
import { type Decoded, decode, encode } from "../../local/evaluate/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function signed(signature: string, members: Readonly<Record<string, JavaScriptValue>>): JavaScriptValue {
  return { [SIGNATURE]: signature, ...members };
}

const secret = (value: JavaScriptValue): JavaScriptValue =>
  signed("1b47061264138c4ac30d75fd1eb44270", { value });
const asset = (members: Readonly<Record<string, JavaScriptValue>>): JavaScriptValue =>
  signed("c44067f5952c0a294b673a41bacd8c17", members);
const archive = (members: Readonly<Record<string, JavaScriptValue>>): JavaScriptValue =>
  signed("0def7320c3a5731c473e5ecbe6d01bc7", members);
const reference = (members: Readonly<Record<string, JavaScriptValue>>): JavaScriptValue =>
  signed("5cf8f73096256a8f31e491e813e4eb8e", members);
const output = (members: Readonly<Record<string, JavaScriptValue>>): JavaScriptValue =>
  signed("d0e6a833031e9bbcd3f4e8bde6ca49a4", members);

function read(members: Readonly<Record<string, JavaScriptValue>>, nulls: "keep" | "drop" = "keep"): Decoded {
  return decode(structs.Struct.fromJavaScript(members), "/program", nulls);
}

describe("values from a program", () => {
  it("unwraps secrets at any depth and tells the properties that have some", () => {
    const { properties, secrets } = read({
      plain: { a: [1, true, "x"] },
      whole: secret("s"),
      inner: [{ deep: secret({ x: 1 }) }],
      computed: output({ value: "v", secret: true, dependencies: ["urn"] }),
      open: output({ value: "v" }),
    });
    expect(properties).to.deep.equal({
      plain: { a: [1, true, "x"] },
      whole: "s",
      inner: [{ deep: { x: 1 } }],
      computed: "v",
      open: "v",
    });
    expect(secrets).to.have.members(["whole", "inner", "computed"]);
  });

  it("resolves files against the program's folder", () => {
    const { properties } = read({
      relative: asset({ path: "./site/a.html" }),
      absolute: asset({ path: "/elsewhere/a.html" }),
      text: asset({ text: "" }),
      folder: archive({ path: "dist" }),
      members: archive({ assets: { a: asset({ text: "x" }), b: archive({ path: "../b.zip" }) } }),
    });
    expect(properties).to.deep.equal({
      relative: { kind: "asset", path: "/program/site/a.html" },
      absolute: { kind: "asset", path: "/elsewhere/a.html" },
      text: { kind: "asset", text: "" },
      folder: { kind: "archive", path: "/program/dist" },
      members: {
        kind: "archive",
        assets: { a: { kind: "asset", text: "x" }, b: { kind: "archive", path: "/b.zip" } },
      },
    });
  });

  it("refuses files from the network", () => {
    const uri = "https://example.com/a.zip";
    expect(() => read({ code: archive({ uri }) })).to.throw(UserError, `RemoteArchive (${uri})`);
    expect(() => read({ code: asset({ uri }) })).to.throw(UserError, `RemoteAsset (${uri})`);
  });

  it("takes a resource for its id, and a component for its URN", () => {
    expect(
      read({ custom: reference({ urn: "urn:1", id: "id-1" }), component: reference({ urn: "urn:2" }) })
        .properties,
    ).to.deep.equal({ custom: "id-1", component: "urn:2" });
  });

  it("leaves out what has no value, and nulls where they mean the same", () => {
    const members = { unknown: UNKNOWN, nothing: null, nested: { nothing: null, list: [null, UNKNOWN] } };
    expect(read(members, "keep").properties).to.deep.equal({
      nothing: null,
      nested: { nothing: null, list: [null, null] },
    });
    expect(read(members, "drop").properties).to.deep.equal({ nested: { list: [null, null] } });
  });
});

describe("values for a program", () => {
  it("are wrapped when they are secret, and left out when they have files", () => {
    const wire = encode(
      {
        name: "a",
        list: [1, { x: null }],
        password: "p",
        absent: undefined,
        code: { kind: "archive", assets: { a: { kind: "asset", text: "x" } } },
        nested: { source: { kind: "asset", path: "/a" } },
        kindred: { kind: "asset" },
      },
      new Set(["password", "absent"]),
    ).toJavaScript();
    expect(wire).to.deep.equal({
      name: "a",
      list: [1, { x: null }],
      password: secret("p"),
      kindred: { kind: "asset" },
    });
  });
});
