import { escapeHtml } from "./escape.ts"

/** A cell of a table: text, or text with an explanation that shows on pointing and a class for its colour. */
export type Cell = string | { readonly text: string; readonly title?: string; readonly className?: string }

export interface Column {
  readonly title: string
  readonly numeric?: boolean
}

export interface TableContent {
  readonly caption: string
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
}

const attribute = (name: string, value: string | undefined): string =>
  value === undefined || value === "" ? "" : ` ${name}="${escapeHtml(value)}"`

const cellHtml = (cell: Cell, column: Column, isFirst: boolean): string => {
  const { text, title, className } =
    typeof cell === "string" ? { text: cell, title: undefined, className: undefined } : cell
  const classes = [column.numeric === true ? "num" : "", className ?? ""].filter((name) => name !== "").join(" ")
  const tag = isFirst ? "th" : "td"
  const scope = isFirst ? ' scope="row"' : ""
  return `<${tag}${scope}${attribute("class", classes)}${attribute("title", title)}>${escapeHtml(text)}</${tag}>`
}

/** Writes a table with a caption, column headers and, in its first column, row headers. */
export const tableHtml = ({ caption, columns, rows }: TableContent): string => {
  const head = columns
    .map((column) => `<th scope="col"${column.numeric === true ? ' class="num"' : ""}>${escapeHtml(column.title)}</th>`)
    .join("")
  const body = rows
    .map((row) => `<tr>${row.map((cell, i) => cellHtml(cell, columns[i]!, i === 0)).join("")}</tr>`)
    .join("\n")
  return (
    `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(caption)}"><table class="sticky">` +
    `<caption>${escapeHtml(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`
  )
}

/** Writes a list of terms and what they are; values are text. */
export const termsHtml = (terms: ReadonlyArray<readonly [term: string, value: string]>): string =>
  `<dl>${terms.map(([term, value]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>`
