/**
 * Gradient descent, plain or with momentum, and the exact step along a line.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { written } from "../schedules/define.ts"
import { momentum, share } from "../transforms/moments.ts"
import { lineSearch as searching } from "../transforms/steps.ts"
import { define, defineShared, learningRate, shared, stage } from "./define.ts"

const SgdOptions = Schema.Struct({
  learningRate: OptionSchema.required(learningRate, "The length of a step: a number, or a schedule", 0.1),
  momentum: OptionSchema.withDefault(share, 0, "How much of the last update goes on in the next"),
  nesterov: OptionSchema.withDefault(
    Schema.Boolean,
    false,
    "Whether the gradient is that of the point ahead (Nesterov)"
  ),
  ...shared
})

/** Stochastic gradient descent, as a definition for registries. @category definitions */
export const sgdDefinition = defineShared({
  id: "Optimizer.sgd",
  summary: "Stochastic gradient descent with optional (Nesterov) momentum",
  options: SgdOptions,
  decoupled: false,
  moments: (options) =>
    options.momentum === 0 ? [] : [momentum({ momentum: written(options.momentum), nesterov: options.nesterov })]
})

/**
 * Steps against the gradient g: `v ← momentum·v + g`, `w ← w − learningRate·v`, or with Nesterov momentum
 * `w ← w − learningRate·(g + momentum·v)`. The formulas are PyTorch's.
 *
 * `learningRate` > 0, or a schedule, has no default: the scale of AUM gradients differs from that of averaged losses, so
 * search it on a logarithmic scale. `momentum` in [0, 1), or a schedule; default 0. *Gotcha*: `nesterov` without momentum
 * changes nothing. `weightDecay` (default 0) is an L2 penalty: it is added to g. What else all optimizers share is said by
 * `Optimizer`.
 *
 * The chain `momentum → rate`.
 *
 * @example
 * Optimizer.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })
 * @category stages
 */
export const sgd = (options: typeof SgdOptions.Encoded) => stage(sgdDefinition, options)

/** Exact line search, as a definition for registries. @category definitions */
export const lineSearchDefinition = define({
  id: "Optimizer.lineSearch",
  summary: "Goes along the gradient to the exact minimum of the loss; for linear models, without a learning rate",
  options: Schema.Struct({}),
  make: () => [searching()]
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
