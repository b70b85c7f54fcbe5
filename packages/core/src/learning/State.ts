/**
 * Where training stands between two epochs: plain data, from which it goes on as if it had never stopped.
 */
import type * as Engine from "../engine/Engine.ts"
import type { NamedArray } from "../network/Graph.ts"
import type * as EarlyStopping from "./EarlyStopping.ts"
import type { History } from "./History.ts"

/** Why training ended. @category models */
export type Reason = "epochs" | "early stopping" | "time limit" | "callback"

/** What a callback remembers, as `Hooks.save` gave it, with the id of its definition. @category models */
export interface Remembered {
  readonly id: string
  readonly saved: unknown
}

/** Where training stands, between two epochs. @category models */
export interface State {
  /** The epochs that are over. */
  readonly epoch: number
  readonly engine: Engine.State
  /** Where early stopping stands, for each measure of the validation that it looks at; the first one chooses epochs. */
  readonly stopping: ReadonlyArray<EarlyStopping.State>
  /** The arrays of the best epoch so far, where they are to be kept. */
  readonly best: ReadonlyArray<NamedArray> | undefined
  readonly history: History
  /** What those schedules remember that answer to validation, as plain JSON, in the order in which they stand. */
  readonly schedules: ReadonlyArray<unknown>
  /** The average of the weights, and of how many it is, where one is made and has begun. */
  readonly averaged: { readonly count: number; readonly arrays: ReadonlyArray<NamedArray> } | undefined
  /** The paths of the parameters that are frozen. */
  readonly frozen: ReadonlyArray<string>
  /** Why a callback ended training; undefined where none did. */
  readonly stopped: "time limit" | "callback" | undefined
  /** What those callbacks remember that have something to, in their order. */
  readonly callbacks: ReadonlyArray<Remembered>
}
