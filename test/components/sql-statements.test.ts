import { expect } from "chai";
import { splitStatements } from "../../components/sql-statements.ts";

describe("statements of a migration", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["single statements", "SELECT 1; SELECT 2;\n\nSELECT 3", ["SELECT 1", "SELECT 2", "SELECT 3"]],
    ["nothing but comments", "-- one; two\n/* three; /* four; */ */ ;;", []],
    ["semicolons in texts and names", `SELECT ';', 'it''s; so', ";";`, [`SELECT ';', 'it''s; so', ";"`]],
    [
      "texts with escapes",
      String.raw`SELECT E'\';', '\'; SELECT 2`,
      [String.raw`SELECT E'\';', '\'`, "SELECT 2"],
    ],
    ["comments within statements", "SELECT 1 -- ;\n, 2; -- end", ["SELECT 1 -- ;\n, 2"]],
    [
      "bodies of functions",
      "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END $$; SELECT $1, $a$ $$ ; $a$",
      ["CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END $$", "SELECT $1, $a$ $$ ; $a$"],
    ],
    ["names with a dollar", "SELECT a$b$ FROM t; SELECT 1", ["SELECT a$b$ FROM t", "SELECT 1"]],
  ];
  for (const [what, script, statements] of cases) {
    it(`takes ${what}`, () => {
      expect(splitStatements(script)).to.deep.equal(statements);
    });
  }

  const refused: readonly (readonly [string, string, string])[] = [
    ["a text that does not end", "SELECT 'a;", "the text that begins with 'a; does not end"],
    ["a body that does not end", "DO $$ BEGIN;", "the text that begins with $$ does not end"],
    [
      "a comment that does not end",
      "/* /* */ SELECT 1",
      "the comment that begins with /* /* */ SELECT 1 does not end",
    ],
    ["the end of the transaction", "SELECT 1; /* now */ commit;", "COMMIT is not allowed"],
    ["bodies without quotes", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END", "AS $$ … $$"],
  ];
  for (const [what, script, reason] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => splitStatements(script)).to.throw(reason);
    });
  }
});
