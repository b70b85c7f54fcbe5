/**
 * What a layer becomes: an operation on regions of the arena, forward and backward.
 */
import type * as Shape from "../../../pipeline/Shape.ts"
import type { Generator } from "../../../Seed.ts"
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
  /** The random numbers of the layer in this step, as every engine draws them. */
  readonly random: () => Generator
  /** A view of memory, for what is computed without a kernel; valid in the call that made it. */
  readonly view: (region: Region, numbers: number) => Float32Array
}
