// The side panel: who answers, and the contract's settings. Nothing here names one of them.
import type { Conversation, PanelControl, Value } from "parley-client";
import { switchTheme } from "parley-client/browser";
import { hintOf } from "parley-client/texts";
import { useId } from "react";

type Options = readonly (readonly [label: string, value: string])[];

export function Settings({ conversation }: { conversation: Conversation }) {
  const { assistant, assistants, newestFirst, panel, values } = conversation;
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
      <p className="hint">{hintOf(conversation)}</p>
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
  const common = {
    ...about,
    ...control.attributes,
    value: String(value ?? ""),
    onChange: (event: { target: { value: string } }) => set(event.target.value),
  };
  switch (control.kind) {
    case "SLIDER":
      return <input type="range" {...common} />;
    case "NUMBER":
      return <input type="number" {...common} />;
    case "CHOICE":
      return <Choice options={control.options} {...common} />;
    case "TEXT_AREA":
      return <textarea rows={4} {...common} />;
    case "SWITCH":
      const onChange = (event: { target: HTMLInputElement }) => set(event.target.checked);
      return <input type="checkbox" {...about} checked={value === true} onChange={onChange} />;
    default:
      return <input type="text" {...common} />;
  }
}

function Choice({ options, ...select }: React.ComponentProps<"select"> & { options: Options }) {
  return (
    <select {...select}>
      {options.map(([label, value]) => <option key={value} value={value}>{label}</option>)}
    </select>
  );
}
