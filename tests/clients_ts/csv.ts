// Reads rows as JSON from standard input and writes them as the CSV file for download.
import { csvFile, toCsv, unguarded } from "../../clients/typescript/export.ts";

const rows: [string, string][] = JSON.parse(await new Response(process.stdin as never).text());
process.stdout.write(csvFile(toCsv(rows)));
for (const [, content] of rows) {
  const cell = toCsv([["user", content]]).slice("role,content\r\nuser,".length, -2);
  const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
  if (unguarded(read) !== content) throw new Error(`not read back: ${JSON.stringify(content)}`);
}
