import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { createAlarm } from "../components/alarms.ts";
import { Component } from "../components/base.ts";
import { CrudApi } from "../components/crud-api.ts";
import { PAGES } from "../components/openapi/parameters.ts";
import type { RouteArgs } from "../components/rest-api-arguments.ts";
import { ScheduledFunction } from "../components/scheduled-function.ts";
import { SecureTable } from "../components/secure-table.ts";
import type { ServiceDashboardArgs } from "../components/service-dashboard.ts";
import { priceListSchema, priceSchema } from "../handlers/records/answers.schema.ts";
import { pricesQuerySchema } from "../handlers/records/prices.schema.ts";
import { recordSchema } from "../handlers/records/record.schema.ts";
import type { RecordsSettings } from "../settings/records.ts";
import { type FunctionFactory, functionFactory } from "./functions.ts";
import type { SystemArgs } from "./system.ts";

export type RecordsArgs = SystemArgs<RecordsSettings>;

/** Periods in a row without a price of every coin after which somebody is told. */
const SILENT_PERIODS = 3;

/**
 * Records of any kind over a public HTTP API, and a tracker of the prices of cryptocurrencies.
 *
 * Creates: a CrudApi of records; a table of prices, a function that a schedule runs to fill it, two routes that read
 * it, and an alarm when no price comes.
 */
export class Records extends Component {
  readonly apiUrl: pulumi.Output<string>;
  /** What a dashboard shows of this system. */
  readonly watched: ServiceDashboardArgs;

  constructor(name: string, args: RecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Records", name, {}, opts);
    const prices = createPriceTable(name, args, this);
    const make = functionFactory("records", name, args.defaults, this);
    const tracker = createTracker(name, args, make, prices, this);
    const readers = createReaders(args, make, prices);
    const { settings, defaults, allowedOrigins, logging, cursorKey } = args;
    const crud = new CrudApi(
      name,
      {
        defaults,
        description: "Records of any kind, and prices of cryptocurrencies.",
        entity: { name: "record", schema: recordSchema },
        cursorKey,
        routes: priceRoutes(readers),
        throttle: { ratePerSecond: settings.ratePerSecond, burst: settings.burst },
        cors: { allowedOrigins },
        logging,
      },
      { parent: this },
    );
    this.apiUrl = crud.url;
    const functions = [...(crud.watched.functions ?? []), tracker, ...Object.values(readers)];
    this.watched = { ...crud.watched, functions, tables: [crud.table, prices] };
    this.registerOutputs({ apiUrl: this.apiUrl });
  }
}

function createPriceTable(name: string, { defaults }: RecordsArgs, parent: pulumi.Resource): SecureTable {
  return new SecureTable(
    `${name}-prices`,
    { defaults, partitionKey: "pk", sortKey: "sk", timeToLive: "expiresAt" },
    { parent },
  );
}

/** The function that asks for prices, its schedule, and the alarm when it brings none. */
function createTracker(
  name: string,
  { defaults, settings }: RecordsArgs,
  make: FunctionFactory,
  prices: SecureTable,
  parent: pulumi.Resource,
): AlarmedFunction {
  const { coins, currency, everyMinutes, keepDays, serviceUrl } = settings.prices;
  const tracker = make("track-prices", {
    description: "Asks what coins cost, and keeps it.",
    timeoutSeconds: 30,
    environment: {
      PRICE_SERVICE_URL: serviceUrl.replace(/\/$/, ""),
      PRICE_COINS: coins.join(","),
      PRICE_CURRENCY: currency,
      PRICE_KEEP_DAYS: String(keepDays),
    },
    links: { PRICES_TABLE: prices.link(["query", "put"]) },
  });
  const unit = everyMinutes === 1 ? "minute" : "minutes";
  new ScheduledFunction(
    `${name}-prices`,
    { defaults, function: tracker, schedule: `rate(${everyMinutes} ${unit})` },
    { parent },
  );
  createAlarm(
    `${name}-no-prices`,
    defaults,
    {
      description: `No price, or not of every coin, for ${SILENT_PERIODS} periods: the log of ${name}-track-prices says why.`,
      namespace: "Andamio",
      metricName: "PricesStored",
      dimensions: { service: name },
      statistic: "Sum",
      threshold: coins.length,
      onSilence: true,
      periodSeconds: everyMinutes * 60,
      evaluationPeriods: SILENT_PERIODS,
      essential: true,
    },
    { parent },
  );
  return tracker;
}

type PriceReader = "latest" | "list";

function createReaders(
  { allowedOrigins, cursorKey }: RecordsArgs,
  make: FunctionFactory,
  prices: SecureTable,
): Record<PriceReader, AlarmedFunction> {
  const environment = { CORS_ALLOWED_ORIGINS: allowedOrigins.join(",") };
  const PRICES_TABLE = prices.link("query");
  return {
    latest: make("latest-price", {
      description: "GET /prices/{coin}/latest",
      environment,
      links: { PRICES_TABLE },
    }),
    list: make("list-prices", {
      description: "GET /prices/{coin}",
      environment,
      links: { PRICES_TABLE, CURSOR_KEY_SECRET_ARN: cursorKey.link("read") },
    }),
  };
}

function priceRoutes(readers: Readonly<Record<PriceReader, AlarmedFunction>>): Record<string, RouteArgs> {
  return {
    "GET /prices/{coin}/latest": {
      handler: readers.latest,
      summary: "Tells the newest price of a coin.",
      responses: { 200: { description: "The price.", schema: priceSchema } },
    },
    "GET /prices/{coin}": {
      handler: readers.list,
      summary: "Lists the prices of a coin, newest first.",
      query: {
        from: { description: "Time of the oldest price wanted.", schema: pricesQuerySchema.shape.from },
        to: { description: "Time of the newest price wanted.", schema: pricesQuerySchema.shape.to },
        ...PAGES,
      },
      responses: { 200: { description: "A page of prices.", schema: priceListSchema } },
    },
  };
}
