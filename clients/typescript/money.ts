/** Exact money: sums without rounding, written the same way by every frontend. */

/** Currency → exact sum as a decimal. */
export type Sums = Readonly<Record<string, string>>;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const SYMBOLS: Sums = { EUR: "€", GBP: "£", JPY: "¥", USD: "$" };
const MOST_DIGITS = 1000;

/** The sum of each currency, exact, ordered by currency. RangeError for what is no decimal. */
export function added(amounts: Iterable<readonly [currency: string, amount: string]>): Sums {
  const sums = new Map<string, Exact>();
  for (const [currency, amount] of amounts) {
    sums.set(currency, plus(sums.get(currency) ?? { units: 0n, decimals: 0 }, exact(amount)));
  }
  const ordered = [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(ordered.map(([currency, sum]) => [currency, written(sum)]));
}

/** The exact amount without exponent and without trailing zeros: `0.00012`, `3`, `1.5`. */
export function plain(amount: string): string {
  return written(exact(amount));
}

/** True for `0` in any form, `0.000` and `0E-7` among them. */
export function isZero(amount: string): boolean {
  return exact(amount).units === 0n;
}

/** What to show of a cost: `$0.00012`, `~$0.0003` (estimated), `$0.01 + unknown`, `unknown`. */
export function costText(sums: Sums, unknown: boolean, estimated: boolean): string {
  const parts = Object.entries(sums).map(([currency, amount]) => shown(currency, amount));
  if (parts.length === 0) return unknown ? "unknown" : shown("USD", "0");
  const known = (estimated ? "~" : "") + parts.join(" + ");
  return unknown ? `${known} + unknown` : known;
}

/** What to show of tokens: `120 tokens`, `~1 token`, `120 tokens + unknown`, `unknown`. */
export function tokensText(total: number, unknown: boolean, estimated: boolean): string {
  if (unknown && !total) return "unknown";
  const text = `${estimated ? "~" : ""}${total} token${total === 1 ? "" : "s"}`;
  return unknown ? `${text} + unknown` : text;
}

/** `units` · 10^-`decimals`. */
interface Exact {
  readonly units: bigint;
  readonly decimals: number;
}

function exact(amount: string): Exact {
  const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(amount) ?? [];
  const decimals = fraction.length - Number(exponent);
  if (sign === undefined || !(whole + fraction) || Math.abs(decimals) > MOST_DIGITS) {
    throw new RangeError(`${amount} is no amount of money`);
  }
  const units = BigInt(sign + (whole + fraction)) * 10n ** BigInt(Math.max(0, -decimals));
  return { units, decimals: Math.max(0, decimals) };
}

function plus(one: Exact, other: Exact): Exact {
  const decimals = Math.max(one.decimals, other.decimals);
  return { units: scaled(one, decimals) + scaled(other, decimals), decimals };
}

function scaled({ units, decimals }: Exact, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - decimals);
}

function written({ units, decimals }: Exact): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(whole.length).replace(/0+$/, "");
  return (units < 0n ? "-" : "") + whole + (fraction && `.${fraction}`);
}

function shown(currency: string, amount: string): string {
  const [whole = "", decimals = ""] = plain(amount).split(".");
  return `${SYMBOLS[currency] ?? `${currency} `}${whole}.${decimals.padEnd(2, "0")}`;
}
