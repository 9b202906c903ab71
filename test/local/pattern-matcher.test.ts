import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { compilePattern } from "../../local/core/matcher.ts";

/** The event of AWS's documentation, with fields for every operator. */
const EVENT = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "111122223333",
  time: "2017-10-02T18:43:48Z",
  region: "us-west-1",
  resources: ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0", "arn:aws:s3:::files"],
  detail: {
    "instance-id": "i-1234567890abcdef0",
    state: "running",
    "c-count": 5,
    "d-count": 3,
    "x-limit": 301.8,
    "source-ip": "10.0.0.33",
    "source-ip6": "2001:db8::7",
    service: "EventBridge",
    FileName: "dir/Photo.PNG",
    path: "/lib/a/lib/b",
    starred: "a*b\\c",
    empty: "",
    nothing: null,
    flag: false,
    big: 111122223333,
    list: [],
    tags: ["red", "green", 7],
    nested: [["deep"]],
    items: [
      { sku: "A", quantity: 1 },
      { sku: "B", quantity: 20, note: "x" },
    ],
    child: { leaf: 1 },
    constructor: "own",
    $or: "field",
  },
};

type Case = readonly [description: string, pattern: object, matches: boolean];
const detail = (pattern: object): object => ({ detail: pattern });

const CASES: readonly Case[] = [
  ["source and type and state", { source: ["aws.ec2"], detail: { state: ["terminated", "running"] } }, true],
  ["one of the fields differs", { source: ["aws.ec2"], detail: { state: ["stopped"] } }, false],
  ["an exact value in other case", { source: ["AWS.EC2"] }, false],
  ["a value of an array", { resources: ["arn:aws:s3:::files"] }, true],
  ["no value of an array", { resources: ["arn:aws:s3:::other"] }, false],
  ["an exact number", detail({ "c-count": [5] }), true],
  ["a number in another notation", detail({ "x-limit": [3.018e2] }), true],
  ["a number as a string", detail({ "c-count": ["5"] }), false],
  ["a number too big to compare, by equality", detail({ big: [111122223333] }), true],
  ["null", detail({ nothing: [null] }), true],
  ["null where there is a value", detail({ state: [null] }), false],
  ["null where there is no field", detail({ missing: [null] }), false],
  ["an empty string", detail({ empty: [""] }), true],
  ["an empty string where there is text", detail({ state: [""] }), false],
  ["false", detail({ flag: [false] }), true],
  ["true where it is false", detail({ flag: [true] }), false],
  ["an array of mixed values", detail({ tags: [7] }), true],
  ["a value in an array of arrays", detail({ nested: ["deep"] }), true],
  ["a name that every object inherits", detail({ toString: [{ exists: false }] }), true],
  ["a field called constructor", detail({ constructor: ["own"] }), true],
  ["a prefix", { time: [{ prefix: "2017-10-02" }] }, true],
  ["another prefix", { region: [{ prefix: "eu-" }] }, false],
  ["a prefix of a number", detail({ "c-count": [{ prefix: "5" }] }), false],
  ["a prefix of an item of an array", { resources: [{ prefix: "arn:aws:s3" }] }, true],
  ["a prefix in other case", detail({ service: [{ prefix: "eventb" }] }), false],
  ["a prefix ignoring case", detail({ service: [{ prefix: { "equals-ignore-case": "eventb" } }] }), true],
  ["a suffix", detail({ FileName: [{ suffix: ".PNG" }] }), true],
  ["a suffix in other case", detail({ FileName: [{ suffix: ".png" }] }), false],
  ["a suffix ignoring case", detail({ FileName: [{ suffix: { "equals-ignore-case": ".png" } }] }), true],
  ["text ignoring case", detail({ service: [{ "equals-ignore-case": "EVENTBRIDGE" }] }), true],
  ["other text ignoring case", detail({ service: [{ "equals-ignore-case": "EVENT" }] }), false],
  ["a wildcard", detail({ FileName: [{ wildcard: "dir/*.PNG" }] }), true],
  ["a wildcard that stands for nothing", detail({ state: [{ wildcard: "running*" }] }), true],
  ["several wildcards", detail({ path: [{ wildcard: "*/lib/*/b" }] }), true],
  ["a wildcard whose ends would overlap", detail({ state: [{ wildcard: "runn*nning" }] }), false],
  ["a wildcard without its ending", detail({ FileName: [{ wildcard: "dir/*.jpg" }] }), false],
  ["an escaped asterisk", detail({ starred: [{ wildcard: "a\\*b*" }] }), true],
  ["an escaped asterisk is no wildcard", detail({ state: [{ wildcard: "run\\*" }] }), false],
  ["an escaped backslash", detail({ starred: [{ wildcard: "*b\\\\c" }] }), true],
  ["anything but a string", detail({ state: [{ "anything-but": "initializing" }] }), true],
  ["anything but this very string", detail({ state: [{ "anything-but": "running" }] }), false],
  ["anything but a number", detail({ "x-limit": [{ "anything-but": 123 }] }), true],
  ["anything but a list of strings", detail({ state: [{ "anything-but": ["stopped", "running"] }] }), false],
  ["anything but a list of numbers", detail({ "x-limit": [{ "anything-but": [100, 200] }] }), true],
  ["anything but a number, of a string", detail({ state: [{ "anything-but": 123 }] }), true],
  ["anything but, of a missing field", detail({ missing: [{ "anything-but": "x" }] }), false],
  ["anything but, of another item of an array", detail({ tags: [{ "anything-but": "red" }] }), true],
  ["anything but a prefix", detail({ state: [{ "anything-but": { prefix: "init" } }] }), true],
  ["anything but its prefix", detail({ state: [{ "anything-but": { prefix: "run" } }] }), false],
  ["anything but prefixes", detail({ state: [{ "anything-but": { prefix: ["a", "run"] } }] }), false],
  ["anything but a suffix", detail({ FileName: [{ "anything-but": { suffix: ".txt" } }] }), true],
  ["anything but suffixes", detail({ FileName: [{ "anything-but": { suffix: [".txt", ".PNG"] } }] }), false],
  [
    "anything but, ignoring case",
    detail({ state: [{ "anything-but": { "equals-ignore-case": "RUNNING" } }] }),
    false,
  ],
  [
    "anything but a list, ignoring case",
    detail({ state: [{ "anything-but": { "equals-ignore-case": ["STOPPED", "OVERLOADED"] } }] }),
    true,
  ],
  ["anything but a wildcard", detail({ path: [{ "anything-but": { wildcard: "*/lib/*" } }] }), false],
  ["anything but wildcards", detail({ path: [{ "anything-but": { wildcard: ["*.js", "*/bin/*"] } }] }), true],
  ["numeric equality", detail({ "x-limit": [{ numeric: ["=", 301.8] }] }), true],
  ["a numeric range", detail({ "c-count": [{ numeric: [">", 0, "<=", 5] }] }), true],
  ["a numeric range that ends below", detail({ "c-count": [{ numeric: [">", 0, "<", 5] }] }), false],
  ["a numeric bound", detail({ "d-count": [{ numeric: ["<", 10] }] }), true],
  ["a numeric bound that excludes", detail({ "d-count": [{ numeric: [">=", 3.000001] }] }), false],
  ["a numeric bound on a string", detail({ state: [{ numeric: [">", 0] }] }), false],
  ["an IPv4 range", detail({ "source-ip": [{ cidr: "10.0.0.0/24" }] }), true],
  ["another IPv4 range", detail({ "source-ip": [{ cidr: "10.0.1.0/24" }] }), false],
  ["an IPv6 range", detail({ "source-ip6": [{ cidr: "2001:db8::/32" }] }), true],
  ["a range where no address is", detail({ state: [{ cidr: "0.0.0.0/0" }] }), false],
  ["an existing field", detail({ "c-count": [{ exists: true }] }), true],
  ["an existing null", detail({ nothing: [{ exists: true }] }), true],
  ["a missing field", detail({ missing: [{ exists: true }] }), false],
  ["the absence of a missing field", detail({ missing: [{ exists: false }] }), true],
  ["the absence of an existing field", detail({ state: [{ exists: false }] }), false],
  ["absence below a missing object", { other: { field: [{ exists: false }] } }, true],
  ["absence of a field that is an object", detail({ child: [{ exists: false }] }), true],
  ["absence of an empty array", detail({ list: [{ exists: false }] }), true],
  ["absence or a value", detail({ state: [{ exists: false }, "running"] }), true],
  ["one element with both values", detail({ items: { sku: ["B"], quantity: [20] } }), true],
  ["values of different elements", detail({ items: { sku: ["A"], quantity: [20] } }), false],
  [
    "absence in one element but not in another",
    detail({ items: { sku: ["A"], note: [{ exists: false }] } }),
    false,
  ],
  ["either alternative", { $or: [{ source: ["x"] }, { region: ["us-west-1"] }] }, true],
  ["neither alternative", { $or: [{ source: ["x"] }, { region: ["x"] }] }, false],
  ["alternatives and a field", { account: ["x"], $or: [{ source: ["aws.ec2"] }, { region: ["x"] }] }, false],
  [
    "nested alternatives",
    detail({ $or: [{ state: ["x"] }, { $or: [{ flag: [true] }, { "c-count": [5] }] }] }),
    true,
  ],
  [
    "alternatives with conditions",
    detail({ $or: [{ "c-count": [{ numeric: [">", 9] }] }, { "x-limit": [{ numeric: ["<=", 302] }] }] }),
    true,
  ],
  ["a field that is called $or", detail({ $or: ["field"] }), true],
];

