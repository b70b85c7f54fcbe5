import type * as Column from "../Column.ts"
import type * as Note from "../Note.ts"

/** What a reader gives: columns in their order, the line of a row where lines have a meaning, what was noticed. */
export interface FileContent {
  readonly entries: ReadonlyArray<readonly [string, Column.Column]>
  readonly lineOfRow: ((row: number) => number) | undefined
  readonly notes: ReadonlyArray<Note.Note>
}
