/** The index of the search, as a script: pages that were opened as files may not fetch, but may load scripts. */
import MiniSearch from "minisearch"
import type { Part } from "./markdown.ts"
import { options } from "./searchOptions.ts"

export interface Indexed {
  readonly path: string
  readonly title: string
  readonly parts: ReadonlyArray<Part>
}

/** Long parts count by their beginning: what is shown and searched is this much of each. */
const most = 5000

export const searchIndex = (pages: ReadonlyArray<Indexed>): string => {
  const index = new MiniSearch(options)
  index.addAll(
    pages.flatMap(({ parts, path, title }) =>
      parts.map((part, i) => ({
        id: i === 0 ? path : `${path}#${part.id}`,
        page: title,
        title: part.title,
        text: part.text.replace(/\s+/g, " ").trim().slice(0, most)
      }))
    )
  )
  return `window.rocflowIndex=${JSON.stringify(JSON.stringify(index))}\n`
}
