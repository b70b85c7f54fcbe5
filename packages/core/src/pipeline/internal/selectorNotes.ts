/**
 * What is said of selectors: a pattern that no name matches is probably misspelt.
 */
import * as Schema from "effect/Schema"
import * as Note from "../../data/Note.ts"
import * as Select from "../../data/Select.ts"
import type { Features } from "../Features.ts"

const Option = Schema.Struct({ columns: Select.schema })

const hasColumns = Schema.is(Option)

/** The notes of a stage whose option `columns` is a selector. */
export const selectorNotes = (id: string, options: unknown, features: Features): ReadonlyArray<Note.Note> => {
  if (!hasColumns(options)) return []
  const names = [...features.columns.keys()]
  return Select.patterns(options.columns)
    .filter((pattern) => Select.names({ matching: pattern }, features.columns).length === 0)
    .map((pattern) =>
      Note.make({
        code: "no-match",
        finding: `${id} chooses columns by the pattern ${pattern}, which no feature column matches that reaches it`,
        advice: `Correct the pattern; there are ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}.`
      })
    )
}
