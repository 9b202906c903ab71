/** Functions that run after a request has been answered, because of it. */
const APPOINTMENT = [
  "appointments-audit-writer",
  "appointments-publish-changes",
  "appointments-send-email",
  "appointments-send-whatsapp",
  "appointments-plan-reminder",
];

export const CAUSES: Readonly<Record<string, readonly string[]>> = {
  "POST /tasks": ["tasks-publish-created", "tasks-process-task"],
  "DELETE /tasks/{id}": ["tasks-clean-up"],
  "POST /providers": ["appointments-audit-writer"],
  "PUT /providers/{id}/availability": ["appointments-audit-writer"],
  "POST /appointments": APPOINTMENT,
  "PUT /appointments/{id}": APPOINTMENT,
  "DELETE /appointments/{id}": APPOINTMENT,
};
