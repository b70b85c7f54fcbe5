/**
 * The laws of losses: value and gradient agree, rows have no order, weights repeat rows, nothing is remembered.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import * as Loss from "../pipeline/Loss.ts"
import type { Generator } from "../Seed.ts"
import { close, draw, fact, holds, law, type Law, pick, same, shuffled, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

/** What a loss claims beyond the laws of all. @category models */
export interface Claims {
  /** The value is the same when labels are exchanged and scores negated. Default false. */
  readonly flipInvariant?: boolean
  /** The value lies above its tangents. Default false. */
  readonly convex?: boolean
  /** The value is the same when a constant is added to all scores. Default: what the definition says. */
  readonly shiftInvariant?: boolean
  /**
   * The gradient is a subgradient where scores tie. Default true. That of AUM is not: there it is the mean of the two
   * one-sided derivatives, entry by entry.
   */
  readonly subgradientAtTies?: boolean
}

interface Instance {
  readonly scores: Float64Array
  readonly targets: Float64Array
  readonly weights: Float64Array
}

const classes = 3

const outputsOf = ({ accepts }: Loss.Definition): number => (accepts.includes("multiclass") ? classes : 1)

const targetOf = ({ accepts }: Loss.Definition, random: Generator): number => {
  if (accepts.includes("multiclass")) return random.below(classes)
  return accepts.includes("binary") ? random.below(2) : (random.below(81) - 40) / 10
}

/** Scores of one of three kinds: reals, numbers with one decimal, whole numbers; the last two tie. */
const scoresOf = (length: number, random: Generator): Float64Array => {
  const kind = random.below(3)
  if (kind === 0) return draw(length, () => 8 * random.float() - 4)
  return draw(length, () => (kind === 1 ? (random.below(81) - 40) / 10 : random.below(5) - 2))
}

/** Scores that are all different, and by no margin, by more than single precision loses. */
const distinctScoresOf = (length: number, random: Generator): Float64Array => {
  const places = shuffled(8001, random)
  return draw(length, (i) => (places[i]! - 4000) * 0.00100037 + 0.00037)
}

const instance = (definition: Loss.Definition, random: Generator, scores = scoresOf): Instance => {
  const rows = 1 + random.below(9)
  const weights = draw(rows, () => random.below(4))
  return {
    scores: scores(rows * outputsOf(definition), random),
    targets: draw(rows, () => targetOf(definition, random)),
    weights: weights.some((weight) => weight > 0) ? weights : weights.fill(1)
  }
}

interface Evaluated {
  readonly value: number
  readonly gradient: Loss.Floats
}

type Evaluate = (scores: Loss.Floats, targets: Loss.Floats, weights?: Loss.Floats) => Evaluated

const evaluating =
  ({ evaluate }: Loss.Explicit): Evaluate =>
  (scores, targets, weights) => {
    const gradient = scores.slice().fill(Number.NaN)
    return { value: evaluate(scores, targets, gradient, weights), gradient }
  }

/** TensorFlow.js on plain JavaScript, with the gradients of its operations. */
const startTensors = async (): Promise<typeof Tf> => {
  const tf = await import("@tensorflow/tfjs-core")
  await import("@tensorflow/tfjs-layers")
  await import("@tensorflow/tfjs-backend-cpu")
  await tf.setBackend("cpu")
  return tf
}

/** Value and gradient by automatic differentiation, in single precision. */
const differentiating =
  (tf: typeof Tf, tensor: Loss.TensorLoss, outputs: number): Evaluate =>
  (scores, targets, weights) =>
    tf.tidy(() => {
      const vector = (values: Loss.Floats) => tf.tensor1d(Float32Array.from(values))
      const given = tf.tensor2d(Float32Array.from(scores), [targets.length, outputs])
      const { grad, value } = tf.valueAndGrad((s) =>
        tensor(s as Tf.Tensor2D, vector(targets), weights === undefined ? undefined : vector(weights), tf)
      )(given)
      return { value: value.dataSync<"float32">()[0]!, gradient: grad.dataSync<"float32">() }
    })

