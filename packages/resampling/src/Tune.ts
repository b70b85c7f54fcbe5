/**
 * Tuning: a learner with open places, and tuners that close them by trying, inside training.
 *
 * A range stands where a value would. In a file it has a name; in code the name is that of a space, and a function makes the
 * learner of the values. A tuner makes it a learner again, which tries configurations on splits of its training rows and
 * trains the best one on all of them; resampling it is nested resampling. Groups, strata, folds and weights of the task reach
 * the inner splits, which are the same for all configurations, and so is the seed of each inner training.
 *
 * @example
 * const open = Tune.over({ rate: Tune.log(1e-4, 10), units: Tune.integer(2, 64) }, ({ rate, units }) =>
 *   Ingress.numeric().pipe(Nn.linear(units), Nn.relu(), Nn.head(), Aum.loss(), Optimizer.sgd({ learningRate: rate }),
 *     Model.classif({ epochs: 200 }))
 * )
 * const learner = Tune.random(open, { evaluations: 30, resampling: Resampling.cv({ folds: 3 }), epochs: { patience: 20 } })
 * const trained = yield* Learner.train(learner, sonar)
 * trained.fitted.tuning?.values // => { rate: 0.03, units: 17 }
 */
import type { Kind } from "@rocflow/core/data/Task"
import type * as Learner from "@rocflow/core/learning/Learner"
import type { Json } from "effect/Schema"
import type { EpochsOptions, Options, WithEpochs } from "./tuning/define.ts"
import * as Epochs from "./tuning/epochs.ts"
import * as Given from "./tuning/given.ts"
import * as Halving from "./tuning/halving.ts"
import * as Spread from "./tuning/spread.ts"
import { tpe as parzen } from "./tuning/tpe.ts"
import { closed, type Of, type Open } from "./tuning/Open.ts"

export {
  bind,
  combinations,
  fromJson,
  type Of,
  oneOf,
  type Open,
  over,
  type Space,
  spaceOf,
  usual,
  type Values
} from "./tuning/Open.ts"
export type { EpochsOptions, Options, WithEpochs } from "./tuning/define.ts"
export type { Tried } from "./tuning/events.ts"
export type { Range } from "./tuning/Range.ts"

/** A real number in [from, to], all equally likely. @category ranges */
export const real = (from: number, to: number): Of<number> => ({ type: "real", from, to })

/**
 * A real number in [from, to], both above 0, on a logarithmic scale: for rates, penalties, and what else is right to a factor.
 * @category ranges
 */
export const log = (from: number, to: number): Of<number> => ({ type: "log", from, to })

/** A whole number in [from, to]; with `log`, on a logarithmic scale. @category ranges */
export const integer = (from: number, to: number, options: { readonly log?: boolean } = {}): Of<number> => ({
  type: "integer",
  from,
  to,
  ...options
})

/** One of some values, all equally likely: texts, numbers, lists. @category ranges */
export const choice = <const T extends Json>(values: ReadonlyArray<T>): Of<T> => ({ type: "choice", values })

/** True or false. @category ranges */
export const boolean: Of<boolean> = choice([true, false])

type Tuned<K extends Kind, Columns extends string, E, R> = Learner.Learner<K, Columns, E, R>

/**
 * Tries every combination of evenly spread values: of each range of numbers `resolution` (default 5), or as many as
 * `resolutions` says by name, from bound to bound on its scale; all values of a choice.
 *
 * *Gotcha*: five values of each of four names are 625 configurations; `Tune.random` finds as good ones in a few dozen.
 *
 * @example
 * Tune.grid(open, { resolution: 3, resampling: Resampling.cv({ folds: 3 }) })
 * @category tuners
 */
export const grid = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs & {
    readonly resolution?: number
    readonly resolutions?: { readonly [N in keyof V]?: number }
  } = {}
): Tuned<K, Columns, E, R> => Given.grid.make(open, options)

/**
 * Tries configurations at random, `evaluations` of them (default 20), none twice: the usual choice, and hard to beat where
 * few of many names matter.
 *
 * Source: Bergstra and Bengio (2012), Random search for hyper-parameter optimization, JMLR 13.
 *
 * @example
 * Tune.random(open, { evaluations: 50, stagnation: { evaluations: 15 }, epochs: { patience: 20 } })
 * @category tuners
 */
export const random = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs = {}
): Tuned<K, Columns, E, R> => Given.random.make(open, options)

/**
 * Tries configurations that are spread evenly: the line of each name is cut into as many parts as there are `evaluations`
 * (default 20), and each part is tried once. Source: McKay, Beckman and Conover (1979), Technometrics 21.
 *
 * @example
 * Tune.latinHypercube(open, { evaluations: 30 })
 * @category tuners
 */
export const latinHypercube = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs = {}
): Tuned<K, Columns, E, R> => Spread.latinHypercube.make(open, options)

/**
 * Tries `evaluations` points (default 20) of Sobol's sequence, which are spread evenly over the whole space however many are
 * tried, shifted by the seed; of up to 21 names. Source: Joe and Kuo (2008), SIAM Journal on Scientific Computing 30.
 *
 * @example
 * Tune.sobol(open, { evaluations: 32 })
 * @category tuners
 */
