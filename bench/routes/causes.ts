/** Functions that run after a request has been answered, because of it. */
const APPOINTMENT = [
  "appointments-audit-writer",
  "appointments-publish-changes",
  "appointments-send-email",
  "appointments-send-whatsapp",
  "appointments-plan-reminder",
];

/** Fleet looks for a truck, and moves is told. */
const TRUCK = [
  "moves-outbox-relay",
  "fleet-consume",
  "fleet-outbox-relay",
  "moves-apply-events",
  "moves-follow-moves",
  "moves-notify-client",
];
const END_OF_MOVE = ["moves-outbox-relay", "fleet-consume", "moves-follow-moves"];

export const CAUSES: Readonly<Record<string, readonly string[]>> = {
  "POST /tasks": ["tasks-publish-created", "tasks-process-task"],
  "DELETE /tasks/{id}": ["tasks-clean-up"],
  "POST /providers": ["appointments-audit-writer"],
  "PUT /providers/{id}/availability": ["appointments-audit-writer"],
  "POST /appointments": APPOINTMENT,
  "PUT /appointments/{id}": APPOINTMENT,
  "DELETE /appointments/{id}": APPOINTMENT,
  "POST /moves": [...TRUCK, "moves-follow-moves", "moves-notify-client"],
  "POST /moves/{id}/truck": TRUCK,
  "POST /moves/{id}/completion": [...END_OF_MOVE, "moves-notify-client"],
  "POST /moves/{id}/cancellation": END_OF_MOVE,
};