/** Laws of a gradient that has a formula. */
const explicitLaws = (
  definition: Loss.Definition,
  loss: Loss.Explicit,
  again: () => Loss.Explicit,
  claims: Claims
): ReadonlyArray<Law> => {
  const outputs = outputsOf(definition)
  const evaluate = evaluating(loss)
  const any = (random: Generator) => instance(definition, random)
  const { tensor } = loss
  const smooth = (random: Generator) =>
    instance(definition, random, claims.subgradientAtTies === false ? distinctScoresOf : scoresOf)
  const { shiftInvariant = definition.translationInvariant } = claims
  return [
    law("has a gradient equal to finite differences, or between the one-sided ones at a kink", (random) => {
      const { scores, targets, weights } = any(random)
      const given = definition.weighted ? weights : undefined
      const here = evaluate(scores, targets, given)
      const step = 1e-6
      for (let i = 0; i < scores.length; i++) {
        const moved = (by: number) => evaluate(scores.with(i, scores[i]! + by), targets, given).value
        const [left, right] = [(here.value - moved(-step)) / step, (moved(step) - here.value) / step]
        const centre = (left + right) / 2
        const [low, high] =
          Math.abs(right - left) < 1e-3 ? [centre, centre] : [Math.min(left, right), Math.max(left, right)]
        const entry = here.gradient[i]!
        holds(
          entry > low - 1e-5 && entry < high + 1e-5,
          () => `entry ${i} of the gradient is ${entry}, not in ${low} … ${high}`
        )
      }
    }),
    ...(tensor === undefined
      ? []
      : [
          law(
            "agrees with automatic differentiation",
            async (random) => {
              const differentiate = differentiating(await startTensors(), tensor, outputs)
              const { scores, targets, weights } = instance(definition, random, distinctScoresOf)
              const given = definition.weighted && random.below(2) === 0 ? weights : undefined
              const [exact, automatic] = [evaluate(scores, targets, given), differentiate(scores, targets, given)]
              close([automatic.value], [exact.value], 1e-4, "the value")
              close(automatic.gradient, exact.gradient, 1e-4, "the gradient")
            },
            40
          )
        ]),
    law("is the same for rows in another order", (random) => {
      const { scores, targets, weights } = any(random)
      const order = shuffled(targets.length, random)
      const given = definition.weighted ? weights : undefined
      const before = evaluate(scores, targets, given)
      const after = evaluate(pick(scores, order, outputs), pick(targets, order), given && pick(given, order))
      close([after.value], [before.value], 1e-12, "the value")
      close(after.gradient, pick(Float64Array.from(before.gradient), order, outputs), 1e-12, "the gradient")
    }),
    ...(definition.weighted ? weightLaws(definition, evaluate, claims) : []),
    law("is deterministic, keeps its inputs, and remembers nothing of other batches", (random) => {
      const [given, other] = [any(random), any(random)]
      const [scores, targets] = [given.scores.slice(), given.targets.slice()]
      const first = evaluate(scores, targets)
      evaluate(other.scores, other.targets)
      same(evaluate(scores, targets), first, "the second evaluation")
      same(evaluating(again())(scores, targets), first, "another loss of the same options")
      same([scores, targets], [given.scores, given.targets], "the inputs")
    }),
    law("gives the same in single precision, up to rounding", (random) => {
      const given = any(random)
      const [scores, targets] = [Float32Array.from(given.scores), Float32Array.from(given.targets)]
      const single = evaluate(scores, targets)
      const double = evaluate(Float64Array.from(scores), Float64Array.from(targets))
      close([single.value], [double.value], 1e-6, "the value")
      close(single.gradient, double.gradient, 1e-6, "the gradient")
    }),
    law("writes every entry of the gradient and none beyond", (random) => {
      const { scores, targets } = any(random)
      const memory = new Float64Array(scores.length + 2).fill(7)
      loss.evaluate(scores, targets, memory)
      close(memory, [...evaluate(scores, targets).gradient, 7, 7], 0, "the memory")
    }),
    law("stays finite for extreme scores", (random) => {
      const extreme = (length: number) => draw(length, () => [-1e4, -1e3, 0, 1e3, 1e4][random.below(5)]!)
      const { scores, targets } = instance(definition, random, extreme)
      for (const { gradient, value } of [evaluate(scores, targets), evaluate(Float32Array.from(scores), targets)]) {
        holds(
          Number.isFinite(value) && gradient.every(Number.isFinite),
          () => `value ${value}, gradient ${[...gradient]}`
        )
      }
    }),
    law("is never negative", (random) => {
      const { scores, targets } = any(random)
      const { value } = evaluate(scores, targets)
      holds(value >= 0, () => `the value is ${value}`)
    }),
    ...(shiftInvariant
      ? [
          law("ignores a constant added to all scores, so its gradient sums to 0", (random) => {
            const { scores, targets } = smooth(random)
            const constant = random.below(201) - 100
            const before = evaluate(scores, targets)
            const moved = evaluate(
              scores.map((score) => score + constant),
              targets
            )
            close([moved.value], [before.value], 1e-10, "the value")
            close([[...before.gradient].reduce((a, b) => a + b)], [0], 1e-10, "the sum of the gradient")
          })
        ]
      : []),
    ...(claims.flipInvariant === true
      ? [
          law("is the same for exchanged classes and negated scores", (random) => {
            const { scores, targets } = any(random)
            const before = evaluate(scores, targets)
            const after = evaluate(
              scores.map((score) => -score),
              targets.map((target) => 1 - target)
            )
            close([after.value], [before.value], 1e-12, "the value")
            close(
              after.gradient.map((entry) => -entry),
              before.gradient,
              1e-12,
              "the gradient"
            )
          })
        ]
      : []),
    ...(claims.convex === true
      ? [
          law("lies above its tangents (convexity)", (random) => {
            const { scores, targets } = smooth(random)
            const elsewhere = scoresOf(scores.length, random)
            const here = evaluate(scores, targets)
            let tangent = here.value
            for (let i = 0; i < scores.length; i++) tangent += here.gradient[i]! * (elsewhere[i]! - scores[i]!)
            const { value } = evaluate(elsewhere, targets)
            holds(value >= tangent - 1e-9 * Math.max(1, here.value), () => `${value} lies below the tangent ${tangent}`)
          })
        ]
      : []),
    ...(loss.search === undefined ? [] : [searchLaw(definition, loss, loss.search)])
  ]
}

