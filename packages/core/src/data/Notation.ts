/**
 * How values are written in a file: what a model keeps of its table, so that it reads new rows alike.
 */
import * as Schema from "effect/Schema"
import type { FileOptions } from "./Table.ts"

export { usualNa } from "./internal/infer.ts"

/** The options of reading a file that say what its values mean. @category schemas */
export const Notation = Schema.Struct({
  na: Schema.optionalKey(Schema.Array(Schema.String)),
  quotedNa: Schema.optionalKey(Schema.Boolean),
  decimal: Schema.optionalKey(Schema.Literals([".", ","])),
  thousands: Schema.optionalKey(Schema.String),
  dateFormat: Schema.optionalKey(Schema.String)
})

/** @category models */
export type Notation = typeof Notation.Type

/**
 * What the options of a file say of how values are written; undefined where they say nothing.
 *
 * @example
 * Notation.of({ na: ["?"], skip: 1 }) // => { na: ["?"] }
 * @category constructors
 */
export const of = ({ dateFormat, decimal, na, quotedNa, thousands }: FileOptions): Notation | undefined => {
  const said = {
    ...(na !== undefined && { na }),
    ...(quotedNa !== undefined && { quotedNa }),
    ...(decimal !== undefined && { decimal }),
    ...(thousands !== undefined && { thousands }),
    ...(dateFormat !== undefined && { dateFormat })
  }
  return Object.keys(said).length === 0 ? undefined : said
}