const MISTAKES: readonly (readonly [description: string, pattern: unknown, message: RegExp])[] = [
  ["text that is no JSON", "{", /not valid JSON/],
  ["a list", [], /not an object/],
  ["an empty pattern", {}, /Empty objects are not allowed/],
  ["an empty list of values", { source: [] }, /Empty arrays are not allowed at source/],
  [
    "a value outside of an array",
    { detail: { state: "x" } },
    /"state" must be an object or an array at detail/,
  ],
  ["an array in an array", { source: [["x"]] }, /Match value must be/],
  ["an unknown operator", { source: [{ matches: "x" }] }, /Unrecognized match type matches at source/],
  ["two operators in one", { source: [{ prefix: "x", suffix: "y" }] }, /Only one key/],
  ["a prefix that is no text", { source: [{ prefix: 1 }] }, /prefix match pattern must be a string/],
  ["exists with text", { source: [{ exists: "yes" }] }, /either true or false/],
  ["an unknown comparison", { source: [{ numeric: ["!=", 1] }] }, /Unrecognized numeric range operator/],
  ["a numeric bound that is text", { source: [{ numeric: [">", "1"] }] }, /must be numeric/],
  ["a numeric bound too big", { source: [{ numeric: [">", 6e9] }] }, /between -5.0E9 and 5.0E9/],
  ["a numeric range upside down", { source: [{ numeric: [">", 5, "<", 1] }] }, /Bottom must be less/],
  ["two lower bounds", { source: [{ numeric: [">", 1, ">", 5] }] }, /lower bound and then/],
  ["a malformed CIDR", { source: [{ cidr: "10.0.0.0" }] }, /Malformed CIDR/],
  ["consecutive wildcards", { source: [{ wildcard: "a**b" }] }, /Consecutive wildcard/],
  ["an escape of a letter", { source: [{ wildcard: "a\\b" }] }, /Invalid escape/],
  ["anything but a mixture", { source: [{ "anything-but": ["a", 1] }] }, /mixed type/],
  ["anything but true", { source: [{ "anything-but": true }] }, /must be an array or single/],
  ["anything but an unknown operator", { source: [{ "anything-but": { cidr: "x" } }] }, /Unsupported/],
];

describe("Event patterns", () => {
  for (const [description, pattern, matches] of CASES) {
    it(`${matches ? "match" : "do not match"}: ${description}`, () => {
      expect(compilePattern(pattern)(EVENT)).to.equal(matches);
      expect(compilePattern(JSON.stringify(pattern))(EVENT)).to.equal(matches);
    });
  }

  for (const [description, pattern, message] of MISTAKES) {
    it(`are refused with the reason: ${description}`, () => {
      expect(() => compilePattern(pattern))
        .to.throw(AwsError, message)
        .with.property("code", "InvalidEventPatternException");
    });
  }

  it("match no event that is not an object", () => {
    const matches = compilePattern({ source: [{ exists: false }] });
    expect([null, "text", 5, []].some(matches)).to.equal(false);
  });

  it("test a long text against many wildcards in linear time", () => {
    const matches = compilePattern({ text: [{ wildcard: `${"*a".repeat(50)}*b` }] });
    const started = performance.now();
    expect(matches({ text: "a".repeat(200_000) })).to.equal(false);
    expect(performance.now() - started).to.be.below(500);
  });
});
