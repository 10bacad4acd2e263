// Days as the reader's clock has them, and as the server is asked for them.

/** `2026-11-21`, as a date field holds it. */
export function dayOf(date) {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/** The first moment of a day, `days` later, as ISO; null for what is no day. */
export function startOf(day, days = 0) {
  const [year, month, date] = (day ?? "").split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + days).toISOString();
}

/** The day that was so many days ago; 0 is today. */
export function daysAgo(count) {
  const now = new Date();
  return dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - count));
}
