/**
 * Tuners that begin with many configurations and few epochs, and go on with the best of them: successive halving (Jamieson
 * and Talwalkar 2016), and Hyperband, which does so from several beginnings (Li et al. 2018).
 */
import { type Evaluation, ranked } from "@rocflow/core/learning/Tuning"
import { count, epochCount, nonNegative, optional, withDefault } from "@rocflow/core/OptionSchema"
import * as Seed from "@rocflow/core/Seed"
import * as Schema from "effect/Schema"
import { define } from "./define.ts"
import { draw, type Known, type Proposal, untried } from "./Tuner.ts"

/** So many configurations, first for so many epochs, then for more. */
export interface Bracket {
  readonly configurations: number
  /** The most epochs of each step, ascending. */
  readonly budgets: ReadonlyArray<number>
}

/** The budgets from `first` to `most`, each `eta` times the one before, in whole epochs. */
const budgets = (first: number, most: number, eta: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let budget = first; budget < most * (1 - 1e-9); budget *= eta) found.push(Math.max(1, Math.round(budget)))
  return [...found.filter((each, i) => each !== found[i - 1] && each < most), most]
}

/** How often epochs can be multiplied by `eta` between two numbers of them. */
const doublings = (least: number, most: number, eta: number): number =>
  Math.floor(Math.log(most / least) / Math.log(eta) + 1e-9)

/**
 * The brackets of Hyperband: from that of many configurations with few epochs to that of few with all.
 *
 * ```ts
 * hyperbandBrackets(1, 81, 3).map(({ configurations }) => configurations) // => [81, 34, 15, 8, 5]
 * ```
 */
export const hyperbandBrackets = (least: number, most: number, eta: number): ReadonlyArray<Bracket> => {
  const largest = doublings(least, most, eta)
  return Array.from({ length: largest + 1 }, (_, i) => {
    const steps = largest - i
    return {
      configurations: Math.ceil(((largest + 1) / (steps + 1)) * eta ** steps),
      budgets: budgets(most / eta ** steps, most, eta)
    }
  })
}

/** The best of a step, as many as go on; what has no score does not. */
const survivors = (step: ReadonlyArray<Evaluation>, many: number, { direction }: Known): ReadonlyArray<Evaluation> =>
  ranked(step, direction)
    .slice(0, many)
    .filter(({ score }) => score !== undefined)

/** What a bracket tries next; undefined where it is over. */
const nextOf = (
  known: Known,
  { budgets, configurations }: Bracket,
  bracket: number,
  eta: number
): Proposal | undefined => {
  const { seed, template, tried } = known
  const own = tried.filter((each) => each.bracket === bracket)
  const at = (budget: number | undefined) => own.filter((each) => each.budget === budget)
  const [first] = budgets
  const begun = at(first)
  if (begun.length < configurations) {
    const values = untried(begun, (attempt) =>
      draw(template, Seed.derive(seed, "bracket", bracket, begun.length, attempt))
    )
    // A small space may have fewer configurations; none is begun once some go on.
    if (values !== undefined && begun.length === own.length) return { values, bracket, budget: first }
  }
  for (const [i, budget] of budgets.entries()) {
    if (i === 0) continue
    const before = at(budgets[i - 1])
    const chosen = survivors(before, Math.max(1, Math.floor(before.length / eta)), known)
    const next = chosen[at(budget).length]
    if (next !== undefined) return { values: next.values, bracket, budget }
  }
  return undefined
}

const fields = {
  least: optional(
    epochCount(1),
    "The fewest epochs of a configuration; default: the most, divided by eta three times",
    10
  ),
  most: optional(epochCount(1), "The most epochs of a configuration; default: those of the learner", 100),
  eta: withDefault(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1.5)),
    3,
    "The factor between numbers of epochs; one in so many configurations goes on"
  ),
  patience: optional(count(1), "Evaluations without a gain that end a training; default: never", 10),
  minDelta: withDefault(nonNegative, 0, "A gain must exceed this, in units of the measure")
}

interface Options {
  readonly least?: number
  readonly most?: number
  readonly eta: number
}

/** The first and the last number of epochs, and the factor between. */
const rangeOf = ({ eta, least, most }: Options, own: number | undefined) => {
  const last = most ?? own ?? 1
  return { least: Math.min(last, least ?? Math.max(1, Math.round(last / eta ** 3))), last, eta }
}

const epochsOf = ({ minDelta, most, patience }: { minDelta: number; most?: number; patience?: number }) => ({
  most,
  patience,
  minDelta
})

const holdout = { type: "cv", folds: 3 } as const

export const halving = define({
  id: "Tune.halving",
  summary: "Begins with many configurations and few epochs, and goes on with the best (successive halving)",
  options: {
    ...fields,
    configurations: withDefault(count(2, 1_000_000, "each is tried"), 27, "Configurations to begin with")
  },
  resampling: holdout,
  epochs: epochsOf,
  tuner: (options) => (known) => {
    const { eta, last, least } = rangeOf(options, known.most)
    return nextOf(known, { configurations: options.configurations, budgets: budgets(least, last, eta) }, 0, eta)
  }
})

export const hyperband = define({
  id: "Tune.hyperband",
  summary: "Successive halving from many configurations with few epochs to few with many (Hyperband)",
  options: fields,
  resampling: holdout,
  epochs: epochsOf,
  tuner: (options) => (known) => {
    const { eta, last, least } = rangeOf(options, known.most)
    const brackets = hyperbandBrackets(least, last, eta)
    for (const [i, bracket] of brackets.entries()) {
      const next = nextOf(known, bracket, i, eta)
      if (next !== undefined) return next
    }
    return undefined
  }
})
