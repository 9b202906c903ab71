/** What the handler modules ask the environment for when they are imported. Import this before them. */
Object.assign(process.env, {
  POWERTOOLS_LOG_LEVEL: "SILENT",
  POWERTOOLS_METRICS_DISABLED: "true",
  PRICES_TABLE: "unused",
  PRICE_SERVICE_URL: "http://unused.invalid",
  PRICE_COINS: "bitcoin",
  PRICE_CURRENCY: "usd",
  PRICE_KEEP_DAYS: "90",
  TASKS_TABLE: "unused",
  TASKS_BUCKET: "unused",
  CURSOR_KEY_SECRET_ARN: "unused",
  TASK_EVENTS_TOPIC_ARN: "unused",
  IMPORT_REPORTS_TOPIC_ARN: "unused",
  TASK_SERVICE_URL: "http://unused.invalid",
  TASK_SERVICE_SECRET_ARN: "unused",
});
