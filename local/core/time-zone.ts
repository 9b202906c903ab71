/** Wall clocks of time zones. A wall time is written as the instant at which a clock in UTC shows the same. */

const DAY_MILLISECONDS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether there is a time zone of this IANA name, such as `Europe/Madrid`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** What the wall clock of a zone shows at an instant. */
export function wallTimeOf(instant: number, timeZone: string): number {
  if (timeZone === "UTC") return instant;
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const second = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return second + (((instant % 1000) + 1000) % 1000);
}

/** The instant at which a zone's wall clock shows this; the first of two, undefined when it jumps over it. */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const offsets = [wall - DAY_MILLISECONDS, wall + DAY_MILLISECONDS].map(
    (near) => wallTimeOf(near, timeZone) - near,
  );
  const instants = offsets.map((offset) => wall - offset).filter((at) => wallTimeOf(at, timeZone) === wall);
  return instants.length === 0 ? undefined : Math.min(...instants);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format;
}
