/** Takes events in and hands them to the targets of the rules they match. */
import type { EventInput, RoutedEvent } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { AttemptError } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";
import { inTrace } from "../../core/trace.ts";
import type { ApiDestinations } from "./api-destinations.ts";
import type { Archives } from "./archives.ts";
import { Deliverer } from "./delivery.ts";
import { type BusEvent, scheduledEvent, toBusEvent, toSecond } from "./event.ts";
import { recordMetrics } from "./metrics.ts";
import type { Rule, RuleBook } from "./rule-book.ts";

const KEPT_EVENTS = 1_000;

export class Router {
  readonly #cloud: Cloud;
  readonly #book: RuleBook;
  readonly #archives: Archives;
  readonly #deliverer: Deliverer;
  readonly #recent: RoutedEvent[] = [];
  /** Events that came from another bus. */
  readonly #forwarded = new WeakSet<BusEvent>();

  constructor(cloud: Cloud, book: RuleBook, archives: Archives, destinations: ApiDestinations) {
    this.#cloud = cloud;
    this.#archives = archives;
    this.#book = book;
    this.#deliverer = new Deliverer(cloud, {
      forward: (event, bus) => this.#forward(event, bus),
      destinations,
    });
  }

  /** Puts an event on a bus; deliveries go on by themselves. */
  put(input: EventInput, bus: string): BusEvent {
    const event = toBusEvent(input, this.#cloud);
    inTrace(() => this.#route(event, bus));
    return event;
  }

  /** Sends the event of a rule's schedule to the rule's targets. */
  runSchedule(rule: Rule): BusEvent {
    const event = scheduledEvent(rule.arn, this.#cloud);
    this.#note(event, rule.bus, [rule]);
    inTrace(() => this.#send(event, rule));
    return event;
  }

  /**
   * Puts an event of an archive on its bus again.
   * @param rules ARNs of the rules that may get it; all when there are none
   */
  replay(event: BusEvent, bus: string, rules: readonly string[]): void {
    for (const rule of this.#book.matching(bus, event)) {
      if (rules.length === 0 || rules.includes(rule.arn)) this.#send(event, rule);
    }
  }

  /** Whether a delivery is being made now. */
  get busy(): boolean {
    return this.#deliverer.busy;
  }

  /** The last events, oldest first. */
  recent(): readonly RoutedEvent[] {
    return this.#recent.slice(-KEPT_EVENTS);
  }

  /** Forgets events, and deliveries that wait for their repetition. */
  reset(): void {
    this.#recent.length = 0;
    this.#deliverer.reset();
  }

  /** Gives up deliveries that wait for their repetition. */
  stop(): void {
    this.#deliverer.stop();
  }

  #route(event: BusEvent, bus: string): void {
    this.#archives.keep(event, bus);
    const rules = this.#book.matching(bus, event);
    this.#note(event, bus, rules);
    for (const rule of rules) this.#send(event, rule);
    if (rules.length === 0) this.#log(event, `no rule of bus ${bus} wants it`);
  }

  #note(event: BusEvent, bus: string, matched: readonly Rule[]): void {
    const { id, source, "detail-type": detailType, detail, resources, time } = event;
    const rules = matched.map(({ name }) => name);
    this.#recent.push({ id, bus, source, detailType, detail, resources, time, rules });
    if (this.#recent.length > 2 * KEPT_EVENTS) this.#recent.splice(0, KEPT_EVENTS);
  }

  #send(event: BusEvent, rule: Rule): void {
    this.#log(event, `rule ${rule.name}`);
    recordMetrics(this.#cloud, rule, "MatchedEvents", "TriggeredRules");
    const context = { name: rule.name, arn: rule.arn, ingestedAt: toSecond(this.#cloud.clock.now()) };
    for (const target of this.#book.targetsOf(rule)) {
      this.#deliverer.start({ rule, target, event, input: target.input(event, context) });
    }
  }

  #log(event: BusEvent, where: string): void {
    const message = `${event.source} "${event["detail-type"]}" → ${where}`;
    this.#cloud.log({ kind: "event", source: "events", message, requestId: event.id });
  }

  /**
   * EventBridge routes no event from a bus that it was sent to on to a third one.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
   */
  #forward(event: BusEvent, bus: string): void {
    if (this.#forwarded.has(event)) {
      const message = "The event came from another event bus; it is not sent on to a third one.";
      throw new AttemptError("THIRD_ACCOUNT_HOP_DETECTED", message, { final: true });
    }
    if (!this.#book.hasBus(bus)) {
      throw new AwsError("ResourceNotFoundException", `Event bus ${bus} does not exist.`);
    }
    const copy = { ...event };
    this.#forwarded.add(copy);
    this.#route(copy, bus);
  }
}
