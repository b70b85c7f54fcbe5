/** What the search knows of a part of a page; the same when the index is made and when it is read. */
import type { Options } from "minisearch"

/** What is shown of a part. */
export interface Stored {
  readonly page: string
  readonly title: string
  readonly text: string
}

export const options: Options = {
  fields: ["title", "page", "text"],
  storeFields: ["page", "title", "text"],
  // Names as Preprocess.oneHot are found whole and by their parts.
  tokenize: (text) =>
    text
      .split(/[^\p{L}\p{N}_.]+/u)
      .flatMap((word) => (word.includes(".") ? [word, ...word.split(".")] : [word]))
      .filter((word) => word !== ""),
  searchOptions: {
    boost: { title: 4, page: 2 },
    // Whoever looks for a word wants to know first what it means, then how it is used, then what is exported under it.
    boostDocument: (id: unknown) => {
      const path = String(id)
      return path.startsWith("glossary.html#")
        ? 2
        : path.startsWith("concepts.html")
          ? 1.5
          : path.startsWith("api/")
            ? 0.4
            : 1
    },
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.15 : false),
    combineWith: "AND"
  }
}
