/**
 * Averages of the weights along the way of training: what is validated, and kept, in the place of the last weights.
 *
 * The optimizer goes on from its own weights; the average only looks on. Early stopping and `restoreBest` judge the
 * average, and a checkpoint holds both.
 *
 * @example
 * Model.classif({ epochs: 100, averaging: Averaging.ema({ decay: 0.99 }) })
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"

const Ema = Schema.Struct({
  type: OptionSchema.required(Schema.Literal("ema"), "An exponential moving average", "ema"),
  decay: OptionSchema.withDefault(OptionSchema.fraction, 0.999, "How slowly the average forgets"),
  warmUp: OptionSchema.withDefault(Schema.Boolean, true, "Whether the first weights are forgotten faster")
})

const Swa = Schema.Struct({
  type: OptionSchema.required(
    Schema.Literal("swa"),
    "The mean of the weights of the last epochs (stochastic weight averaging)",
    "swa"
  ),
  from: OptionSchema.withDefault(OptionSchema.fraction, 0.75, "The share of training from which on epochs are averaged")
})

/** The schema of an average of weights. @category schemas */
export const Options = Schema.Union([Ema, Swa])

/** @category models */
export type Options = typeof Options.Type

/** An average of weights in its JSON form: `{ type: "ema", decay: 0.99 }`. @category models */
export type Averaging = typeof Options.Encoded

/**
 * An exponential moving average: after every update `a ← d·a + (1 − d)·w`, with d = `decay` in [0, 1), by default 0.999. With
 * `warmUp` (default) d is after n updates at most (1 + n)/(10 + n), so that the first weights are soon forgotten.
 *
 * Buffers, such as the running moments of batch normalisation, are averaged as weights are (in PyTorch: `AveragedModel` with
 * `use_buffers=True`). Polyak and Juditsky 1992.
 * @category constructors
 */
export const ema = (options: Omit<typeof Ema.Encoded, "type"> = {}): Averaging => ({ type: "ema", ...options })

/**
 * Stochastic weight averaging: the mean of the weights at the end of each epoch that ends after the share `from` of all
 * epochs, in [0, 1) and by default 0.75 (Izmailov et al. 2018). Before that the last weights are validated.
 *
 * Buffers are those that training passes over all training rows leave with the averaged weights, as the paper says: the
 * layers move them by their own rule, for 50 batches or more. In networks with batch normalisation every validation takes
 * that much longer.
 *
 * It is meant for a learning rate that stays up to the end, or falls to a value that still moves the weights:
 * `Schedule.flatCosine({ from: 0.1, to: 0.05 })`.
 * @category constructors
 */
export const swa = (options: Omit<typeof Swa.Encoded, "type"> = {}): Averaging => ({ type: "swa", ...options })
