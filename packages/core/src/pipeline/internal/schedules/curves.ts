/**
 * The schedules that are functions of progress alone.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { define, make } from "./define.ts"

/** Rises from 0 to `from` over a share of progress; `rest` is told how much of what is left has passed. */
const warmed =
  (warmUp: number, from: number, rest: (progress: number) => number) =>
  (progress: number): number =>
    progress < warmUp ? (from * progress) / warmUp : rest((progress - warmUp) / (1 - warmUp))

/** From `a` at 0 to `b` at 1 along half a wave of the cosine. */
const halfWave = (a: number, b: number, progress: number): number =>
  b + ((a - b) * (1 + Math.cos(Math.PI * progress))) / 2

const from = OptionSchema.required(
  OptionSchema.nonNegative,
  "The value at the first update, or behind the warm-up",
  0.01
)
const to = OptionSchema.withDefault(OptionSchema.nonNegative, 0, "The value after the last update")
const warmUp = OptionSchema.withDefault(
  OptionSchema.fraction,
  0,
  "The share of training in which the value rises from 0"
)

/** `Schedule.constant` as a definition, for registries. @category definitions */
export const constantDefinition = define({
  id: "Schedule.constant",
  summary: "One value, behind a linear warm-up",
  options: Schema.Struct({ from, warmUp }),
  make: ({ from, warmUp }) => warmed(warmUp, from, () => from)
})

/**
 * Stays at `from`, behind a warm-up: over the share `warmUp` of training, in [0, 1) and by default 0, the value rises
 * linearly from 0. Without a warm-up it is the number `from`.
 * @category schedules
 */
export const constant = (options: typeof constantDefinition.options.Encoded) => make(constantDefinition, options)

const PolynomialOptions = Schema.Struct({
  from,
  to,
  power: OptionSchema.withDefault(OptionSchema.positive, 1, "The power of what is left of training; 1 is a line"),
  warmUp
})

/** `Schedule.polynomial` as a definition, for registries. @category definitions */
export const polynomialDefinition = define({
  id: "Schedule.polynomial",
  summary: "Falls by a power of what is left of training",
  options: PolynomialOptions,
  make: ({ from, power, to, warmUp }) => warmed(warmUp, from, (progress) => to + (from - to) * (1 - progress) ** power)
})

/**
 * Goes from `from` to `to` (default 0) as `to + (from − to)·(1 − progress)^power`; `power` > 0, default 1, which is linear.
 * A `warmUp` in [0, 1), default 0, is the share of training before that in which the value rises from 0.
 * @category schedules
 */
export const polynomial = (options: typeof PolynomialOptions.Encoded) => make(polynomialDefinition, options)

/** `Schedule.linear` as a definition, for registries. @category definitions */
export const linearDefinition = define({
  id: "Schedule.linear",
  summary: "Goes from one value to another along a line",
  options: Schema.Struct({ from, to, warmUp }),
  make: ({ from, to, warmUp }) => warmed(warmUp, from, (progress) => from + (to - from) * progress)
})

/** Goes from `from` to `to` (default 0) along a line, behind a `warmUp` as of `Schedule.polynomial`. @category schedules */
export const linear = (options: typeof linearDefinition.options.Encoded) => make(linearDefinition, options)

const Places = Schema.Array(OptionSchema.share).check(
  Schema.isMinLength(1),
  Schema.makeFilter((given: ReadonlyArray<number>) =>
    given.every((place, i) => i === 0 || place > given[i - 1]!)
      ? undefined
      : `Expected shares of training in ascending order, got ${given.join(", ")}; sort them`
  )
)

/** `Schedule.step` as a definition, for registries. @category definitions */
export const stepDefinition = define({
  id: "Schedule.step",
  summary: "Is multiplied by a factor at some shares of training",
  options: Schema.Struct({
    from,
    at: OptionSchema.required(
      Places,
      "The shares of training at which the value is multiplied, in ascending order",
      [0.5, 0.75]
    ),
    factor: OptionSchema.withDefault(OptionSchema.nonNegative, 0.1, "What the value is multiplied by each time")
  }),
  make:
    ({ at, factor, from }) =>
    (progress) =>
      from * factor ** at.filter((place) => progress >= place).length
})

/**
 * Begins with `from`, and is multiplied by `factor` (≥ 0, default 0.1) at each of the shares `at` of training, in (0, 1) and
 * ascending.
 *
 * @example
 * Schedule.step({ from: 0.1, at: [0.5, 0.75] }) // 0.1, from half of the updates on 0.01, in the last quarter 0.001
 * @category schedules
 */
export const step = (options: typeof stepDefinition.options.Encoded) => make(stepDefinition, options)

/** `Schedule.exponential` as a definition, for registries. @category definitions */
export const exponentialDefinition = define({
  id: "Schedule.exponential",
  summary: "Is multiplied by the same factor at every update",
  options: Schema.Struct({
    from: OptionSchema.required(OptionSchema.positive, "The value at the first update, or behind the warm-up", 0.01),
    to: OptionSchema.required(OptionSchema.positive, "The value after the last update", 0.0001),
    warmUp
  }),
  make: ({ from, to, warmUp }) => warmed(warmUp, from, (progress) => from * (to / from) ** progress)
})

