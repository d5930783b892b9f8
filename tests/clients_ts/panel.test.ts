// Settings are drawn from the contract alone, and sent only where the person changed them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CONTROLS, InvalidValueError, Panel } from "../../clients/typescript/index.ts";
import type { Assistant, Control, Value } from "../../clients/typescript/index.ts";

const CONTROL: Control = {
  choices: [],
  description: "",
  kind: "SLIDER",
  label: "Warmth",
  max: 2,
  maxLength: null,
  min: 0,
  order: 1,
  path: "settings.warmth",
  required: false,
  step: null,
  valueType: "Float",
};

function panelOf(changes: Partial<Control>, told?: string): Panel {
  const control = { ...CONTROL, ...changes };
  const defaults = told === undefined ? [] : [{ path: control.path, value: told }];
  return new Panel([control], { defaults } as unknown as Assistant);
}

function sent(changes: Partial<Control>, drawn: Value, told?: string): unknown {
  return (panelOf(changes, told).settings({ "settings.warmth": drawn }) as Record<string, unknown>)[
    "warmth"
  ];
}

test("before a server was asked, what is drawn are the contract's own settings", () => {
  const paths = new Panel().controls.map((control) => control.path);
  const known = CONTROLS.map((control) => control.path);
  assert.deepEqual(paths, known.filter((path) => path.startsWith("settings.")));
});

test("a setting that is newer than this client is drawn and sent, in its order", () => {
  const nested = { ...CONTROL, path: "settings.a.b", order: 0 };
  const panel = new Panel([CONTROL, nested]);
  assert.deepEqual(panel.controls.map((control) => control.path), ["settings.a.b", CONTROL.path]);
  const settings = panel.settings({ "settings.a.b": 1, "settings.warmth": "1.5" });
  assert.deepEqual(settings, { a: { b: 1 }, warmth: 1.5 });
});

test("what is left as drawn is not sent", () => {
  assert.deepEqual(panelOf({}).settings({}), {});
  assert.equal(sent({}, 0), undefined);
  assert.equal(sent({}, 0.7, "0.7"), undefined);
  assert.equal(sent({}, "0.70", "0.7"), undefined);
  assert.equal(sent({}, 0, "0.7"), 0);
  assert.equal(sent({ valueType: "String", kind: "TEXT" }, ""), undefined);
  assert.equal(sent({ valueType: "Boolean", kind: "SWITCH" }, false), undefined);
  assert.equal(sent({ valueType: "Boolean", kind: "SWITCH" }, false, "true"), false);
});

test("values of the wrong form are refused with a sentence", () => {
  const wrong: [string, Value][] = [
    ["Int", "1.5"],
    ["Int", "many"],
    ["Float", "NaN"],
    ["Float", " "],
    ["Float", "1e999"],
    ["Boolean", "perhaps"],
  ];
  for (const [valueType, drawn] of wrong) {
    assert.throws(
      () => sent({ valueType }, drawn),
      (error) => error instanceof InvalidValueError && /^Warmth takes /.test(error.sentence),
    );
  }
});

test("a choice can be left to the model, unless the assistant sets it", () => {
  const choice = { kind: "CHOICE", valueType: "String", choices: ["a", "b"] };
  const options = (told?: string) => panelOf(choice, told).controls[0]?.options.map(([l]) => l);
  assert.deepEqual(options(), ["Default", "a", "b"]);
  assert.deepEqual(options("b"), ["a", "b"]);
  assert.deepEqual(options("c"), ["a", "b", "c"]);
});

test("a kind of the future is one line of text", () => {
  assert.equal(panelOf({ kind: "DIAL" }).controls[0]?.kind, "TEXT");
});
