/** Takes events in and hands them to the targets of the rules they match. */
import type { EventInput } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { Deliverer } from "./delivery.ts";
import { type BusEvent, scheduledEvent, toBusEvent } from "./event.ts";
import { recordMetrics } from "./metrics.ts";
import type { Rule, RuleBook } from "./rule-book.ts";

/** An event that goes round between buses is stopped after so many of them. */
const MAX_HOPS = 10;

export class Router {
  readonly #cloud: Cloud;
  readonly #book: RuleBook;
  readonly #deliverer: Deliverer;
  /** How many buses a forwarded event has been on. */
  readonly #hops = new WeakMap<BusEvent, number>();

  constructor(cloud: Cloud, book: RuleBook) {
    this.#cloud = cloud;
    this.#book = book;
    this.#deliverer = new Deliverer(cloud, (event, bus) => this.#forward(event, bus));
  }

  /** Puts an event on a bus; deliveries go on by themselves. */
  put(input: EventInput, bus: string): BusEvent {
    const event = toBusEvent(input, this.#cloud);
    this.#route(event, bus);
    return event;
  }

  /** Sends the event of a rule's schedule to the rule's targets. */
  runSchedule(rule: Rule): BusEvent {
    const event = scheduledEvent(rule.arn, this.#cloud);
    this.#send(event, rule);
    return event;
  }

  /** Whether a delivery is being made now. */
  get busy(): boolean {
    return this.#deliverer.busy;
  }

  /** Gives up deliveries that wait for their repetition. */
  stop(): void {
    this.#deliverer.stop();
  }

  #route(event: BusEvent, bus: string): void {
    for (const rule of this.#book.matching(bus, event)) this.#send(event, rule);
  }

  #send(event: BusEvent, rule: Rule): void {
    const message = `${event.source} "${event["detail-type"]}" → rule ${rule.name}`;
    this.#cloud.log({ kind: "event", source: "events", message, requestId: event.id });
    recordMetrics(this.#cloud, rule, "MatchedEvents", "TriggeredRules");
    for (const target of this.#book.targetsOf(rule)) {
      this.#deliverer.start({ rule, target, event, input: target.input(event, rule) });
    }
  }

  #forward(event: BusEvent, bus: string): void {
    const hops = (this.#hops.get(event) ?? 0) + 1;
    if (hops > MAX_HOPS)
      throw new AwsError("ResourceNotFoundException", "The event goes round between buses.");
    const copy = { ...event };
    this.#hops.set(copy, hops);
    this.#route(copy, bus);
  }
}
