/**
 * A note: something that is legal but probably not meant, with what to do about it.
 *
 * Notes are data, like errors, but nothing stops: whoever reads, trains or compares hands them on, and whoever shows
 * results shows each of them once.
 */
import * as Schema from "effect/Schema"
import { visible } from "../Excerpt.ts"

/** The schema of notes. @category schemas */
export const Note = Schema.Struct({
  /** What kind of note it is, for programs. */
  code: Schema.String,
  /** Where, from the outside in, such as `task "titanic"`, `column "Name"`; may be empty. */
  at: Schema.Array(Schema.String),
  /** The column that it is about, if it is about one. */
  column: Schema.optionalKey(Schema.String),
  /** What was noticed. */
  finding: Schema.String,
  /** What to do. */
  advice: Schema.String
})

/** @category models */
export type Note = typeof Note.Type

/**
 * Makes a note about a column, or about something else where `column` is absent.
 *
 * ```ts
 * Note.message(Note.make({ code: "row-index", column: "index", finding: "counts the rows", advice: "Ignore it." }))
 * // => column "index": counts the rows. Ignore it.
 * ```
 * @category constructors
 */
export const make = (note: Omit<Note, "at"> & { readonly at?: ReadonlyArray<string> }): Note => ({
  ...note,
  at: [...(note.at ?? []), ...(note.column === undefined ? [] : [`column "${note.column}"`])]
})

/** Says in what a note was found. */
export const within = (note: Note, place: string): Note => ({ ...note, at: [place, ...note.at] })

/** Writes a note as two sentences behind its place. */
export const message = ({ advice, at, finding }: Note): string =>
  visible(`${at.length === 0 ? "" : `${at.join(", ")}: `}${finding}. ${advice}`)

/** The notes without those that say the same again. */
export const distinct = (notes: Iterable<Note>): ReadonlyArray<Note> => [
  ...new Map(Array.from(notes, (note) => [message(note), note] as const)).values()
]
