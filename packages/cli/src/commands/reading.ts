/**
 * How a data file is read, as the flags of a command say it.
 */
import * as Notation from "@rocflow/core/data/Notation"
import type * as Table from "@rocflow/core/data/Table"
import * as Option from "effect/Option"

/** How the file is read, as the flags say it. */
export interface Reading {
  readonly delimiter: Option.Option<string>
  readonly decimal: Option.Option<"." | ",">
  readonly thousands: Option.Option<string>
  readonly encoding: Option.Option<(typeof Table.encodings)[number]>
  readonly comment: Option.Option<string>
  readonly skip: Option.Option<number>
  readonly na: ReadonlyArray<string>
}

/** The options that the flags mean; where they say nothing, values are written as in the file that a model was trained on. */
export const fileOptions = ({ na, ...flags }: Reading, known: Notation.Notation = {}): Table.FileOptions => ({
  ...known,
  delimiter: Option.getOrUndefined(flags.delimiter),
  decimal: Option.getOrElse(flags.decimal, () => known.decimal),
  thousands: Option.getOrElse(flags.thousands, () => known.thousands),
  encoding: Option.getOrUndefined(flags.encoding),
  comment: Option.getOrUndefined(flags.comment),
  skip: Option.getOrUndefined(flags.skip),
  na: na.length === 0 ? known.na : [...new Set([...(known.na ?? Notation.usualNa), ...na])]
})
