/**
 * What a layer becomes: an operation on regions of the arena, forward and backward.
 */
import type * as Shape from "../../../pipeline/Shape.ts"
import type { Read } from "../../../pipeline/Stage.ts"
import type { Seed } from "../../../Seed.ts"
import type { Arena, Region } from "./arena.ts"
import type { Kernels } from "./kernels.ts"

/** Where the gradients of an operation stand: that of its output is given, the others are written. */
export interface Gradients {
  readonly output: Region
  /** Undefined where nothing before the operation learns. */
  readonly input: Region | undefined
  readonly parameters: ReadonlyArray<Region>
}

/** An operation on the first `rows` rows. */
export interface Operation {
  readonly forward: (rows: number, training: boolean) => void
  readonly backward: (rows: number, gradients: Gradients) => void
  /** Regions of its own that it keeps from forward to backward. */
  readonly own?: ReadonlyArray<Region>
}

/** The random numbers of `Seed.generator(seed)`, as every engine draws them, from number `next` on. */
export interface Draws {
  readonly seed: Seed
  next: number
}

/** What an operation is made of. */
export interface Place {
  readonly kernels: Kernels
  readonly arena: Arena
  /** The most rows of a step. */
  readonly rows: number
  readonly input: Region
  readonly inputShape: Shape.Shape
  readonly output: Region
  readonly shape: Shape.Shape
  readonly parameters: ReadonlyArray<Region>
  readonly parameterShapes: ReadonlyArray<Shape.Shape>
  readonly buffers: ReadonlyArray<Region>
  /** Where the input are codes, how many levels each entry has. */
  readonly cardinalities: ReadonlyArray<number>
  /** The numbers that follow schedules, as they are in this step. */
  readonly read: Read
  /** Begins the draws of the layer in this step. */
  readonly draws: () => Draws
}
