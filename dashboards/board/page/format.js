// Figures and times as people read them, in the viewer's own locale.

const formatters = new Map();

function cached(Kind, locale, options) {
  const key = Kind.name + locale + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Kind(locale, options));
  return formatters.get(key);
}

/** Minor units as an exact decimal in a string: 123456 with 2 digits is "1234.56". No floating point on the way. */
export function decimal(minor, digits) {
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
  return minor < 0 ? `-${whole}` : whole;
}

// Intl writes a hyphen where English typography has a minus sign; no amount holds a hyphen otherwise.
const written = (format, value) => format.format(value).replaceAll("-", "−");

/** An amount in full, with as many digits as its currency has. */
export function money(minor, currency, digits, locale) {
  const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return written(cached(Intl.NumberFormat, locale, options), decimal(minor, digits));
}

/** An amount for an axis: £1.2K. */
export function shortMoney(minor, currency, digits, locale) {
  const options = { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 };
  return written(cached(Intl.NumberFormat, locale, { ...options, minimumFractionDigits: 0 }), decimal(minor, digits));
}

export function count(value, locale, digits = 0) {
  return written(cached(Intl.NumberFormat, locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }), value);
}

/** Parts per million as a percentage. */
export function percent(ppm, locale) {
  return written(cached(Intl.NumberFormat, locale, { style: "percent", maximumFractionDigits: 0 }), ppm / 1e6);
}

/** What channels and revenue streams are called; others go by their own name. */
export const parts = { pos: "Till", ecommerce: "Web shop", marketplace: "Marketplace", phone: "Phone", crm: "CRM" };

const MOST = 9.99; // beyond that a percentage says only that there was hardly anything before

/** How an amount compares: {sign: -1 | 0 | 1, text: "+4.8%"}, or null where nothing above zero was there before. */
export function change(now, before, locale) {
  if (before === null || before <= 0) return null;
  const exact = (now - before) / before;
  const ratio = Math.max(-MOST, Math.min(MOST, exact));
  const digits = Math.abs(ratio) < 0.995 ? 1 : 0;
  const options = { style: "percent", signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return { sign: Math.sign(now - before), text: `${exact > MOST ? ">" : exact < -MOST ? "<" : ""}${written(cached(Intl.NumberFormat, locale, options), ratio)}` };
}

/** 14:05, on the clock of a zone. */
export function timeOfDay(seconds, zone, locale) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone ?? undefined };
  return cached(Intl.DateTimeFormat, locale, options).format(seconds * 1000);
}

/** 14:05:09, on the viewer's own clock. */
export function clockTime(milliseconds, locale) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return cached(Intl.DateTimeFormat, locale, options).format(milliseconds);
}

/** Tue 24 Nov, 14:05, on the viewer's own clock. */
export function moment(milliseconds, locale) {
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return cached(Intl.DateTimeFormat, locale, options).format(milliseconds);
}

/** Tue 24 Nov, from a business date such as 2026-11-24, which belongs to no zone. */
export function day(iso, locale) {
  const options = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  return cached(Intl.DateTimeFormat, locale, options).format(Date.parse(`${iso}T00:00:00Z`));
}

/** 3 s, 4 min 10 s, 2 h 5 min, 3 days. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole / 60} min`;
  if (whole < 172800) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} days`;
}
