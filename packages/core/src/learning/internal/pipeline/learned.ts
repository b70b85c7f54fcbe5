import type * as Graph from "../../../network/Graph.ts"
import type * as Preprocessing from "../preprocessing.ts"
import type * as Transforms from "../targetTransforms.ts"

/** What a pipeline learned. */
export interface Learned {
  readonly before: Preprocessing.Learned
  /** Added to the outputs: 0 unless the loss leaves the intercept undecided. */
  readonly intercept: number
  /** Transformations of the target. */
  readonly target: Transforms.Learned
  readonly arrays: ReadonlyArray<Graph.NamedArray>
  /** Of a linear network, the standard deviations of its columns in the training rows; models of before lack them. */
  readonly deviations?: ReadonlyArray<number> | undefined
}
