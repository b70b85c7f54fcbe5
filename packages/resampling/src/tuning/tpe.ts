/**
 * The tree-structured Parzen estimator: it tries what is likelier among the good configurations than among the others.
 *
 * Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", NeurIPS 2011; of all names together, as
 * by Falkner, Klein and Hutter, "BOHB: robust and efficient hyperparameter optimization at scale", ICML 2018. Bandwidths go
 * by Scott's rule for so many names.
 */
import { type Configuration, type Evaluation, ranked } from "@rocflow/core/learning/Tuning"
import { count, withDefault } from "@rocflow/core/OptionSchema"
import * as Seed from "@rocflow/core/Seed"
import { define } from "./define.ts"
import * as Range from "./Range.ts"
import * as Template from "./Template.ts"
import { draw, type Known, type Tuner, untried } from "./Tuner.ts"

/** Draws of which the best is tried. */
const candidates = 24

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/**
 * A logistic distribution of shares around a centre, cut at 0 and 1: its distribution function and the inverse of it are
 * closed forms.
 */
const around = (centre: number, deviation: number) => {
  const scale = (deviation * Math.sqrt(3)) / Math.PI
  const below = (x: number) => logistic((x - centre) / scale)
  const [low, high] = [below(0), below(1)]
  return {
    density: (x: number): number => (below(x) * (1 - below(x))) / scale / (high - low),
    draw: (uniform: number): number => {
      const share = low + uniform * (high - low)
      return Math.min(1 - Number.EPSILON, Math.max(0, centre + scale * Math.log(share / (1 - share))))
    }
  }
}

/** What is likely at a place, next to what one configuration has there. */
interface Kernel {
  readonly density: (value: Range.Value) => number
  readonly draw: (random: Seed.Generator) => Range.Value
}

/** Everything is as likely: at places of which a configuration says nothing. */
const anywhere = (range: Range.Range): Kernel => ({
  density: () => (range.type === "choice" ? 1 / range.values.length : 1),
  draw: (random) => Range.at(range, random.float())
})

/** The value of one of so many configurations, and others the less likely the farther they are, or the more there are. */
const near = (range: Range.Range, value: Range.Value, configurations: number, names: number): Kernel => {
  const own = Range.shareOf(range, value)
  if (range.type === "choice") {
    const others = 1 / configurations
    const total = 1 + others * range.values.length
    return {
      density: (given) => ((Range.shareOf(range, given) === own ? 1 : 0) + others) / total,
      draw: (random) => Range.at(range, random.float() * total < 1 ? own : random.float())
    }
  }
  const { density, draw } = around(own, 0.1 * configurations ** (-1 / (names + 4)))
  return {
    density: (given) => density(Range.shareOf(range, given)),
    draw: (random) => Range.at(range, draw(random.float()))
  }
}

/** A density of configurations: one next to each that was seen, and one that is everywhere. */
interface Mixture {
  readonly density: (values: Configuration) => number
  readonly draw: (template: Template.Template, random: Seed.Generator) => Configuration
}

const mixture = (ranges: ReadonlyMap<string, Range.Range>, seen: ReadonlyArray<Evaluation>): Mixture => {
  const kernels = [{}, ...seen.map(({ values }) => values)].map((values: Configuration) => {
    const own = [...ranges].map(([name, range]) => {
      const value = values[name]
      return [name, value === undefined ? anywhere(range) : near(range, value, seen.length, ranges.size)] as const
    })
    return new Map(own)
  })
  return {
    density: (values) =>
      kernels.reduce(
        (sum, at) =>
          sum + Object.entries(values).reduce((product, [name, value]) => product * at.get(name)!.density(value), 1),
        0
      ) / kernels.length,
    draw: (template, random) => {
      const at = kernels[random.below(kernels.length)]!
      return Template.complete(template, ({ name }) => at.get(name)!.draw(random))
    }
  }
}

/** The good ones, a tenth and at most 25, and the others, which those without a score are among. */
const divided = ({ direction, tried }: Known) => {
  const all = ranked(tried, direction)
  const good = Math.min(25, Math.ceil(tried.length / 10))
  return { good: all.slice(0, good), others: all.slice(good) }
}

/** Of some draws next to the good ones, the one that is likeliest to be good. */
const propose = (known: Known, random: Seed.Generator): Configuration => {
  const { good, others } = divided(known)
  const ranges = Template.ranges(known.template)
  const [likely, unlikely] = [mixture(ranges, good), mixture(ranges, others)]
  const drawn = Array.from({ length: candidates }, () => {
    const values = likely.draw(known.template, random)
    return { values, gain: likely.density(values) / unlikely.density(values) }
  })
  return drawn.reduce((best, each) => (each.gain > best.gain ? each : best)).values
}

/** The tuner; the first configurations are drawn at random. */
export const tuner =
  (startup: number): Tuner =>
  (known) => {
    const { seed, template, tried } = known
    const begins = tried.length < startup || tried.every(({ score }) => score === undefined)
    const values = untried(tried, (attempt) => {
      const own = Seed.derive(seed, "tpe", tried.length, attempt)
      return begins ? draw(template, own) : propose(known, Seed.generator(own))
    })
    return values === undefined ? undefined : { values }
  }

export const tpe = define({
  id: "Tune.tpe",
  summary: "Tries what is likelier among good configurations than among others (Parzen estimators)",
  options: { startup: withDefault(count(1), 10, "Configurations at random before the density is estimated") },
  resampling: { type: "cv", folds: 5 },
  evaluations: 40,
  epochs: "chosen",
  tuner: ({ startup }) => tuner(startup)
})
