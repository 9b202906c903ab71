/** The six fields of a cron expression as EventBridge allows them. */
export interface CronFields {
  readonly minutes: string;
  readonly hours: string;
  readonly dayOfMonth: string;
  readonly month: string;
  /** 1 is Sunday. */
  readonly dayOfWeek: string;
  readonly year: string;
}

interface FieldRule {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names that stand for numbers, the first one for `from`. */
  readonly names: readonly string[];
  /** Members of a list that are neither a number nor a range. */
  readonly special: RegExp;
}

const NOTHING = /^(?!)/;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** In their order. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
const RULES: readonly FieldRule[] = [
  { name: "minutes", from: 0, to: 59, names: [], special: NOTHING },
  { name: "hours", from: 0, to: 23, names: [], special: NOTHING },
  { name: "day-of-month", from: 1, to: 31, names: [], special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { name: "month", from: 1, to: 12, names: MONTHS, special: NOTHING },
  {
    name: "day-of-week",
    from: 1,
    to: 7,
    names: DAYS,
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
  { name: "year", from: 1970, to: 2199, names: [], special: NOTHING },
];

/** @throws Error saying which field is wrong, and how */
export function checkCronFields(content: string): CronFields {
  const fields = content.trim().toUpperCase().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (
    fields.length !== RULES.length ||
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined
  ) {
    throw new Error("it needs six fields: minutes hours day-of-month month day-of-week year");
  }
  for (const [index, rule] of RULES.entries()) checkField(fields[index] ?? "", rule);
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error("one of day-of-month and day-of-week must be ?, and only one");
  }
  return { minutes, hours, dayOfMonth, month, dayOfWeek, year };
}

function checkField(field: string, rule: FieldRule): void {
  for (const member of field.split(",")) {
    if (rule.special.test(member) || isRange(member, rule)) continue;
    throw new Error(`${field} is no ${rule.name}`);
  }
}

/** `5`, `1-5`, `0/15`, `1-31/2`, `*` and `MON-FRI`. */
function isRange(member: string, rule: FieldRule): boolean {
  const [, range = "", step] = /^([^/]*)(?:\/(\d+))?$/.exec(member) ?? [];
  if (step !== undefined && Number(step) < 1) return false;
  if (range === "*" || (range === "" && step !== undefined)) return true;
  const ends = range.split("-").map((end) => numberOf(end, rule));
  const [first, last = first] = ends;
  if (ends.length > 2 || first === undefined || last === undefined) return false;
  return first >= rule.from && last <= rule.to && first <= last;
}

function numberOf(text: string, { names, from }: FieldRule): number {
  const index = names.indexOf(text);
  if (index >= 0) return index + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
