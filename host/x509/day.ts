// Days and instants as certificates and people write them, in UTC, without a clock.
//
// In: years, months and so on, or milliseconds since 1970. Out: the other. The calendar is Gregorian throughout; a month or day that does
// not exist is refused.

const DAY_MS = 86_400_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function monthDays(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : MONTH_DAYS[month - 1] ?? 0;
}

/** Days from 1970-01-01 to the first day of a year. */
function yearStart(year: number): number {
  const before = year - 1;
  return 365 * (year - 1970) + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
}

/** Milliseconds since 1970, or undefined for an instant that no calendar has. */
export function instantMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthDays(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  let days = yearStart(year) + day - 1;
  for (let earlier = 1; earlier < month; earlier++) days += monthDays(year, earlier);
  return days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** A day such as 2024-03-01 at its first instant, or undefined. */
export function dayMs(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match === null ? undefined : instantMs(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The day of an instant, such as 2024-03-01. */
export function dayText(ms: number): string {
  let days = Math.floor(ms / DAY_MS);
  let year = 1970 + Math.floor(days / 365.2425);
  while (yearStart(year + 1) <= days) year++;
  while (yearStart(year) > days) year--;
  days -= yearStart(year);
  let month = 1;
  while (days >= monthDays(year, month)) days -= monthDays(year, month++);
  return [String(year).padStart(4, "0"), padded(month), padded(days + 1)].join("-");
}

/** The time of day of an instant as six digits, hours first. */
export function clockDigits(ms: number): string {
  const seconds = Math.floor(ms / 1000) % 86_400;
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(padded).join("");
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}
