/**
 * A tuner chooses what to try next by what was tried before: a function without a memory of its own, so that a tuning that
 * was stopped goes on as if it had not been.
 */
import type { Configuration, Evaluation } from "@rocflow/core/learning/Tuning"
import * as Seed from "@rocflow/core/Seed"
import * as Range from "./Range.ts"
import * as Template from "./Template.ts"

/** What to try: a configuration; where configurations are dropped on the way, for how many epochs. @category models */
export interface Proposal {
  readonly values: Configuration
  readonly bracket?: number | undefined
  readonly budget?: number | undefined
}

/** What a tuner knows. @category models */
export interface Known {
  readonly template: Template.Template
  /** Which way is better. */
  readonly direction: "minimise" | "maximise"
  /** The most epochs of the learner, if it learns in epochs. */
  readonly most: number | undefined
  /** All that was tried, in order. */
  readonly tried: ReadonlyArray<Evaluation>
  /** The seed of whatever is drawn. */
  readonly seed: Seed.Seed
}

/** What to try next; undefined where there is nothing left. @category models */
export type Tuner = (known: Known) => Proposal | undefined

/** A configuration drawn at random, of a seed: equal parts of each range are equally likely. */
export const draw = (template: Template.Template, seed: Seed.Seed): Configuration =>
  Template.complete(template, ({ name, range }) => Range.at(range, Seed.generator(Seed.derive(seed, name)).float()))

const textOf = (values: Configuration): string =>
  JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Whether configurations have the same values. */
export const same = (a: Configuration, b: Configuration): boolean => textOf(a) === textOf(b)

/** How many draws there are to find a configuration that was not tried: of a small space nothing may be left. */
const draws = 100

/** The first of some draws that was not tried; undefined where each was. */
export const untried = (
  tried: Known["tried"],
  drawn: (attempt: number) => Configuration,
  attempts = draws
): Configuration | undefined => {
  const known = new Set(tried.map(({ values }) => textOf(values)))
  for (let attempt = 0; attempt < attempts; attempt++) {
    const values = drawn(attempt)
    if (!known.has(textOf(values))) return values
  }
  return undefined
}

/** Configurations one after another, each once. */
export const inOrder = (configurations: (template: Template.Template) => ReadonlyArray<Configuration>): Tuner => {
  const known = new WeakMap<Template.Template, ReadonlyArray<Configuration>>()
  return ({ template, tried }) => {
    const all = known.get(template) ?? configurations(template)
    known.set(template, all)
    const values = all[tried.length]
    return values === undefined ? undefined : { values }
  }
}

/** Configurations at random, none twice. */
export const random: Tuner = ({ seed, template, tried }) => {
  const values = untried(tried, (attempt) => draw(template, Seed.derive(seed, "random", tried.length, attempt)))
  return values === undefined ? undefined : { values }
}
