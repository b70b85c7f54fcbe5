/**
 * HTML from templates: whatever is put in is escaped, unless it is HTML itself.
 */

/** Text that is HTML. */
export interface Html {
  readonly html: string
}

type Part = string | number | undefined | Html | ReadonlyArray<Html>

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const isList = (part: Part): part is ReadonlyArray<Html> => Array.isArray(part)

const write = (part: Part): string => {
  if (part === undefined) return ""
  if (isList(part)) return part.map(({ html }) => html).join("\n")
  return typeof part === "object" ? part.html : String(part).replace(/[&<>"']/g, (mark) => escapes[mark]!)
}

/** Makes HTML of a template. */
export const html = (texts: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html => ({
  html: texts.map((text, i) => text + write(parts[i])).join("")
})

/** Takes a text for HTML that it is, such as a figure. */
export const trusted = (text: string): Html => ({ html: text })

/** A column of a table. */
export interface Column {
  readonly title: string
  readonly numeric?: boolean
}

/**
 * A table. The first `keys` cells of a row are its headings. `id` is its own, by which the page keeps how far it is scrolled;
 * `caption` is what it is called for whoever does not see what stands above it.
 */
export const table = (
  {
    caption,
    columns,
    id,
    keys
  }: {
    readonly id: string
    readonly caption: string
    readonly columns: ReadonlyArray<Column>
    readonly keys: number
  },
  rows: ReadonlyArray<ReadonlyArray<string | number | Html>>
): Html => {
  const cell = (content: string | number | Html, i: number) => {
    const numeric = columns[i]!.numeric === true ? html` class="num"` : undefined
    return i < keys
      ? html`<th scope="row" ${numeric}>${content}</th>`
      : html`<td${numeric} data-title="${columns[i]!.title}">${content}</td>`
  }
  const heads = columns.map(
    ({ numeric, title }) => html`<th scope="col" ${numeric === true ? html` class="num"` : undefined}>${title}</th>`
  )
  return html`<div class="scroll" id="${id}" role="region" tabindex="0" aria-label="${caption}">
    <table aria-label="${caption}">
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`
        )}
      </tbody>
    </table>
  </div>`
}
