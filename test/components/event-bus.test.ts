import { expect } from "chai";
import type { EventBusArgs } from "../../components/event-bus.ts";
import { EventBus } from "../../components/event-bus.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const ARCHIVE = "aws:cloudwatch/eventArchive:EventArchive";

const bus = (overrides: Partial<EventBusArgs> = {}) =>
  new EventBus("shop", {
    defaults: DEFAULTS,
    events: { "shop.orders": ["OrderPlaced", "OrderPaid"], "shop.stock": ["OutOfStock"] },
    ...overrides,
  });

describe("EventBus", () => {
  it("creates a bus, its policy and an archive, and nothing else", async () => {
    const recording = await record(() => bus());
    expect(recording.types()).to.have.members([
      "aws:cloudwatch/eventBus:EventBus",
      "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
      ARCHIVE,
    ]);
    expect(recording.one(ARCHIVE).inputs).to.include({ retentionDays: 7 });
  });

  it("keeps events for a year in production, and cannot be deleted by mistake", async () => {
    const recording = await record(() => bus({ defaults: { ...DEFAULTS, production: true } }));
    expect(recording.one(ARCHIVE).inputs).to.include({ retentionDays: 365 });
    expect(recording.one(ARCHIVE).protect).to.equal(true);
  });

  it("takes events of its own account alone, from the sources and of the types that are named", async () => {
    const recording = await record(() => bus());
    const policy = documentIn(recording.one("aws:cloudwatch/eventBusPolicy:EventBusPolicy"), "policy");
    const { Statement } = policy as { Statement: { Sid: string; Effect: string; Condition?: unknown }[] };
    expect(Statement.map(({ Sid, Effect, Condition }) => [Sid, Effect, Condition])).to.deep.equal([
      ["OwnAccountOnly", "Allow", undefined],
      ["KnownSourcesOnly", "Deny", { StringNotEquals: { "events:source": ["shop.orders", "shop.stock"] } }],
      [
        "KnownEventsOnly1",
        "Deny",
        {
          StringEquals: { "events:source": "shop.orders" },
          StringNotEquals: { "events:detail-type": ["OrderPlaced", "OrderPaid"] },
        },
      ],
      [
        "KnownEventsOnly2",
        "Deny",
        {
          StringEquals: { "events:source": "shop.stock" },
          StringNotEquals: { "events:detail-type": ["OutOfStock"] },
        },
      ],
    ]);
  });

  it("lets a publisher publish as its own source only", async () => {
    const { result } = await record(() => known(bus().link("publish", "shop.stock")));
    expect(result.statements).to.have.length(1);
    expect(result.statements[0]).to.deep.include({
      Action: ["events:PutEvents"],
      Condition: { StringEquals: { "events:source": "shop.stock" } },
    });
  });

  it("knows no source and no event that it does not have", async () => {
    await record(() => {
      expect(() => bus().link("publish", "shop.other")).to.throw('EventBus "shop" has no source shop.other');
    });
    await record(() => {
      expect(() => bus().source("OrderLost")).to.throw('EventBus "shop" has no event OrderLost');
    });
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const { mistakes } = await refusalOf(() =>
      bus({ events: { "aws.shop": ["A"], "shop.empty": [] }, archiveDays: 0 }),
    );
    expect(mistakes).to.have.length(3);
  });
});
