/**
 * Reads the environment variables that a function cannot work without; meant for the top of a handler file, so that a
 * wrong deployment fails at once.
 * @throws Error naming every variable that is missing or empty
 */
export function readEnv<const Name extends string>(
  names: readonly Name[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !source[name]);
  if (missing.length > 0) throw new Error(`Environment variables are missing: ${missing.join(", ")}`);
  return Object.fromEntries(names.map((name) => [name, source[name] ?? ""])) as Record<Name, string>;
}
