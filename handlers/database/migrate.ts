import type { Database, Statements } from "../shared/database.ts";
import { exclusively } from "./exclusively.ts";

/** One step of a schema, forward only. */
export interface Migration {
  /** `0001-trucks`; the number says when its turn is. */
  readonly name: string;
  /** Of its text. */
  readonly checksum: string;
  /** One by one, as the Data API takes them. */
  readonly statements: readonly string[];
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
}

const TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  name text PRIMARY KEY,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

const APPLIED = "SELECT name, checksum FROM schema_migrations ORDER BY name";

/**
 * Brings the schema to where the migrations lead, each in a transaction of its own together with the note that it was
 * applied. Whoever calls it twice, or at the same time as others, changes nothing the second time.
 * @returns the names of those that were applied now
 * @throws Error when the database has gone another way, or a statement is refused
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  await exclusively(database, (tx) => tx.change(TABLE));
  refuseOtherWays(migrations, await database.query<Applied>(APPLIED));
  const done: string[] = [];
  for (const migration of migrations) {
    const isNew = await exclusively(database, async (tx) => {
      const applied = await tx.query<Applied>(APPLIED);
      refuseOtherWays(migrations, applied);
      if (applied.some(({ name }) => name === migration.name)) return false;
      await apply(tx, migration);
      return true;
    });
    if (isNew) done.push(migration.name);
  }
  return done;
}

async function apply(tx: Statements, { name, checksum, statements }: Migration): Promise<void> {
  for (const [index, sql] of statements.entries()) {
    await tx.change(sql).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Statement ${index + 1} of ${name} failed: ${reason}`, { cause: error });
    });
  }
  const note = "INSERT INTO schema_migrations (name, checksum) VALUES (:name, :checksum)";
  await tx.change(note, { name, checksum });
}

/** A database that is ahead is none: the program may be an earlier version of itself. */
function refuseOtherWays(migrations: readonly Migration[], applied: readonly Applied[]): void {
  const last = applied.at(-1)?.name ?? "";
  const newest = migrations.at(-1)?.name ?? "";
  const mistakes = [
    ...applied.flatMap(({ name, checksum }) => {
      const known = migrations.find((migration) => migration.name === name);
      if (!known) return name < newest ? [`${name} has been applied, and its file is gone`] : [];
      return known.checksum === checksum ? [] : [`${name} has been applied, and its file has changed since`];
    }),
    ...migrations.flatMap(({ name }) =>
      name < last && !applied.some((other) => other.name === name)
        ? [`${name} is new, and comes before ${last}, which has been applied`]
        : [],
    ),
  ];
  if (mistakes.length === 0) return;
  throw new Error(
    `The database was migrated another way: ${mistakes.join("; ")}. Migrations go forward only: restore the files, and write what is to change into a new file with the next number.`,
  );
}
