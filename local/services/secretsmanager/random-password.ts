/** GetRandomPassword. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
import { randomInt } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput } from "../../core/protocol.ts";

const DEFAULT_LENGTH = 32;
const MAX_LENGTH = 4_096;

/** The kinds of characters, by the parameter that leaves them out. */
const KINDS: readonly [exclusion: string, characters: string][] = [
  ["ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
  ["ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"],
  ["ExcludeNumbers", "0123456789"],
  ["ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"],
];

/** @throws AwsError InvalidParameterException */
export function randomPassword(input: JsonInput): string {
  const length = Number(input.PasswordLength ?? DEFAULT_LENGTH);
  const excluded = new Set(String(input.ExcludeCharacters ?? ""));
  const kinds = KINDS.filter(([exclusion]) => input[exclusion] !== true)
    .map(([, characters]) => characters)
    .concat(input.IncludeSpace === true ? " " : [])
    .map((characters) => [...characters].filter((character) => !excluded.has(character)))
    .filter((characters) => characters.length > 0);
  const each = input.RequireEachIncludedType === false ? [] : kinds;
  if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH) {
    throw invalid(`PasswordLength must be between 1 and ${MAX_LENGTH}.`);
  }
  if (kinds.length === 0) throw invalid("There are no characters left to make a password of.");
  if (each.length > length)
    throw invalid("The password is too short for one character of each included type.");
  const all = kinds.flat();
  const rest = Array.from({ length: length - each.length }, () => one(all));
  return shuffled([...each.map(one), ...rest]).join("");
}

function one(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? "";
}

function shuffled(characters: readonly string[]): string[] {
  const left = [...characters];
  return characters.map(() => left.splice(randomInt(left.length), 1)[0] ?? "");
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
