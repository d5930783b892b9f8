// Reads texts as JSON from standard input and writes each as the elements that would be drawn.
import { inert } from "../../clients/typescript/markdown.ts";

const texts: string[] = JSON.parse(await new Response(process.stdin as never).text());
process.stdout.write(JSON.stringify(texts.map(inert)));
