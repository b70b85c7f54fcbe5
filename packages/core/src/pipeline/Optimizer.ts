/**
 * An optimizer turns gradients into steps, on plain arrays: it knows neither the network nor the engine.
 *
 * As in optax, an optimizer is a pair: how much state a parameter array needs, and a pure update of that array.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Base from "./Definition.ts"
import * as Pipeline from "./Pipeline.ts"

/** An optimizer that updates each parameter from its gradient. @category models */
export interface Update {
  readonly _tag: "Update"
  /** How many arrays of the parameter's size it keeps per parameter, all zero at the start. */
  readonly slots: number
  /** Updates `parameter` in place. `step` counts updates from 1. */
  readonly update: (
    parameter: Float32Array,
    gradient: Float32Array,
    slots: ReadonlyArray<Float32Array>,
    step: number
  ) => void
}

/**
 * An optimizer that goes against the gradient of all parameters as far as the loss says (`Loss.Kernel.search`). The scores
 * must be linear in the parameters.
 * @category models
 */
export interface Search {
  readonly _tag: "Search"
}

/** An optimizer bound to its options. @category models */
export type Kernel = Update | Search

/** @category models */
// oxlint-disable-next-line typescript/no-explicit-any -- an optimizer of any options
export interface Definition<out Encoded = any> extends Base.Definition<"optimizer", Encoded> {
  // oxlint-disable-next-line typescript/no-explicit-any -- the options' type is erased in the definition
  readonly make: (options: any) => Kernel
  /** Whether it searches along the gradient, and so needs a network without hidden layers and a loss with a search. */
  readonly searches?: boolean
}

/** Defines an optimizer. @category constructors */
export const define = <Type, Encoded>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Kernel
  readonly searches?: boolean
}): Definition<Encoded> => ({ kind: "optimizer", ...definition })

/** Sets the optimizer of a pipeline. It comes after the loss. @category stages */
export const stage =
  <Encoded extends object>(definition: Definition<Encoded>, ...[options]: Base.Given<Encoded>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "optimizer", "an optimizer">
  ): Pipeline.Pipeline<"optimizer", Pipeline.ColumnsOf<P>, Pipeline.WidthOf<P>, Pipeline.AcceptsOf<P>> =>
    Pipeline.append(self, Pipeline.stage(definition, options))

const positive = Schema.Finite.check(Schema.isGreaterThan(0))
const fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))
const withDefault = <S extends Schema.Codec<number, number>>(schema: S, value: number) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)))

const SgdOptions = Schema.Struct({
  learningRate: positive,
  momentum: withDefault(fraction, 0),
  nesterov: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
})

/** Stochastic gradient descent, as a definition for registries. @category definitions */
export const sgdDefinition = define({
  id: "Optimizer.sgd",
  summary: "Stochastic gradient descent with optional (Nesterov) momentum",
  options: SgdOptions,
  make: ({ learningRate, momentum, nesterov }) => ({
    _tag: "Update",
    slots: momentum > 0 ? 1 : 0,
    update: (parameter, gradient, [velocity]) => {
      if (velocity === undefined) {
        for (let i = 0; i < parameter.length; i++) parameter[i]! -= learningRate * gradient[i]!
        return
      }
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i]!
        const v = (velocity[i] = momentum * velocity[i]! + g)
        parameter[i]! -= learningRate * (nesterov ? g + momentum * v : v)
      }
    }
  })
})

/**
 * Steps against the gradient g: `v ← momentum·v + g`, `w ← w − learningRate·v`, or with Nesterov momentum
 * `w ← w − learningRate·(g + momentum·v)`. The formulas are PyTorch's.
 *
 * `learningRate` > 0 has no default: the scale of AUM gradients differs from that of averaged losses, so search it on a
 * logarithmic scale. `momentum` in [0, 1), default 0. *Gotcha*: `nesterov` without momentum changes nothing.
 *
 * @example
 * Optimizer.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })
 * @category stages
 */
export const sgd = (options: typeof SgdOptions.Encoded) => stage(sgdDefinition, options)

const AdamOptions = Schema.Struct({
  learningRate: withDefault(positive, 0.001),
  beta1: withDefault(fraction, 0.9),
  beta2: withDefault(fraction, 0.999),
  epsilon: withDefault(positive, 1e-8)
})

/** Adam, as a definition for registries. @category definitions */
export const adamDefinition = define({
  id: "Optimizer.adam",
  summary: "Adam: steps scaled by running moments of the gradient",
  options: AdamOptions,
  make: ({ learningRate, beta1, beta2, epsilon }) => ({
    _tag: "Update",
    slots: 2,
    update: (parameter, gradient, [first, second], step) => {
      const correction1 = 1 - beta1 ** step
      const correction2 = 1 - beta2 ** step
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i]!
        const m = (first![i] = beta1 * first![i]! + (1 - beta1) * g)
        const v = (second![i] = beta2 * second![i]! + (1 - beta2) * g * g)
        parameter[i]! -= (learningRate * (m / correction1)) / (Math.sqrt(v / correction2) + epsilon)
      }
    }
  })
})

/**
 * Steps by Adam (Kingma and Ba, 2015): `w ← w − learningRate·m̂ / (√v̂ + epsilon)` with bias-corrected running moments
 * of the gradient. Defaults as in the paper: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8.
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
  searches: true,
  make: () => ({ _tag: "Search" })
})

/**
 * Steps along the gradient g of all parameters to the least loss: `w ← w − s·g` with the exact minimiser s ≥ 0 of the
 * loss of scores − s·(scores of g). There is no learning rate to choose.
 *
 * For networks without hidden layers, whose scores are linear in the parameters, and losses that can search: `Aum.loss`.
 * Both are checked before training. Row weights are refused. Use it with `batchSize: "all"`: a step that is exact for a
 * small batch overshoots for the others.
 *
 * Source: Fowler and Hocking, arXiv 2410.08635.
 *
 * @example
 * Ingress.numeric().pipe(Nn.head(), Aum.loss(), Optimizer.lineSearch(), Model.classif({ epochs: 50, batchSize: "all" }))
 * @category stages
 */
export const lineSearch = () => stage(lineSearchDefinition)
