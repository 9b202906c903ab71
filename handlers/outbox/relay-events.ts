/** Publishes the events of an outbox: at least once, and those of one subject in the order in which they were written. */
import type { Bus } from "../shared/bus.ts";
import type { Statements } from "../shared/database.ts";
import { json } from "../shared/database-values.ts";
import { count } from "../shared/metrics.ts";

/** As many as PutEvents takes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const BATCH = 10;

/** Longer than a relay may take, so that two never publish the same; shorter than until its message is delivered again. */
const CLAIM_SECONDS = 60;

/**
 * Only the oldest event of a subject can be claimed, and it is deleted once it is published: so the next one waits for it,
 * whichever relay takes it.
 */
const CLAIM = `
  WITH oldest AS (
    SELECT position FROM outbox
    WHERE (claimed_until IS NULL OR claimed_until <= :now)
      AND NOT EXISTS (
        SELECT FROM outbox earlier
        WHERE earlier.subject = outbox.subject AND earlier.position < outbox.position)
    ORDER BY position
    LIMIT ${BATCH}
    FOR UPDATE SKIP LOCKED)
  UPDATE outbox SET claimed_until = :until FROM oldest
  WHERE outbox.position = oldest.position
  RETURNING outbox.position, detail_type AS "detailType", detail`;

/** Removes events, and says whether others wait: those that come meanwhile wake a relay themselves. */
const FORGET = `
  WITH published AS (
    SELECT value::bigint AS position FROM jsonb_array_elements_text(:positions::jsonb)),
  forgotten AS (
    DELETE FROM outbox WHERE position IN (SELECT position FROM published))
  SELECT EXISTS (SELECT FROM outbox WHERE position NOT IN (SELECT position FROM published)) AS "othersWait"`;

/** They may be tried again at once. */
const RELEASE = `
  UPDATE outbox SET claimed_until = NULL
  WHERE position IN (SELECT value::bigint FROM jsonb_array_elements_text(:positions::jsonb))`;

interface Row {
  readonly position: number;
  readonly detailType: string;
  readonly detail: string;
}

/**
 * Publishes everything that stands in the outbox, of each subject as far as it goes.
 * @returns how many events were published
 * @throws Error when some were not; they stay in the outbox
 */
export async function relayEvents(database: Statements, bus: Bus, clock = () => Date.now()): Promise<number> {
  const stuck: number[] = [];
  let published = 0;
  for (;;) {
    const now = clock();
    const rows = await database.query<Row>(CLAIM, {
      now: new Date(now),
      until: new Date(now + CLAIM_SECONDS * 1000),
    });
    if (rows.length === 0) break;
    // Claims come in no order.
    const events = [...rows].sort((a, b) => a.position - b.position);
    const outcomes = await bus.publish(events);
    const positions = (wanted: boolean) =>
      events.flatMap(({ position }, index) => (outcomes[index] === wanted ? [position] : []));
    const forgotten = { positions: json(positions(true)) };
    const left = await database.one<{ readonly othersWait: boolean }>(FORGET, forgotten);
    published += positions(true).length;
    stuck.push(...positions(false));
    if (!left?.othersWait) break;
  }
  count({ EventsPublished: published });
  if (stuck.length === 0) return published;
  await database.change(RELEASE, { positions: json(stuck) });
  throw new Error(`${stuck.length} event(s) could not be published and stay in the outbox`);
}
