/** The systems of a stack, and what their users need to know. */

import { AccountAlarms } from "./components/account-alarms.ts";
import { AlertChannel } from "./components/alert-channel.ts";
import { ApiLogging } from "./components/api-logging.ts";
import type { StackDefaults } from "./components/base.ts";
import { ServiceDashboard } from "./components/service-dashboard.ts";
import { readSettings } from "./settings.ts";
import { Tasks } from "./systems/tasks.ts";

const settings = readSettings();

// Who is told when something is wrong, and what all components share.
const alerts = new AlertChannel("alerts", { emails: settings.alertEmails });
const logging = new ApiLogging("api-logging");
const defaults: StackDefaults = {
  production: settings.production,
  logRetentionDays: settings.logRetentionDays,
  alarms: settings.alarms,
  alerts,
};
if (settings.alarms === "essential") new AccountAlarms("account", defaults);
const shared = { defaults, logging, allowedOrigins: settings.allowedOrigins };

// The systems. Nothing of one imports another's code.
const tasks = settings.tasks && new Tasks("tasks", { ...shared, settings: settings.tasks });

// One picture of everything that runs.
const dashboard = tasks && new ServiceDashboard("andamio", tasks.watched);

export const tasksApiUrl = tasks?.apiUrl;
export const tasksApiKey = tasks?.apiKey;
export const dashboardUrl = dashboard?.url;
