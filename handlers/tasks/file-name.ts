import { unprocessable } from "../shared/problem.ts";

/** Characters that turn the direction of writing and so make `fdp.exe` look like `exe.pdf`, or that cannot be seen. */
const DECEPTIVE = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** @throws Problem 422 when a file name would mislead people */
export function assertFileName(fileName: string): void {
  const detail =
    fileName === "." || fileName === ".."
      ? "must be the name of a file"
      : DECEPTIVE.test(fileName)
        ? "must not have invisible characters or change the direction of writing"
        : undefined;
  if (detail === undefined) return;
  throw unprocessable("The file name is not usable.", [
    { pointer: "/fileName", detail, code: "invalid_file_name" },
  ]);
}
