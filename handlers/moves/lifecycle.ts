/** The steps that a move takes. The database's table of transitions says the same to whoever writes to it. */

export const STATUSES = ["registered", "truck_assigned", "in_transit", "completed", "cancelled"] as const;

export type Status = (typeof STATUSES)[number];

interface Step {
  /** The statuses in which it may be taken. */
  readonly from: readonly Status[];
  /** The status after it. @default the same as before */
  readonly to?: Status;
}

/** Before the move is on the road. */
const OPEN: readonly Status[] = ["registered", "truck_assigned"];

const STEPS = {
  /** An employee asks for a truck, or for another one. */
  requestTruck: { from: OPEN },
  /** A truck is reserved, or another one. */
  assignTruck: { from: OPEN, to: "truck_assigned" },
  /** No truck was free: somebody has to look for one. */
  lackTruck: { from: OPEN },
  /** The first position came in. */
  start: { from: ["truck_assigned"], to: "in_transit" },
  complete: { from: ["in_transit"], to: "completed" },
  cancel: { from: OPEN, to: "cancelled" },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;

/** The status after a step; undefined when the step may not be taken. */
export function statusAfter(status: Status, name: StepName): Status | undefined {
  const { from, to = status }: Step = STEPS[name];
  return from.includes(status) ? to : undefined;
}
