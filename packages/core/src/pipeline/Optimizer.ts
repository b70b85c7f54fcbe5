/**
 * An optimizer turns gradients into steps: a chain of transforms, as data. It knows neither the network nor the engine.
 *
 * `Optimizer.sgd`, `adam`, `adamw`, `rmsprop`, `adagrad`, `lion` and `lineSearch` are named chains; `Optimizer.chain` makes
 * any other. All that have a learning rate share these options:
 *
 * - `weightDecay` ≥ 0, or a schedule: of kernels only; biases, norms, scales and embeddings do not decay. An L2 penalty, but
 *   in `adamw` and `lion` beside the moments (decoupled).
 * - `clipNorm` > 0: scales the gradients of all arrays together down to this Euclidean norm. Default: never.
 * - `groups`: parameters that are treated otherwise, by patterns of their paths as in `Transform.group`. `rate` ≥ 0, or a
 *   schedule, multiplies their learning rate: 0 freezes them. `weightDecay` is that of all arrays that the group names,
 *   biases too. The first group that names an array decides.
 *
 * Where an option may be a schedule, a `Schedule` stands in its place.
 *
 * @example
 * Optimizer.adamw({
 *   learningRate: Schedule.cosine({ from: 0.01 }),
 *   groups: [{ paths: ["site/**"], rate: 0.1, weightDecay: 0 }]
 * })
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import { stageReference } from "./internal/json.ts"
import { define, put, type Put } from "./internal/optimizers/define.ts"
import * as Transform from "./Transform.ts"

export { define, type Definition, type Put, stage } from "./internal/optimizers/define.ts"
export * from "./internal/optimizers/adaptive.ts"
export * from "./internal/optimizers/descent.ts"

/** The schema of options that are optimizers: `{ type: "Optimizer.sgd", learningRate: 1 }`. @category schemas */
export const reference = stageReference("optimizer")

/** Any chain of transforms, as a definition for registries. @category definitions */
export const chainDefinition = define({
  id: "Optimizer.chain",
  summary: "Transforms of the gradient, one after the other",
  options: Schema.Struct({
    transforms: OptionSchema.required(
      Schema.Array(Transform.reference).check(Schema.isMinLength(1)),
      "What happens to the gradient, one after another; the last one is usually Transform.rate",
      ["Transform.adam", { type: "Transform.rate", rate: 0.001 }]
    )
  }),
  make: ({ transforms }) => transforms
})

/**
 * Makes an optimizer of transforms: the first one gets the gradients, and what the last one leaves is subtracted from the
 * parameters.
 *
 * *Gotcha*: without `Transform.rate` the step is the update itself.
 *
 * @example
 * Optimizer.chain(Transform.clip({ norm: 1 }), Transform.momentum({ momentum: 0.9 }), Transform.rate(0.1))
 * @category stages
 */
export const chain = (...transforms: readonly [Transform.Transform, ...ReadonlyArray<Transform.Transform>]): Put => {
  const { id } = chainDefinition
  return put({
    id,
    kind: "optimizer",
    json: { type: id, transforms: transforms.map(({ json }) => json) },
    bound: Result.mapBoth(Transform.all(transforms), {
      onSuccess: ({ encoded, transforms }) => ({
        part: { kind: "optimizer", transform: Transform.sequence(transforms) },
        encoded: { transforms: encoded }
      }),
      onFailure: (issues) =>
        issues.map(({ path, message }) => ({ path: ["transforms", ...path], message: `${id}: ${message}` }))
    })
  })
}
