// One message, with what it cost, why it ended as it did, and what can be done with it.
import { factsOf } from "parley-client";
import type { ChatMessage } from "parley-client";
import { copy, runLink } from "parley-client/browser";
import { inert } from "parley-client/markdown";
import type { Inert } from "parley-client/markdown";
import { memo, useState } from "react";
import type { ReactNode } from "react";

interface Props {
  message: ChatMessage;
  /** Given where another reply may be asked for. */
  regenerate: (() => void) | undefined;
}

export const Message = memo(function Message({ message, regenerate }: Props) {
  const { role, status, content } = message;
  const isSettled = status !== "streaming" && status !== "greeting";
  return (
    <article data-role={role} data-status={status} aria-label={role === "user" ? "You" : "Assistant"}>
      <div className="body" dir="auto">
        {role === "user" ? <p className="typed">{content}</p> : elements(inert(content))}
        {status === "streaming" && <span className="writing" aria-hidden="true" />}
      </div>
      {isSettled && <Footer message={message} regenerate={regenerate} />}
    </article>
  );
});

function Footer({ message, regenerate }: Props) {
  const { content, runId } = message;
  return (
    <footer>
      {factsOf(message).map((fact) => <span key={fact}>{fact}</span>)}
      <span className="actions">
        {content && <CopyButton text={content} label="Copy message" />}
        {regenerate && <button className="quiet" onClick={regenerate}>Regenerate</button>}
        {runId && <a className="quiet" href={runLink(runId)} target="_blank" rel="noopener">Link</a>}
      </span>
    </footer>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const act = async () => {
    await copy(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button className="quiet" aria-label={label} onClick={() => void act()}>
      {copied ? "Copied" : "Copy"}
    </button>
  );
}

function elements(nodes: readonly Inert[]): ReactNode {
  return nodes.map((node, place) => <Element key={place} node={node} />);
}

function Element({ node }: { node: Inert }): ReactNode {
  if (typeof node === "string") return node;
  if (node.tag === "pre") {
    return (
      <figure className="code">
        <figcaption>
          {node.language || "text"}
          <CopyButton text={node.text} label="Copy code" />
        </figcaption>
        <pre tabIndex={0}><code>{node.text}</code></pre>
      </figure>
    );
  }
  if (node.tag === "table") {
    return (
      <div className="wide" role="group" aria-label="Table" tabIndex={0}>
        <table><tbody>{elements(node.children)}</tbody></table>
      </div>
    );
  }
  const { tag: Tag, attributes, children } = node;
  return <Tag {...attributes}>{children.length > 0 ? elements(children) : undefined}</Tag>;
}
