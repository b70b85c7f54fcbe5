/**
 * Transforms of the gradient: what optimizers are chains of.
 *
 * As in optax, each transform takes the updates that the one before it left, beginning with the gradients, and rewrites
 * them in place; what the last one leaves is subtracted from the parameters. A transform may keep arrays of a parameter's
 * size (slots), which are part of the training state.
 *
 * @example
 * // Adam with decoupled weight decay on the kernels only, and gradients of a norm of at most 1:
 * Optimizer.chain(
 *   Transform.clip({ norm: 1 }),
 *   Transform.adam(),
 *   Transform.group("**.kernel", Transform.decay({ rate: 0.01 })),
 *   Transform.rate(0.001)
 * )
 */
import { groupDefinition } from "./internal/transforms/compose.ts"
import type { Definition } from "./internal/transforms/define.ts"
import * as Moments from "./internal/transforms/moments.ts"
import * as Steps from "./internal/transforms/steps.ts"

export { all, group, groupDefinition, matches, reference, sequence } from "./internal/transforms/compose.ts"
export {
  define,
  type Definition,
  type Json,
  make,
  type Simple,
  type Transform,
  TypeId
} from "./internal/transforms/define.ts"
export {
  adagrad,
  adagradDefinition,
  adam,
  adamDefinition,
  lion,
  lionDefinition,
  momentum,
  momentumDefinition,
  rmsprop,
  rmspropDefinition
} from "./internal/transforms/moments.ts"
export * from "./internal/transforms/steps.ts"
export type { Begun, Step, Transform as Bound, Updated } from "./Stage.ts"

/** The transforms of this package, for registries. */
export const definitions: ReadonlyArray<Definition> = [
  Steps.clipDefinition,
  Moments.momentumDefinition,
  Moments.adamDefinition,
  Moments.rmspropDefinition,
  Moments.adagradDefinition,
  Moments.lionDefinition,
  Steps.decayDefinition,
  Steps.rateDefinition,
  Steps.lineSearchDefinition,
  groupDefinition
]