export const sobol = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs = {}
): Tuned<K, Columns, E, R> => Spread.sobol.make(open, options)

/**
 * Tries the configurations that are given, in their order: those of a paper, or a default first.
 *
 * @example
 * Tune.points(open, { configurations: [{ rate: 0.1, units: 8 }, { rate: 1, units: 32 }] })
 * @category tuners
 */
export const points = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs & { readonly configurations: ReadonlyArray<V> }
): Tuned<K, Columns, E, R> => Given.points.make(open, options)

/**
 * Tries what is likelier among the good configurations than among the others, by what was tried: the tree-structured Parzen
 * estimator. The first `startup` configurations (default 10) are drawn at random; of 40 in all, unless `evaluations` says
 * otherwise.
 *
 * The best tenth, at most 25, are the good ones. A density is made of these, with a kernel at each, and one of all others; of 24
 * draws from the first, that with the largest ratio of the two is tried. All names are treated together, and what is open in
 * an alternative only has a say where that was chosen. Configurations that failed are among the others.
 *
 * Source: Bergstra, Bardenet, Bengio and Kégl (2011), Algorithms for hyper-parameter optimization, NeurIPS; Falkner, Klein and
 * Hutter (2018), BOHB, ICML, for all names together. Kernels are logistic here.
 *
 * @example
 * Tune.tpe(open, { evaluations: 60, resampling: Resampling.cv({ folds: 3 }), epochs: { patience: 20 } })
 * @category tuners
 */
export const tpe = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: WithEpochs & { readonly startup?: number } = {}
): Tuned<K, Columns, E, R> => parzen.make(open, options)

/** How configurations are given more epochs. @category models */
export interface HalvingOptions extends Options, EpochsOptions {
  /** The epochs of the first step. Default: a 27th of the most. */
  readonly least?: number
  /** The factor between the epochs of two steps; one in `eta` configurations goes on. At least 1.5, default 3. */
  readonly eta?: number
}

/**
 * Draws `configurations` at random (default 27) and trains each for `least` epochs; the best in `eta` go on to `eta` times as
 * many, and so on to `most` (default: the learner's). Each step goes on from where the one before stopped. Schedules have the
 * length of `most` epochs in every step. Of the trainings of the best configuration the best epochs are averaged, as by
 * `Tune.epochs`. Inner splits are 3-fold cross-validation unless `resampling` says otherwise.
 *
 * *Gotcha*: what learns slowly at first is dropped: a small rate, strong dropout. Give `least` so many epochs that curves have
 * parted. With an `evalFreq` above 1 a step is also measured at its last epoch, where training at once would not; let steps
 * be multiples of it.
 *
 * Source: Jamieson and Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization, AISTATS.
 *
 * @example
 * Tune.halving(open, { configurations: 81, least: 5, most: 405 })
 * @category tuners
 */
export const halving = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: HalvingOptions & { readonly configurations?: number } = {}
): Tuned<K, Columns, E, R> => Halving.halving.make(open, options)

/**
 * Successive halving from several beginnings: from many configurations with few epochs, as bold as can be, to few with all of
 * them, which drops nothing too early. Options as in `Tune.halving`; how many configurations each has follows from `least`,
 * `most` and `eta`: 81, 34, 15, 8 and 5 where the most are 81 times the least.
 *
 * Source: Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar (2018), Hyperband: a novel bandit-based approach to
 * hyperparameter optimization, JMLR 18.
 *
 * @example
 * Tune.hyperband(open, { least: 4, most: 324, resampling: Resampling.holdout({ ratio: 0.7 }) })
 * @category tuners
 */
export const hyperband = <V, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  options: HalvingOptions = {}
): Tuned<K, Columns, E, R> => Halving.hyperband.make(open, options)

/**
 * Finds the number of epochs on held-out rows, then trains anew, from fresh weights and on all rows, for as many.
 *
 * On each split of `resampling`, by default one of half the rows, the learner is trained for `most` epochs (default: its
 * own), or until `patience` evaluations bring no gain, with the test rows as its validation. The best epochs are averaged and
 * rounded up. A validation that the learner has itself is set aside: all rows train. Schedules have the length of `most`
 * epochs in all trainings.
 *
 * *Gotcha*: on a few hundred rows this is worth more than any other choice, as the rows held out for a validation are those
 * that the network lacks; on many rows the learner's own validation costs half the time.
 *
 * @example
 * Tune.epochs(RealMlp.classif({ loss: Bce.loss() }))
 * Tune.epochs(learner, { most: 500, patience: 50, resampling: Resampling.cv({ folds: 3 }), measure: Measure.logloss })
 * @category tuners
 */
export const epochs = <K extends Kind, Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>,
  options: Options & EpochsOptions = {}
): Tuned<K, Columns, E, R> => Epochs.epochs.make(closed(learner), options)

/** The tuners of this package, for registries. @category definitions */
export const definitions: ReadonlyArray<Learner.Definition> = [
  Given.grid.definition,
  Given.random.definition,
  Given.points.definition,
  Spread.latinHypercube.definition,
  Spread.sobol.definition,
  parzen.definition,
  Halving.halving.definition,
  Halving.hyperband.definition,
  Epochs.epochs.definition
]
