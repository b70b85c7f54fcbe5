/**
 * What writes a fitted preprocessing stage into a graph.
 */
import type { Builder } from "./builder.ts"
import type { Columns } from "./columns.ts"

/** What a stage learned, as plain JSON, with its id and the options as they are decoded and encoded again. */
export interface Fitted {
  readonly id: string
  readonly state: unknown
  readonly options: unknown
}

/** Writes a stage: the columns behind it, of those before it. */
export type WriteStage = (to: Builder, columns: Columns, stage: Fitted) => Columns
