// The side panel: who answers, and the contract's settings. Nothing here names one of them.
import type { Conversation, PanelControl, Value } from "parley-client";
import { switchTheme } from "parley-client/browser";
import { useId } from "react";

type Options = readonly (readonly [label: string, value: string])[];

export function Settings({ conversation }: { conversation: Conversation }) {
  const { assistant, assistants, health, newestFirst, panel, values } = conversation;
  return (
    <>
      <div className="field">
        <label htmlFor="assistant">Assistant</label>
        <Choice
          id="assistant"
          options={assistants.map(({ id, name }) => [name, id])}
          value={assistant?.id ?? ""}
          onChange={(event) => conversation.choose(event.target.value)}
        />
      </div>
      {panel.controls.map((control) => (
        <Field
          key={`${assistant?.id} ${control.path}`}
          control={control}
          value={values[control.path] ?? control.shown}
          set={(value) => conversation.set(control.path, value)}
        />
      ))}
      <label className="switch">
        <input
          type="checkbox"
          checked={newestFirst}
          onChange={(event) => conversation.order(event.target.checked)}
        />
        Newest first
      </label>
      <button className="quiet" onClick={switchTheme}>Light or dark</button>
      {assistant && health && (
        <p className="hint">{`Answers come from ${assistant.model}. ${health.model.hint ?? ""}`}</p>
      )}
    </>
  );
}

interface FieldProps {
  control: PanelControl;
  value: Value;
  set: (value: Value) => void;
}

function Field(props: FieldProps) {
  const { control: { control, kind }, value } = props;
  const [input, hint] = [useId(), useId()];
  return (
    <div className={kind === "SWITCH" ? "switch" : "field"}>
      <label htmlFor={input}>{control.label}</label>
      {kind === "SLIDER" && <output htmlFor={input}>{String(value)}</output>}
      <Input {...props} id={input} aria-describedby={hint} />
      <small id={hint}>{control.description}</small>
    </div>
  );
}

function Input({ control, value, set, ...about }: FieldProps & { id: string; "aria-describedby": string }) {
  const { min, max, maxLength } = control.control;
  const bounds = { min: min ?? undefined, max: max ?? undefined, step: control.step ?? "any" };
  const length = { maxLength: maxLength ?? undefined };
  const common = {
    ...about,
    value: String(value ?? ""),
    onChange: (event: { target: { value: string } }) => set(event.target.value),
  };
  switch (control.kind) {
    case "SLIDER":
      return <input type="range" {...bounds} {...common} />;
    case "NUMBER":
      return <input type="number" {...bounds} {...common} />;
    case "CHOICE":
      return <Choice options={control.options} {...common} />;
    case "TEXT_AREA":
      return <textarea rows={4} {...length} {...common} />;
    case "SWITCH":
      const onChange = (event: { target: HTMLInputElement }) => set(event.target.checked);
      return <input type="checkbox" {...about} checked={value === true} onChange={onChange} />;
    default:
      return <input type="text" {...length} {...common} />;
  }
}

function Choice({ options, ...select }: React.ComponentProps<"select"> & { options: Options }) {
  return (
    <select {...select}>
      {options.map(([label, value]) => <option key={value} value={value}>{label}</option>)}
    </select>
  );
}
