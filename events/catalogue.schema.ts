/**
 * Every event that the systems tell each other, in one place: what it says, who publishes it, in which version. This is all
 * that one system knows of another.
 *
 * A version takes further properties (consumers overlook what they do not know); what would mislead an old consumer is
 * a new version. Ids are made by the publisher and stay the same however often an event is delivered.
 */
import * as z from "zod";

const id = z.uuid();
const time = z.iso.datetime();
const date = z.iso.date();

/** The detail of an event: what all have in common, and its data. */
function eventSchema<Version extends number, Data extends z.ZodType>(version: Version, data: Data) {
  return z.looseObject({
    eventId: id,
    version: z.literal(version),
    occurredAt: time,
    /** The request that began it all. */
    correlationId: z.string().min(1).max(128),
    data,
  });
}

/** A client wants to move. Published by moves. */
export const moveRegisteredSchema = eventSchema(
  1,
  z.looseObject({
    moveId: id,
    origin: z.string(),
    destination: z.string(),
    volumeM3: z.number(),
    date,
    /** Whose move it is, and where to write to. */
    client: z.looseObject({ id: z.string().min(1), email: z.string().min(3) }),
  }),
);

/** A truck is reserved for a move. Published by fleet. */
export const truckAssignedSchema = eventSchema(
  1,
  z.looseObject({ moveId: id, truckId: id, plate: z.string(), capacityM3: z.number(), date }),
);

/** No truck is free and large enough on that day; an employee may settle it by hand. Published by fleet. */
export const truckUnavailableSchema = eventSchema(
  1,
  z.looseObject({ moveId: id, date, volumeM3: z.number() }),
);

/** An employee wants this truck, or any, for a move. Published by moves. */
export const truckRequestedSchema = eventSchema(
  1,
  z.looseObject({ moveId: id, truckId: id.optional(), date, volumeM3: z.number() }),
);

/** A truck of a move is on the road: its first position came in. Published by tracking. */
export const moveStartedSchema = eventSchema(1, z.looseObject({ moveId: id }));

/** A move is done. Published by moves. */
export const moveCompletedSchema = eventSchema(1, z.looseObject({ moveId: id }));

/** A move will not take place. Published by moves. */
export const moveCancelledSchema = eventSchema(1, z.looseObject({ moveId: id }));

/** Detail types by their source, as the bus takes them. */
export const EVENTS = {
  "andamio.moves": ["MoveRegistered", "TruckRequested", "MoveCompleted", "MoveCancelled"],
  "andamio.tracking": ["MoveStarted"],
  "andamio.fleet": ["TruckAssigned", "TruckUnavailable"],
};
