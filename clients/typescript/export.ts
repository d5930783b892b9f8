/**
 * The conversation as CSV and JSON, for downloads.
 *
 * Spreadsheets run cells that look like formulas. A cell that begins with any number of apostrophes
 * and then `=`, `+`, `-`, `@`, their full-width forms, a tab, a carriage return or a line feed gets
 * one more apostrophe in front. To read such a file back, take one apostrophe from every cell that
 * has at least one before such a character (`unguarded`): what comes out is exactly what went in.
 */

const FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20\\t\\r\\n]";
const LOOKS_LIKE_FORMULA = new RegExp(`^'*${FORMULA}`);
const GUARDED = new RegExp(`^'+${FORMULA}`);
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** The cell as a spreadsheet may see it. */
export function guarded(cell: string): string {
  return LOOKS_LIKE_FORMULA.test(cell) ? `'${cell}` : cell;
}

/** The cell as it was before `guarded`. */
export function unguarded(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}

/** RFC 4180 with the columns role and content; quotes, newlines and any letters survive. */
export function toCsv(rows: Iterable<readonly [role: string, content: string]>): string {
  const lines = ["role,content"];
  for (const [role, content] of rows) lines.push(`${role},${quoted(guarded(content))}`);
  return lines.map((line) => `${line}\r\n`).join("");
}

/** UTF-8 with a byte order mark, without which spreadsheets take it for another encoding. */
export function csvFile(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`\ufeff${text.replace(LONE_SURROGATE, "?")}`);
}

/** Readable JSON that keeps every letter as it is. */
export function toJson(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
