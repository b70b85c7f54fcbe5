import type * as Column from "../Column.ts"

/** What a reader gives: columns in their order, and the line of a row where lines have a meaning. */
export interface FileContent {
  readonly entries: ReadonlyArray<readonly [string, Column.Column]>
  readonly lineOfRow: ((row: number) => number) | undefined
}
