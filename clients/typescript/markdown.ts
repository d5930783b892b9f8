/**
 * What the model says, as a tree of harmless elements for any frontend to draw.
 *
 * No HTML is ever parsed: tags in a reply are text, images become links, and links lead only to the
 * web or to mail, so that nothing in it can run, and nothing is fetched.
 */

import { lexer } from "marked";
import type { MarkedToken, Token, Tokens } from "marked";

export type Inert = string | InertElement | InertCode;

/** An element with a few attributes that cannot do harm. */
export interface InertElement {
  readonly tag: Tag;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly Inert[];
}

/** A block of code; `language` may be empty. */
export interface InertCode {
  readonly tag: "pre";
  readonly language: string;
  readonly text: string;
}

type Tag = (typeof HEADINGS)[number] | (typeof SIMPLE)[number] | (typeof BUILT)[number];

const HEADINGS = ["h2", "h3", "h4", "h5"] as const; // below a page's own
const SIMPLE = ["p", "strong", "em", "del", "blockquote"] as const;
const BUILT = ["a", "span", "code", "hr", "br", "ul", "ol", "li", "table", "tr", "th", "td"] as const;
const TAGS: Readonly<Record<string, Tag>> = { paragraph: "p" };

const LEADS_OUT = /^(https?:\/\/|mailto:)/i;
const OUTSIDE = { target: "_blank", rel: "noopener noreferrer nofollow" };
const DEEPEST = 20;
const ENTITIES: Record<string, string> = { amp: "&", gt: ">", lt: "<", nbsp: "\u00a0", quot: '"' };

/** The Markdown as elements; tables consist of rows alone. */
export function inert(markdown: string): Inert[] {
  return tokensOf(markdown).flatMap((token) => drawn(token, 0));
}

/** The Markdown as it is read aloud. */
export function spoken(markdown: string): string {
  const said = (node: Inert): string => {
    if (typeof node === "string") return node;
    return node.tag === "pre" ? node.text : node.children.map(said).join(isBlock(node) ? " " : "");
  };
  return inert(markdown).map(said).join(" ").replace(/\s+/g, " ").trim();
}

function tokensOf(markdown: string): Token[] {
  try {
    return lexer(markdown, { gfm: true, breaks: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // nested too deeply to be read
    return [{ type: "text", raw: markdown, text: markdown }];
  }
}

function drawn(generic: Token, depth: number): Inert[] {
  const token = generic as MarkedToken;
  if (depth > DEEPEST) return [token.raw];
  const below = (tokens: readonly Token[] = []) => tokens.flatMap((one) => drawn(one, depth + 1));
  switch (token.type) {
    case "paragraph":
    case "strong":
    case "em":
    case "del":
    case "blockquote":
      return [element(TAGS[token.type] ?? (token.type as Tag), below(token.tokens))];
    case "heading":
      return [element(HEADINGS[token.depth - 1] ?? "h5", below(token.tokens))];
    case "hr":
    case "br":
      return [element(token.type)];
    case "codespan":
      return [element("code", [token.text])];
    case "code":
      return [{ tag: "pre", language: token.lang?.split(/\s/)[0] ?? "", text: `${token.text}\n` }];
    case "link":
      return [link(token.href, below(token.tokens))];
    case "image":
      return [link(token.href, [`Image: ${token.text || token.href}`])];
    case "list":
      return [list(token, token.items.map((item) => element("li", below(item.tokens))))];
    case "table":
      return [element("table", [token.header, ...token.rows].map((row) => cells(row, below)))];
    case "checkbox":
      return [token.checked ? "☑ " : "☐ "];
    case "space":
    case "def":
      return [];
    case "text":
      return token.tokens ? below(token.tokens) : [decoded(token.text)];
    default:
      return [token.text]; // HTML, and what Markdown escapes
  }
}

function element(
  tag: Tag,
  children: readonly Inert[] = [],
  attributes: InertElement["attributes"] = {},
): InertElement {
  return { tag, attributes, children };
}

/** A link that leads nowhere safe is marked as dead. */
function link(href: string, children: readonly Inert[]): InertElement {
  if (!LEADS_OUT.test(href)) return element("span", children, { "data-dead": "" });
  return element("a", children, { href, ...OUTSIDE });
}

function list(token: Tokens.List, items: readonly Inert[]): InertElement {
  return token.ordered ? element("ol", items, { start: Number(token.start) }) : element("ul", items);
}

function cells(row: Tokens.TableCell[], below: (tokens: readonly Token[]) => Inert[]): Inert {
  const cell = ({ header, tokens, align }: Tokens.TableCell) =>
    element(header ? "th" : "td", below(tokens), { "data-align": align ?? "start" });
  return element("tr", row.map(cell));
}

function isBlock({ tag }: InertElement): boolean {
  return ["ul", "ol", "li", "table", "tr", "blockquote"].includes(tag);
}

/** Entities that models write; any other stays as it is. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, dec, hex, name) => {
    const point = dec ? Number(dec) : hex ? parseInt(hex, 16) : NaN;
    if (name) return ENTITIES[name] ?? whole;
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
