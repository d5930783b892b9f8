/**
 * The settings as a frontend draws them, and what of them is sent. Nothing here names a setting.
 *
 * What is drawn comes from the contract: the controls that the client was generated with or, once a
 * server was asked, its own (with choices), and the assistant's defaults.
 */

import { CONTROLS } from "./_generated/index.ts";
import type { Assistant, ChatSettings, Control, ControlKind } from "./_generated/index.ts";
import { InvalidValueError } from "./errors.ts";

export type Value = string | number | boolean | null;

/** Controls whose path begins so are settings; the others belong to the message itself. */
const PREFIX = "settings.";

/** The choice of not choosing. */
const DEFAULT_OPTION = ["Default", ""] as const;

const DRAWN: readonly ControlKind[] = ["CHOICE", "NUMBER", "SLIDER", "SWITCH", "TEXT", "TEXT_AREA"];

/** One setting to draw. */
export class PanelControl {
  readonly control: Control;
  /** What the assistant sets; null where it leaves it to the model. */
  readonly default: Value;

  constructor(control: Control, told?: string) {
    this.control = control;
    this.default = told === undefined ? null : this.#typed(told);
  }

  get path(): string {
    return this.control.path;
  }

  /** How to draw it; a kind that is newer than this client is one line of text. */
  get kind(): ControlKind {
    return DRAWN.includes(this.control.kind) ? this.control.kind : "TEXT";
  }

  get integer(): boolean {
    return this.control.valueType === "Int";
  }

  get step(): number | null {
    return this.control.step || (this.integer ? 1 : this.control.step);
  }

  /** What of its limits an HTML input takes. */
  get attributes(): { min?: number; max?: number; step?: number | "any"; maxLength?: number } {
    const { min, max, maxLength } = this.control;
    const isNumber = this.kind === "SLIDER" || this.kind === "NUMBER";
    return {
      ...(min !== null && { min }),
      ...(max !== null && { max }),
      ...(isNumber && { step: this.step ?? "any" }),
      ...(maxLength !== null && { maxLength }),
    };
  }

  /** Labels and values of a choice. */
  get options(): (readonly [label: string, value: string])[] {
    const listed = this.control.choices.map((choice) => [choice, choice] as const);
    if (this.default === null) return [DEFAULT_OPTION, ...listed];
    const set = String(this.default);
    return this.control.choices.includes(set) ? listed : [...listed, [set, set]];
  }

  /** What to draw at first. Left as it is, nothing is sent and the server decides. */
  get shown(): Value {
    if (this.default !== null) return this.default;
    if (this.kind === "SLIDER") return this.control.min;
    if (this.kind === "SWITCH") return false;
    return this.kind === "NUMBER" ? null : "";
  }

  /** The typed value to send, null for nothing; throws `InvalidValueError`. */
  sent(drawn: Value | undefined): Value {
    if (drawn === undefined || drawn === null || drawn === "" || drawn === this.shown) return null;
    const value = this.#typed(drawn);
    return value === this.shown ? null : value;
  }

  #typed(drawn: Value): Value {
    switch (this.control.valueType) {
      case "Int":
        return this.#checked(number(drawn), Number.isSafeInteger, "a whole number");
      case "Float":
        return this.#checked(number(drawn), Number.isFinite, "a number");
      case "Boolean":
        return this.#checked(truth(drawn), (value) => value !== null, "on or off");
      default:
        return String(drawn);
    }
  }

  #checked<T extends Value>(value: T, fits: (value: T) => boolean, wanted: string): T {
    if (fits(value)) return value;
    throw new InvalidValueError(this.path, `${this.control.label} takes ${wanted}.`);
  }
}

/** The settings to draw for one assistant, in drawing order. */
export class Panel {
  readonly controls: readonly PanelControl[];

  /**
   * The settings that the server serves, those that are newer than the client included.
   *
   * Before a server was asked, those that the client was generated with. A setting that the server
   * doesn't serve is not drawn: an older server would refuse it.
   */
  constructor(served: readonly Control[] = [], assistant?: Assistant) {
    const known = served.length > 0 ? served : CONTROLS;
    const defaults = new Map(assistant?.defaults.map(({ path, value }) => [path, value]));
    this.controls = known
      .filter((control) => control.path.startsWith(PREFIX))
      .toSorted((one, other) => one.order - other.order || (one.path < other.path ? -1 : 1))
      .map((control) => new PanelControl(control, defaults.get(control.path)));
  }

  /**
   * What to send as `settings`, of drawn values by path.
   *
   * Leaves out what is as it was drawn at first; throws `InvalidValueError`.
   */
  settings(drawn: Readonly<Record<string, Value>>): ChatSettings {
    const found: Tree = {};
    for (const control of this.controls) {
      const value = control.sent(drawn[control.path]);
      if (value !== null) put(found, control.path.slice(PREFIX.length).split("."), value);
    }
    return found;
  }
}

interface Tree {
  [name: string]: Value | Tree;
}

function put(tree: Tree, [name = "", ...below]: string[], value: Value): void {
  if (below.length === 0) tree[name] = value;
  else put((tree[name] ??= {}) as Tree, below, value);
}

function number(drawn: Value): number {
  return typeof drawn === "string" && !drawn.trim() ? NaN : Number(drawn);
}

function truth(drawn: Value): boolean | null {
  if (typeof drawn === "boolean") return drawn;
  const word = String(drawn).trim().toLowerCase();
  if (["true", "on", "yes", "1"].includes(word)) return true;
  return ["false", "off", "no", "0"].includes(word) ? false : null;
}