/**
 * Goes from `from` to `to`, both above 0, by equal factors: `from·(to/from)^progress`, behind a `warmUp` as of
 * `Schedule.polynomial`.
 * @category schedules
 */
export const exponential = (options: typeof exponentialDefinition.options.Encoded) =>
  make(exponentialDefinition, options)

/** `Schedule.cosine` as a definition, for registries. @category definitions */
export const cosineDefinition = define({
  id: "Schedule.cosine",
  summary: "Falls along half a wave of the cosine, behind a linear warm-up",
  options: Schema.Struct({ from, to, warmUp }),
  make: ({ from, to, warmUp }) => warmed(warmUp, from, (progress) => halfWave(from, to, progress))
})

/**
 * Goes from `from` to `to` (default 0) as `to + (from − to)·(1 + cos(π·progress))/2`, behind a `warmUp` as of
 * `Schedule.polynomial` (Loshchilov and Hutter 2017, without restarts).
 *
 * *Gotcha*: with a warm-up the very first update has the value 0.
 *
 * @example
 * Optimizer.adamw({ learningRate: Schedule.cosine({ from: 0.01, warmUp: 0.05 }) })
 * @category schedules
 */
export const cosine = (options: typeof cosineDefinition.options.Encoded) => make(cosineDefinition, options)

/** `Schedule.oneCycle` as a definition, for registries. @category definitions */
export const oneCycleDefinition = define({
  id: "Schedule.oneCycle",
  summary: "Goes to a peak and back below its beginning, each along half a wave of the cosine",
  options: Schema.Struct({
    peak: OptionSchema.required(OptionSchema.nonNegative, "The value at the peak", 0.01),
    from: OptionSchema.optional(OptionSchema.nonNegative, "The value at the first update; default peak/25", 0.0004),
    to: OptionSchema.optional(OptionSchema.nonNegative, "The value after the last update; default from/10000", 4e-8),
    rise: OptionSchema.withDefault(OptionSchema.share, 0.3, "The share of training until the peak")
  }),
  make:
    ({ peak, rise, from = peak / 25, to = from / 1e4 }) =>
    (progress) =>
      progress < rise ? halfWave(from, peak, progress / rise) : halfWave(peak, to, (progress - rise) / (1 - rise))
})

/**
 * Goes from `from` to `peak` over the share `rise` of training, in (0, 1) and by default 0.3, and from there to `to`, each
 * along half a wave of the cosine (Smith and Topin 2018). Defaults as in PyTorch: `from` = peak/25, `to` = from/10⁴.
 *
 * PyTorch lets the momentum go the other way at the same time: `momentum: Schedule.oneCycle({ from: 0.95, peak: 0.85, to: 0.95 })`.
 * @category schedules
 */
export const oneCycle = (options: typeof oneCycleDefinition.options.Encoded) => make(oneCycleDefinition, options)

/** `Schedule.coslog4` as a definition, for registries. @category definitions */
export const coslog4Definition = define({
  id: "Schedule.coslog4",
  summary: "Four waves from 0 to the value and back, each twice as long as the one before it",
  options: Schema.Struct({ from }),
  make:
    ({ from }) =>
    (progress) =>
      (from * (1 - Math.cos(2 * Math.PI * Math.log2(1 + 15 * progress)))) / 2
})

/**
 * Goes from 0 up to `from` and back four times, each wave twice as long as the one before it:
 * `from·(1 − cos(2π·log₂(1 + 15·progress)))/2`, the learning rate of RealMLP (Holzmüller, Grinsztajn and Steinwart 2024).
 *
 * Its valleys are where early stopping finds good epochs; the first update has the value 0.
 * @category schedules
 */
export const coslog4 = (options: typeof coslog4Definition.options.Encoded) => make(coslog4Definition, options)

/** `Schedule.flatCosine` as a definition, for registries. @category definitions */
export const flatCosineDefinition = define({
  id: "Schedule.flatCosine",
  summary: "Stays, and then falls along half a wave of the cosine",
  options: Schema.Struct({
    from,
    to,
    flat: OptionSchema.withDefault(OptionSchema.fraction, 0.5, "The share of training in which the value stays")
  }),
  make:
    ({ flat, from, to }) =>
    (progress) =>
      progress < flat ? from : halfWave(from, to, (progress - flat) / (1 - flat))
})

/**
 * Stays at `from` for the share `flat` of training, in [0, 1) and by default 0.5, and then goes to `to` (default 0) along
 * half a wave of the cosine. In pytabkit it is `flat_cos`; its `flat_anneal` is `{ flat: 0.6, to: 1e-5 * from }`.
 * @category schedules
 */
export const flatCosine = (options: typeof flatCosineDefinition.options.Encoded) => make(flatCosineDefinition, options)
