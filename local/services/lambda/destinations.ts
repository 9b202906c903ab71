/**
 * Hands records of failed or finished invocations to queues, topics, event buses and functions.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
import { notSupported } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { parseFunctionName } from "./function-arn.ts";

export type Result = "Success" | "Failure";

export class Destinations {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /**
   * Delivers a record with the rights of the function's role. A delivery that fails is logged, as nobody waits for it.
   * @param functionArn of the function whose record it is
   */
  async deliver(destination: string, role: string, functionArn: string, record: object, result: Result) {
    try {
      await this.#send(destination, role, functionArn, record, result);
      const message = `${result} of ${functionArn} went to ${destination}`;
      this.#cloud.log({ kind: "delivery", source: "lambda", message });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#countFailure(functionArn);
      const message = `${result} of ${functionArn} could not go to ${destination}: ${reason}`;
      this.#cloud.log({ kind: "error", source: "lambda", message });
    }
  }

  /** Puts an event that could not be handled into the function's dead-letter queue or topic. */
  async deadLetter(target: string, role: string, event: string, attributes: Record<string, string>) {
    const { services } = this.#cloud;
    const entries = Object.entries(attributes).map(([name, value]) => {
      const DataType = name === "ErrorCode" ? "Number" : "String";
      return [name, { DataType, StringValue: value }] as const;
    });
    const options = { messageAttributes: Object.fromEntries(entries) };
    try {
      this.#authorize(role, target);
      if (isOf("sqs", target)) await services.sqs.send(target, event, options);
      else await services.sns.publish(target, event, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `An event could not go to the dead-letter target ${target}: ${reason}`;
      this.#cloud.log({ kind: "error", source: "lambda", message });
    }
  }

  async #send(destination: string, role: string, functionArn: string, record: object, result: Result) {
    const { services } = this.#cloud;
    this.#authorize(role, destination);
    const text = JSON.stringify(record);
    if (isOf("sqs", destination)) await services.sqs.send(destination, text);
    else if (isOf("sns", destination)) await services.sns.publish(destination, text);
    else if (isOf("lambda", destination))
      services.lambda.invokeAsync(destination, record, "lambda destination");
    else if (isOf("events", destination)) {
      const detailType = `Lambda Function Invocation Result - ${result}`;
      const resources = [destination, functionArn];
      const bus = destination.split("/").at(-1);
      await services.events.put({ source: "lambda", detailType, detail: record, resources }, bus);
    } else throw notSupported("lambda", `the destination ${destination}`);
  }

  #countFailure(functionArn: string): void {
    const FunctionName = parseFunctionName(functionArn)?.name ?? functionArn;
    const { cloudwatch } = this.#cloud.services;
    cloudwatch.record("AWS/Lambda", "DestinationDeliveryFailures", { FunctionName }, 1, "Count");
  }

  #authorize(role: string, destination: string): void {
    const service = destination.split(":")[2] ?? "";
    const action = ACTIONS[service];
    if (action === undefined) return;
    this.#cloud.authorize({ kind: "role", arn: role }, [{ action, resource: destination }]);
  }
}

const ACTIONS: Readonly<Record<string, string>> = {
  sqs: "sqs:SendMessage",
  sns: "sns:Publish",
  lambda: "lambda:InvokeFunction",
  events: "events:PutEvents",
};

function isOf(service: string, arn: string): boolean {
  return arn.split(":")[2] === service;
}
