// Markdown becomes elements that can do no harm, whatever the model writes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { inert, spoken } from "../../clients/typescript/markdown.ts";
import type { Inert } from "../../clients/typescript/markdown.ts";

function html(node: Inert): string {
  if (typeof node === "string") return node;
  if (node.tag === "pre") return `<pre ${node.language}>${node.text}</pre>`;
  const attributes = Object.entries(node.attributes)
    .filter(([name]) => !["target", "rel"].includes(name))
    .map(([name, value]) => ` ${name}=${value}`);
  return `<${node.tag}${attributes.join("")}>${node.children.map(html).join("")}</${node.tag}>`;
}

function drawn(markdown: string): string {
  return inert(markdown).map(html).join("");
}

const CASES: Record<string, string> = {
  "A **b** *c* ~~d~~ `e<f>`": "<p>A <strong>b</strong> <em>c</em> <del>d</del> <code>e<f></code></p>",
  "# One\n\n###### Six": "<h2>One</h2><h5>Six</h5>",
  "one\ntwo": "<p>one<br></br>two</p>",
  "```js x=y\na\n```": "<pre js>a\n</pre>",
  "- a\n- [x] b": "<ul><li>a</li><li>☑ b</li></ul>",
  "3. a": "<ol start=3><li>a</li></ol>",
  "> q": "<blockquote><p>q</p></blockquote>",
  "|a|\n|-:|\n|1|":
    "<table><tr><th data-align=right>a</th></tr><tr><td data-align=right>1</td></tr></table>",
  "[x](https://a.example)": "<p><a href=https://a.example>x</a></p>",
  "[x](/local)": "<p><span data-dead=>x</span></p>",
  "[x](JaVaScRiPt:y)": "<p><span data-dead=>x</span></p>",
  "![cat](https://a.example/c.png)": "<p><a href=https://a.example/c.png>Image: cat</a></p>",
  "List<int> & <b>x</b>": "<p>List<int> & <b>x</b></p>", // texts, not elements
  "&lt;b&gt; &amp;amp; &#65; &#x1F600; &copy; &#99999999;":
    "<p><b> &amp; A 😀 &copy; &#99999999;</p>",
  "\\*a\\*": "<p>*a*</p>",
};

for (const [markdown, expected] of Object.entries(CASES)) {
  test(`drawn: ${markdown}`, () => assert.equal(drawn(markdown), expected));
}

test("tags in a reply are text", () => {
  const children = ["<b>", "x", "</b>"];
  assert.deepEqual(inert("<b>x</b>"), [{ tag: "p", attributes: {}, children }]);
});

test("what is nested without end is still shown, and quickly", () => {
  for (const markdown of ["> ".repeat(5000) + "x", "[".repeat(5000), "*a ".repeat(2000)]) {
    assert.ok(drawn(markdown).length > 0);
  }
});

test("Markdown is read aloud without its marks", () => {
  const markdown = "# Hi\n\nA **bold** [link](https://a.example).\n\n- `one`\n- two\n\n|a|b|\n|-|-|\n|1|2|";
  assert.equal(spoken(markdown), "Hi A bold link. one two a b 1 2");
});
