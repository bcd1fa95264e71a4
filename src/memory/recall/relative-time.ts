const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const daysPerMonth = 30.44;

/**
 * How long ago something was, as people say it: `just now`, `5 minutes ago`, `today`, `yesterday`, `2 days ago`,
 * `last week`, `3 weeks ago`, `last month`, `2 months ago`, `last year`, `4 years ago`. Days are calendar days in the
 * process's time zone. A time in the future is `just now`: clocks differ, memories do not come from tomorrow.
 */
export function relativeTime(atMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - atMs) / minuteMs);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return ago(minutes, 'minute');
  const days = calendarDay(nowMs) - calendarDay(atMs);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  if (days < 7) return ago(days, 'day');
  if (days < 14) return 'last week';
  if (days < 30) return ago(Math.floor(days / 7), 'week');
  if (days < 60) return 'last month';
  if (days < 365) return ago(Math.min(11, Math.floor(days / daysPerMonth)), 'month');
  if (days < 730) return 'last year';
  return ago(Math.floor(days / 365.25), 'year');
}

function ago(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

/** Days since 1970 of the local calendar date; differences are whole although days with a clock change are not 24 h. */
function calendarDay(ms: number): number {
  const date = new Date(ms);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs);
}
