/**
 * An optimizer turns gradients into steps: a chain of transforms, as data. It knows neither the network nor the engine.
 *
 * `Optimizer.sgd`, `adam` and `lineSearch` are named chains; `Optimizer.chain` makes any other.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import { findNothing } from "./Decode.ts"
import type * as Base from "./Definition.ts"
import { define as defineStage } from "./internal/bind.ts"
import { stageReference } from "./internal/json.ts"
import { append } from "./internal/pipeline.ts"
import type * as Pipeline from "./Pipeline.ts"
import type * as Stage from "./Stage.ts"
import * as Transform from "./Transform.ts"

/** The definition of an optimizer. @category models */
export type Definition<Encoded = unknown> = Stage.Definition<"optimizer", Encoded>

/**
 * Defines an optimizer as a chain of transforms; `make` gets its options with defaults filled in.
 *
 * @example
 * // Sign descent under a name of its own; `sign` is the example of `Transform.define`:
 * const definition = Optimizer.define({
 *   id: "Mine.signDescent", summary: "Steps by the sign of the gradient",
 *   options: Schema.Struct({ learningRate: Schema.Finite }),
 *   make: ({ learningRate }) => [Transform.make(sign), Transform.rate(learningRate)]
 * })
 * @category constructors
 */
export const define = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => ReadonlyArray<Transform.Transform>
}): Definition<Encoded> =>
  defineStage({
    ...definition,
    kind: "optimizer",
    part: (options) =>
      Result.mapBoth(Transform.all(definition.make(options)), {
        onSuccess: ({ transforms }) => ({ kind: "optimizer", transform: Transform.sequence(transforms) }) as const,
        // The places of transforms are not those of the options that they were made of.
        onFailure: (issues) => issues.map(({ message }) => ({ path: [], message }))
      })
  })

/** The schema of options that are optimizers: `{ type: "Optimizer.sgd", learningRate: 1 }`. @category schemas */
export const reference = stageReference("optimizer")

type Put = <P extends Pipeline.Any>(
  self: P & Pipeline.After<P, "optimizer", "an optimizer">
) => Pipeline.Pipeline<"optimizer", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, Pipeline.AcceptsOf<P>>

const put =
  (stage: Stage.Stage): Put =>
  (self) =>
    append(self, stage)

/** Sets the optimizer of a pipeline. It comes after the loss. @category stages */
export const stage = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Put => put(definition.bind(options ?? {}, findNothing))

/** Any chain of transforms, as a definition for registries. @category definitions */
export const chainDefinition = define({
  id: "Optimizer.chain",
  summary: "Transforms of the gradient, one after the other",
  options: Schema.Struct({ transforms: Schema.Array(Transform.reference).check(Schema.isMinLength(1)) }),
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

const SgdOptions = Schema.Struct({
  learningRate: OptionSchema.positive,
  momentum: OptionSchema.withDefault(OptionSchema.fraction, 0),
  nesterov: OptionSchema.withDefault(Schema.Boolean, false)
})

/** Stochastic gradient descent, as a definition for registries. @category definitions */
export const sgdDefinition = define({
  id: "Optimizer.sgd",
  summary: "Stochastic gradient descent with optional (Nesterov) momentum",
  options: SgdOptions,
  make: ({ learningRate, momentum, nesterov }) => [
    ...(momentum > 0 ? [Transform.momentum({ momentum, nesterov })] : []),
    Transform.rate(learningRate)
  ]
})

/**
 * Steps against the gradient g: `v ← momentum·v + g`, `w ← w − learningRate·v`, or with Nesterov momentum
 * `w ← w − learningRate·(g + momentum·v)`. The formulas are PyTorch's.
 *
 * `learningRate` > 0 has no default: the scale of AUM gradients differs from that of averaged losses, so search it on a
 * logarithmic scale. `momentum` in [0, 1), default 0. *Gotcha*: `nesterov` without momentum changes nothing.
 *
 * The chain `momentum → rate`.
 *
 * @example
 * Optimizer.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })
 * @category stages
 */
export const sgd = (options: typeof SgdOptions.Encoded) => stage(sgdDefinition, options)

const AdamOptions = Schema.Struct({
  learningRate: OptionSchema.withDefault(OptionSchema.positive, 0.001),
  beta1: OptionSchema.withDefault(OptionSchema.fraction, 0.9),
  beta2: OptionSchema.withDefault(OptionSchema.fraction, 0.999),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8)
})

/** Adam, as a definition for registries. @category definitions */
export const adamDefinition = define({
  id: "Optimizer.adam",
  summary: "Adam: steps scaled by running moments of the gradient",
  options: AdamOptions,
  make: ({ learningRate, ...moments }) => [Transform.adam(moments), Transform.rate(learningRate)]
})

/**
 * Steps by Adam (Kingma and Ba, 2015): `w ← w − learningRate·m̂ / (√v̂ + epsilon)` with bias-corrected running moments
 * of the gradient. Defaults as in the paper: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8.
 *
 * The chain `adam → rate`.
 *
 * @example
 * Optimizer.adam({ learningRate: 0.01 })
 * @category stages
 */
export const adam = (options: typeof AdamOptions.Encoded = {}) => stage(adamDefinition, options)

/** Exact line search, as a definition for registries. @category definitions */
export const lineSearchDefinition = define({
  id: "Optimizer.lineSearch",
  summary: "Goes along the gradient to the exact minimum of the loss; for linear models, without a learning rate",
  options: Schema.Struct({}),
  make: () => [Transform.lineSearch()]
})

/**
 * Steps along the gradient g of all parameters to the least loss: `w ← w − s·g` with the exact minimiser s ≥ 0 of the
 * loss of scores − s·(scores of g). There is no learning rate to choose.
 *
 * For networks without hidden layers, whose scores are linear in the parameters, and losses that can search: `Aum.loss`.
 * Both are checked before training. Row weights are refused. Use it with `batchSize: "all"`: a step that is exact for a
 * small batch overshoots for the others.
 *
 * The chain of `lineSearch` alone. Source: Fowler and Hocking, arXiv 2410.08635.
 *
 * @example
 * Ingress.numeric().pipe(Nn.head(), Aum.loss(), Optimizer.lineSearch(), Model.classif({ epochs: 50, batchSize: "all" }))
 * @category stages
 */
export const lineSearch = () => stage(lineSearchDefinition)
