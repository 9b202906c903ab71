/** The program's topics, and publishing to them from the rest of the local cloud. */
import type { SnsApi } from "../../core/apis.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { fauxqsOf } from "../../real-parts/fauxqs.ts";
import { carryOut, entries, textOf } from "./client.ts";
import { publishing } from "./queue-deliveries.ts";

export class Topics implements SnsApi {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  async publish(
    topicArn: string,
    message: string,
    options: Parameters<SnsApi["publish"]>[2] = {},
  ): Promise<{ messageId: string }> {
    const attributes = Object.entries(options.messageAttributes ?? {}).flatMap(([name, attribute], index) => {
      const prefix = `MessageAttributes.entry.${index + 1}`;
      const values = Object.entries(attribute).map(([kind, value]) => [
        `${prefix}.Value.${kind}`,
        String(value),
      ]);
      return [[`${prefix}.Name`, name], ...values];
    });
    const fauxqs = await fauxqsOf(this.#cloud);
    const parameters = {
      TopicArn: topicArn,
      Message: message,
      ...(options.subject === undefined ? {} : { Subject: options.subject }),
      ...Object.fromEntries(attributes),
    };
    const publish = () => this.#call("Publish", parameters);
    const xml = await publishing(this.#cloud, fauxqs, topicArn, publish);
    return { messageId: textOf(xml, "MessageId") };
  }

  get realizer(): Realizer {
    const remove = ({ id }: Resource): Promise<unknown> => this.#call("DeleteTopic", { TopicArn: id });
    const create = async ({ id, inputs, outputs }: Resource): Promise<void> => {
      const fifo = outputs.fifoTopic === true ? entries("Attributes", { FifoTopic: "true" }) : {};
      await this.#call("CreateTopic", { Name: String(outputs.name), ...fifo });
      await this.#set(id, "DisplayName", String(inputs.displayName ?? ""));
      if (outputs.fifoTopic !== true) return;
      await this.#set(id, "ContentBasedDeduplication", String(inputs.contentBasedDeduplication ?? false));
    };
    return {
      create,
      delete: async (topic) => void (await remove(topic)),
      update: async (topic, previous) => {
        if (topic.id !== previous.id) await remove(previous);
        await create(topic);
      },
    };
  }

  async #set(TopicArn: string, AttributeName: string, AttributeValue: string): Promise<void> {
    await this.#call("SetTopicAttributes", { TopicArn, AttributeName, AttributeValue });
  }

  async #call(operation: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    return carryOut(await fauxqsOf(this.#cloud), this.#cloud.world.region, operation, parameters);
  }
}
