/**
 * What was spent on each budget in its period, and who was told. Nothing costs anything here, so the amounts are set from
 * outside.
 * https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
 */
import { AwsError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { type Alert, subjectOf, textOf } from "./message.ts";
import { periodOf } from "./periods.ts";
import { type BudgetSettings, COMPARISONS, type Notification } from "./settings.ts";

export type NotificationState = "OK" | "ALARM";

/** Amounts in the unit of the budget. */
export interface Spend {
  readonly actual: number;
  /** What is expected at the end of the period; left out: nothing is. */
  readonly forecast?: number;
}

/** A budget in its current period. */
export interface Account {
  readonly settings: BudgetSettings;
  /** When the period began, in milliseconds since the epoch. */
  readonly period: number;
  readonly spend: Spend;
  /** In the order of the notifications. */
  readonly states: readonly NotificationState[];
}

const SERVICE: Principal = { kind: "service", arn: "budgets.amazonaws.com" };
const SENDER = "budgets@costalerts.amazonaws.com";

export class Ledger {
  readonly #cloud: Cloud;
  readonly #accounts = new Map<string, Account>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Adds or changes a budget; what was spent stays. */
  put(settings: BudgetSettings): void {
    const known = this.#accounts.get(settings.name);
    const period = this.#periodOf(settings);
    const states = settings.notifications.map(() => "OK" as const);
    this.#accounts.set(settings.name, { spend: { actual: 0 }, period, ...known, settings, states });
  }

  /** Nothing is spent, and nobody was told. */
  reset(): void {
    for (const { settings } of [...this.#accounts.values()]) {
      this.#accounts.delete(settings.name);
      this.put(settings);
    }
  }

  remove(name: string): void {
    this.#accounts.delete(name);
  }

  get all(): readonly Account[] {
    return [...this.#accounts.values()].map((account) => this.#current(account));
  }

  /** @throws AwsError NotFoundException */
  get(name: string): Account {
    const account = this.#accounts.get(name);
    if (account) return this.#current(account);
    throw new AwsError("NotFoundException", `Unable to get budget: ${name} - the budget doesn't exist.`, 404);
  }

  /** The limit of the current period. */
  limitOf({ settings, period }: Account): number {
    return settings.limits.findLast(({ from }) => from <= period)?.amount ?? settings.limits[0]?.amount ?? 0;
  }

  /**
   * Sets what was spent, and tells the subscribers of the thresholds that this crosses. An alert on what was spent is
   * given once a period, one on what is expected each time it is crossed again.
   * @throws AwsError NotFoundException
   */
  async spend(name: string, spend: Spend): Promise<Account> {
    const { settings, period, states } = this.get(name);
    const spent = { settings, period, spend };
    const alerts = settings.notifications.map((notification) => this.#alertOf(spent, notification));
    const next = alerts.map((alert, index) => {
      const isOver = settings.notifications[index]?.type === "ACTUAL" && states[index] === "ALARM";
      return alert || isOver ? "ALARM" : "OK";
    });
    const account = { ...spent, states: next };
    this.#accounts.set(name, account);
    const fresh = alerts.filter((alert, index) => alert !== undefined && states[index] === "OK");
    await Promise.all(fresh.map((alert) => alert && this.#tell(settings, alert)));
    return account;
  }

  /** In a new period everything begins at nothing. */
  #current(account: Account): Account {
    const period = this.#periodOf(account.settings);
    if (period === account.period) return account;
    const states = account.settings.notifications.map(() => "OK" as const);
    const next = { settings: account.settings, period, spend: { actual: 0 }, states };
    this.#accounts.set(account.settings.name, next);
    return next;
  }

  #periodOf({ timeUnit }: BudgetSettings): number {
    return periodOf(timeUnit, this.#cloud.clock.now());
  }

  /** What is to be said about a notification; undefined when its threshold is not crossed. */
  #alertOf(account: Omit<Account, "states">, notification: Notification): Alert | undefined {
    const { settings, spend } = account;
    const at = this.#cloud.clock.now();
    const limit = this.limitOf({ ...account, states: [] });
    const { isPercentage, threshold: given, comparison, type } = notification;
    const threshold = isPercentage ? (limit * given) / 100 : given;
    const amount = type === "ACTUAL" ? spend.actual : spend.forecast;
    if (amount === undefined || at < settings.begins || at >= settings.ends) return undefined;
    if (!COMPARISONS[comparison]?.holds(amount, threshold)) return undefined;
    return { notification, limit, threshold, amount, at };
  }

  async #tell(settings: BudgetSettings, alert: Alert): Promise<void> {
    const { world, services, log } = this.#cloud;
    const [subject, body] = [subjectOf(settings), textOf(settings, alert, world)];
    const { type, emails, topics } = alert.notification;
    const message = `Budget ${settings.name}: ${type} ${alert.amount} ${settings.unit} of ${alert.limit}`;
    log({ kind: "warning", source: "budgets", message });
    for (const to of emails) services.mailbox.capture({ kind: "email", to, from: SENDER, subject, body });
    await Promise.all(topics.map((topic) => this.#publish(settings, topic, subject, body)));
  }

  /** Nobody waits for a notification: one that fails is logged. */
  async #publish({ name, arn }: BudgetSettings, topic: string, subject: string, body: string): Promise<void> {
    const { world, services, log } = this.#cloud;
    const context = { "aws:SourceArn": arn, "aws:SourceAccount": world.account };
    try {
      this.#cloud.authorize(SERVICE, [{ action: "sns:Publish", resource: topic, context }]);
      await services.sns.publish(topic, body, { subject: subject.slice(0, 100) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log({
        kind: "warning",
        source: "budgets",
        message: `Budget ${name} could not tell ${topic}: ${reason}`,
      });
    }
  }
}
