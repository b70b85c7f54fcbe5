import { expect, it } from "vitest"
import { render } from "../src/markdown.ts"

const html = (markdown: string) => render(markdown, (href) => href).html

it("gives headings the anchors that GitHub gives, each once", () => {
  const { headings, html } = render("# A, *b* and `c`!\n\n## Same\n\n## Same\n", (href) => href)
  expect(headings.map(({ id }) => id)).toEqual(["a-b-and-c", "same", "same-1"])
  expect(html).toContain('<h2 id="same-1">')
})

it("makes MathML of formulas, in which Markdown has no say", () => {
  expect(html("with $`a_i * b_i`$ as")).toMatch(/<math>.*<msub><mi>a<\/mi><mi>i<\/mi><\/msub>.*<\/math> as/)
  expect(html("```math\n\\sum_i x_i\n```")).toMatch(/<div class="formula"><math[^>]*display="block"/)
  expect(() => html("$`\\frac{`$")).toThrow()
})

it("leaves dollars alone that are no formula", () => {
  expect(html("costs $5 and `$x`")).toBe("<p>costs $5 and <code>$x</code></p>\n")
})

it("gives tables heads of columns, and no empty ones", () => {
  const table = html("| | b |\n| --- | ---: |\n| 1 | 2 |\n")
  expect(table).toContain('<th scope="col" class="right">b</th>')
  expect(table).not.toContain("></th>")
})

it("rewrites links and images, and escapes code", () => {
  const { html } = render("[a](b.md#c) ![d](e.png)\n\n```ts\nx < y\n```", (href) => `to/${href}`)
  expect(html).toContain('href="to/b.md#c"')
  expect(html).toContain('src="to/e.png" alt="d"')
  expect(html).toContain("x &lt; y")
})

it("gives the search the words below each heading, those of tables and lists too", () => {
  const { parts } = render("# One\n\ntext *here*\n\n- item\n\n## Two\n\n| a |\n| --- |\n| `cell` |\n", (href) => href)
  expect(parts.map(({ id, title }) => [id, title])).toEqual([
    ["one", "One"],
    ["two", "Two"]
  ])
  expect(parts[0]!.text.replace(/\s+/g, " ")).toContain("text here item")
  expect(parts[1]!.text).toContain("cell")
})

it("gives the search each word of a table of words, and the row an anchor", () => {
  const { html, parts } = render("# Words\n\n| word | meaning |\n| --- | --- |\n| `a: b` | *one* |\n", (href) => href)
  expect(parts.map(({ id, text, title }) => [id, title, text.trim()])).toEqual([
    ["words", "Words", ""],
    ["a-b", "a: b", "one"]
  ])
  expect(html).toContain('<tr id="a-b">')
})
