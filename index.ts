/** The systems of a stack, and what their users need to know. */

import { AccountAlarms } from "./components/account-alarms.ts";
import { AlertChannel } from "./components/alert-channel.ts";
import { ApiLogging } from "./components/api-logging.ts";
import type { StackDefaults } from "./components/base.ts";
import { DatabaseNetwork } from "./components/database-network.ts";
import { EventBus } from "./components/event-bus.ts";
import { Secret } from "./components/secret.ts";
import { ServiceDashboard } from "./components/service-dashboard.ts";
import { SpendingLimit } from "./components/spending-limit.ts";
import { UserDirectory } from "./components/user-directory.ts";
import { EVENTS } from "./events/catalogue.schema.ts";
import { readSettings } from "./settings.ts";
import { Appointments } from "./systems/appointments.ts";
import { Fleet } from "./systems/fleet.ts";
import { Moves } from "./systems/moves.ts";
import { Records } from "./systems/records.ts";
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
if (settings.monthlyBudget > 0)
  new SpendingLimit("spending", { monthlyDollars: settings.monthlyBudget, alerts });
if (settings.alarms === "essential") new AccountAlarms("account", defaults);
const description = "Signs the cursors of lists, so that clients cannot make their own.";
const cursorKey = new Secret("cursor-key", { defaults, description, randomBytes: 32 });
const shared = { defaults, logging, cursorKey, allowedOrigins: settings.allowedOrigins };

// What the services of the moving company share: a network for their databases, a bus to tell each other what happened,
// and the people they know.
const company = (settings.fleet || settings.moves) && {
  network: new DatabaseNetwork("databases"),
  bus: new EventBus("andamio", { defaults, events: EVENTS }),
  directory: new UserDirectory("users", {
    defaults,
    groups: {
      employees: { description: "Who looks after moves, trucks and drivers." },
      clients: { description: "Who signed up to have something moved." },
    },
    selfSignUp: "clients",
  }),
};

// The systems. Nothing of one imports another's code.
const records = settings.records && new Records("records", { ...shared, settings: settings.records });
const tasks = settings.tasks && new Tasks("tasks", { ...shared, settings: settings.tasks });
const appointments =
  settings.appointments && new Appointments("appointments", { ...shared, settings: settings.appointments });
const fleet =
  settings.fleet && company && new Fleet("fleet", { ...shared, ...company, settings: settings.fleet });
const moves =
  settings.moves && company && new Moves("moves", { ...shared, ...company, settings: settings.moves });

// One picture of everything that runs.
const watched = [records, tasks, appointments, fleet, moves].flatMap((system) => system?.watched ?? []);
const dashboard = watched.length > 0 && new ServiceDashboard("andamio", watched);

export const recordsApiUrl = records?.apiUrl;
export const tasksApiUrl = tasks?.apiUrl;
export const tasksApiKey = tasks?.apiKey;
export const appointmentsApiUrl = appointments?.apiUrl;
export const appointmentsApiKey = appointments?.apiKey;
export const fleetApiUrl = fleet?.apiUrl;
export const movesApiUrl = moves?.apiUrl;
export const userPoolId = company ? company.directory.userPool.id : undefined;
export const userPoolClientId = company ? company.directory.client.id : undefined;
export const dashboardUrl = dashboard ? dashboard.url : undefined;