const weightLaws = (definition: Loss.Definition, evaluate: Evaluate, claims: Claims): ReadonlyArray<Law> => {
  const outputs = outputsOf(definition)
  return [
    law("treats an integer weight as a repeated row", (random) => {
      const { scores, targets, weights } = instance(definition, random)
      const copies = [...weights].flatMap((weight, i) => Array.from({ length: weight }, () => i))
      const weighted = evaluate(scores, targets, weights)
      const repeated = evaluate(pick(scores, copies, outputs), pick(targets, copies))
      close([weighted.value], [repeated.value], 1e-12, "the value")
      // Copies are ties.
      if (claims.subgradientAtTies === false) return
      const summed = new Float64Array(scores.length)
      copies.forEach((i, copy) => {
        for (let k = 0; k < outputs; k++) summed[i * outputs + k]! += repeated.gradient[copy * outputs + k]!
      })
      close(weighted.gradient, summed, 1e-12, "the gradient")
    }),
    fact("is 0 without any weight", () => {
      const scores = draw(2 * outputs, (i) => i)
      const { gradient, value } = evaluate(scores, Float64Array.of(0, 1), new Float64Array(2))
      same(
        [value + 0, ...gradient].map(Math.abs),
        Array.from({ length: 1 + scores.length }, () => 0),
        "value and gradient"
      )
    })
  ]
}

const searchLaw = (
  definition: Loss.Definition,
  loss: Loss.Explicit,
  search: NonNullable<Loss.Explicit["search"]>
): Law =>
  law("finds no better step along a line than its search does", (random) => {
    const { scores, targets } = instance(definition, random, distinctScoresOf)
    const direction = draw(scores.length, () => random.normal())
    const at = (step: number) =>
      evaluating(loss)(
        scores.map((score, i) => score - step * direction[i]!),
        targets
      ).value
    const step = search(scores, direction, targets)
    holds(step >= 0, () => `the step is ${step}`)
    const best = at(step)
    for (let tried = 0; tried < 4; tried += 0.05) {
      holds(at(tried) >= best - 1e-9, () => `step ${tried} gives ${at(tried)}, the step ${step} that was found ${best}`)
    }
  })

/**
 * The laws of a loss with some options, as a user writes them. A loss of tensors only has those of its options, and of
 * values: no formula, nothing to compare.
 *
 * @example
 * for (const { check, name } of LossLaws.of(definition, { margin: 1 }, { convex: true })) it(name, check)
 */
export const of = (definition: Loss.Definition, options: object = {}, claims: Claims = {}): ReadonlyArray<Law> => {
  const bound = () => succeeded(Loss.bind(definition, options), `${definition.id} refuses its options`)
  const loss = bound()
  const again = (): Loss.Explicit => {
    const other = bound()
    return other._tag === "Explicit" ? other : Loss.explicit({ evaluate: () => Number.NaN })
  }
  const laws = OptionLaws.of(definition, options)
  return loss._tag === "Explicit"
    ? [...laws, ...explicitLaws(definition, loss, again, claims)]
    : [...laws, finiteLaw(definition, loss.tensor)]
}

const finiteLaw = (definition: Loss.Definition, tensor: Loss.TensorLoss): Law =>
  law(
    "has a finite value and gradient",
    async (random) => {
      const { scores, targets } = instance(definition, random, distinctScoresOf)
      const { gradient, value } = differentiating(await startTensors(), tensor, outputsOf(definition))(scores, targets)
      holds(
        Number.isFinite(value) && gradient.every(Number.isFinite),
        () => `value ${value}, gradient ${[...gradient]}`
      )
    },
    20
  )
