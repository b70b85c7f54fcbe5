/** Markdown as HTML: headings with anchors, coloured code, formulas, links that a page of the site can follow. */
import { Marked, type Token, type Tokens } from "marked"
import temml from "temml"
import { block, escape } from "./highlight.ts"

export interface Heading {
  readonly depth: number
  readonly id: string
  readonly text: string
}

/** A part of a page for the search: what stands below a heading. */
export interface Part {
  readonly id: string
  readonly title: string
  readonly text: string
}

export interface Rendered {
  readonly html: string
  readonly headings: ReadonlyArray<Heading>
  readonly parts: ReadonlyArray<Part>
}

/** What a link of the source becomes in the site. */
export type Resolve = (href: string) => string

/** The anchor of a heading, as GitHub makes it. */
export const anchor = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-")

const formula = (text: string, displayMode: boolean): string =>
  temml.renderToString(text, { displayMode, throwOnError: true, annotate: false })

/** Formulas as GitHub knows them: $`x`$ within a line; blocks are fenced by the word math. */
const inlineFormula = {
  name: "formula",
  level: "inline" as const,
  start: (source: string) => source.indexOf("$`"),
  tokenizer: (source: string) => {
    const match = /^\$`([^`]+)`\$/.exec(source)
    return match === null ? undefined : { type: "formula", raw: match[0], text: match[1]! }
  },
  renderer: (token: Tokens.Generic) => formula(String(token["text"]), false)
}

/** The words of tokens, without marks. */
const words = (tokens: ReadonlyArray<Token>): string =>
  tokens
    .map((token): string => {
      const inner = token as Token & {
        readonly tokens?: ReadonlyArray<Token>
        readonly items?: ReadonlyArray<Token>
        readonly header?: ReadonlyArray<{ readonly tokens: ReadonlyArray<Token> }>
        readonly rows?: ReadonlyArray<ReadonlyArray<{ readonly tokens: ReadonlyArray<Token> }>>
        readonly text?: string
      }
      if (inner.type === "html") return ""
      if (inner.rows !== undefined) {
        return [...(inner.header ?? []), ...inner.rows.flat()].map((cell) => words(cell.tokens)).join(" ")
      }
      const below = inner.tokens ?? inner.items
      return below === undefined ? (inner.text ?? "") : words(below)
    })
    .join(" ")

/** Whether a table says what words mean: its rows have anchors, and are found by their words. */
const isGlossary = (token: Token): token is Tokens.Table =>
  token.type === "table" && (token as Tokens.Table).header[0]?.text === "word"

/** What stands below each heading, and what a table says of each word, for the search. */
const partsOf = (tokens: ReadonlyArray<Token>, ids: ReadonlyMap<Token, string>): ReadonlyArray<Part> => {
  const parts: Array<{ id: string; title: string; text: string }> = []
  for (const token of tokens) {
    const id = ids.get(token)
    if (id !== undefined) parts.push({ id, title: (token as Tokens.Heading).text.replace(/`/g, ""), text: "" })
    else if (isGlossary(token)) {
      for (const [word, ...meaning] of token.rows) {
        const title = words(word!.tokens)
        parts.push({ id: anchor(title), title, text: meaning.map(({ tokens }) => words(tokens)).join(" ") })
      }
    } else if (parts.length > 0) parts.at(-1)!.text += ` ${words([token])}`
  }
  return parts
}

/** Renders a document. The anchors of headings are unique in it. */
export const render = (markdown: string, resolve: Resolve): Rendered => {
  const marked = new Marked({ gfm: true, extensions: [inlineFormula] })
  const tokens = marked.lexer(markdown)
  const ids = new Map<Token, string>()
  const taken = new Map<string, number>()
  const headings: Array<Heading> = []
  for (const token of tokens) {
    if (token.type !== "heading") continue
    const text = words(token.tokens ?? []).replace(/\s+/g, " ")
    const base = anchor((token as Tokens.Heading).text.replace(/`/g, ""))
    const before = taken.get(base) ?? 0
    taken.set(base, before + 1)
    const id = before === 0 ? base : `${base}-${before}`
    ids.set(token, id)
    headings.push({ depth: (token as Tokens.Heading).depth, id, text })
  }
  marked.use({
    renderer: {
      heading(token) {
        const inner = this.parser.parseInline(token.tokens)
        const id = ids.get(token)!
        const link = token.depth === 1 ? "" : ` <a class="anchor" href="#${id}" aria-label="Link to this part">#</a>`
        return `<h${token.depth} id="${id}">${inner}${link}</h${token.depth}>\n`
      },
      code({ lang = "", text }) {
        const [language = ""] = lang.split(" ")
        return language === "math" ? `<div class="formula">${formula(text, true)}</div>\n` : block(text, language)
      },
      table(token) {
        const cells = (row: ReadonlyArray<Tokens.TableCell>, tag: string) =>
          row
            .map(({ align, tokens }) => {
              const side = align === null ? "" : ` class="${align}"`
              const scope = tag === "th" ? ' scope="col"' : ""
              const inner = this.parser.parseInline(tokens)
              return inner === "" && tag === "th" ? `<td${side}></td>` : `<${tag}${scope}${side}>${inner}</${tag}>`
            })
            .join("")
        const id = (row: ReadonlyArray<Tokens.TableCell>) =>
          isGlossary(token) ? ` id="${anchor(words(row[0]!.tokens))}"` : ""
        const body = token.rows.map((row) => `<tr${id(row)}>${cells(row, "td")}</tr>`).join("\n")
        return `<div class="table"><table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>${body}</tbody></table></div>\n`
      },
      link({ href, title, tokens }) {
        const about = title === null || title === undefined ? "" : ` title="${escape(title)}"`
        return `<a href="${escape(resolve(href))}"${about}>${this.parser.parseInline(tokens)}</a>`
      },
      image({ href, text }) {
        return `<img src="${escape(resolve(href))}" alt="${escape(text)}" loading="lazy">`
      }
    }
  })
  return { html: marked.parser(tokens), headings, parts: partsOf(tokens, ids) }
}
