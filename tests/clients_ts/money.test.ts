// Sums are exact, whatever the form in which an amount is written.
import assert from "node:assert/strict";
import { test } from "node:test";

import { added, costText, isZero, plain } from "../../clients/typescript/money.ts";

test("decimals are added without rounding", () => {
  const tenth = Array.from({ length: 10 }, () => ["USD", "0.1"] as const);
  assert.deepEqual(added(tenth), { USD: "1" });
  assert.deepEqual(added([["USD", "1e-30"], ["USD", "12345678901234567890"]]), {
    USD: "12345678901234567890.000000000000000000000000000001",
  });
});

test("currencies stay apart, in order", () => {
  const sums = added([["USD", "1"], ["EUR", "2.50"], ["CHF", "3"]]);
  assert.deepEqual(Object.entries(sums), [["CHF", "3"], ["EUR", "2.5"], ["USD", "1"]]);
  assert.equal(costText(sums, true, false), "CHF 3.00 + €2.50 + $1.00 + unknown");
});

test("an amount is written plainly", () => {
  const amounts = { "0E-7": "0", "-0.00": "0", "1E+3": "1000", ".5": "0.5", "5.": "5", "+1.10": "1.1" };
  for (const [amount, expected] of Object.entries(amounts)) assert.equal(plain(amount), expected);
  assert.ok(isZero("0.000") && !isZero("1e-12"));
});

test("what is no amount is refused", () => {
  for (const amount of ["", ".", "1,5", "NaN", "Infinity", "0x10", "1e9999"]) {
    assert.throws(() => plain(amount), RangeError, amount);
  }
});
