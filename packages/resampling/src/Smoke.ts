/**
 * A smoke test of a design: every learner on every task and kind of training set once, on few rows and for few epochs, so that a
 * mistake is found in seconds and not after a day.
 *
 * What is executed are jobs of the design with less in them, by the same code: it says whether they work, not how well they
 * do. *Gotcha*: what needs many rows or many epochs (memory, a loss that diverges late) is not found.
 *
 * @example
 * const small = yield* Effect.fromResult(Smoke.design(planned, { brief: (learner) => Smoke.brief(learner, registry) }))
 * const { results } = yield* Run.start(small, directory)
 */
import { hashJson } from "@rocflow/core/Hash"
import type { Task } from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Registry from "@rocflow/core/pipeline/Registry"
import type { SplitProblem } from "@rocflow/core/splitting/SplitProblem"
import * as Units from "@rocflow/core/splitting/Units"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Design from "./Design.ts"
import * as Job from "./Job.ts"
import * as Resampling from "./Resampling.ts"
import * as Tune from "./Tune.ts"

/** So many of the rows of a stratum, evenly spread over them. */
const some = (rows: ReadonlyArray<number>, count: number): ReadonlyArray<number> =>
  rows.length <= count ? rows : Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!)

/**
 * Chooses at most `count` rows of each stratum, class and subset among some rows of a task, ascending. A regression without
 * strata and subsets is one stratum.
 */
export const thin = (units: Units.Units, rows: Int32Array, count: number): Int32Array => {
  const { stratum, subset } = units
  const strata = Map.groupBy(rows, (row) => `${stratum.codes[row]} ${units.target?.codes[row]} ${subset?.codes[row]}`)
  return Int32Array.from([...strata.values()].flatMap((own) => some(own, count))).sort()
}

/** The first full-sized split of each test subset and kind of training set. */
const firstSplits = ({ splits }: Resampling.Instance) => {
  const full = splits.filter(({ groups, nTrainGroups }) => nTrainGroups === groups)
  const cells = Map.groupBy(full, ({ testSubset, trainSubsets }) => JSON.stringify([testSubset, trainSubsets]))
  return Array.from(cells.values(), ([first]) => first!)
}

/** How small a smoke test is. @category models */
export interface Options<in out R> {
  /** At most so many rows of each stratum, class and subset, in training and in test sets. Default 10. */
  readonly rows?: number
  /** Makes a learner brief: see `brief`. Default: it stays as it is. */
  readonly brief?: (learner: Job.AnyLearner<R>) => Result.Result<Job.AnyLearner<R>, PipelineError>
}

/**
 * Plans the smoke test of a design: for each task, resampling, test subset and kind of training set the first split, with few
 * rows, for every learner. Without the fallback, so that each learner shows its own errors; pooled measures are measured as
 * others are.
 * @category constructors
 */
export const design = <R>(
  full: Design.Design<R>,
  { brief = Result.succeed, rows = 10 }: Options<R> = {}
): Result.Result<Design.Design<R>, SplitProblem | PipelineError> =>
  Result.gen(function* () {
    const learners = yield* Result.all(full.learners.map(brief))
    const measures = [...new Map([...full.measures, ...full.pooled].map((each) => [each.id, each])).values()]
    const units = new Map<Task, Units.Units>()
    for (const task of full.tasks) units.set(task, yield* Units.make(task))
    const plan = full.plan.map(({ instance, resampling, task }) => {
      const few = (all: Int32Array) => thin(units.get(task)!, all, rows)
      const splits = firstSplits(instance).map((split) => ({
        ...split,
        train: few(split.train),
        test: few(split.test)
      }))
      return { task, resampling, instance: { ...instance, splits } }
    })
    const jobs = plan.flatMap(({ instance, resampling, task }) =>
      instance.splits.flatMap((split) =>
        learners.map((learner) =>
          Job.make({
            task,
            learner,
            resampling: Resampling.toText(resampling),
            resamplingKey: Job.resamplingKey(resampling),
            split,
            measures,
            fallback: undefined,
            seed: full.seed,
            code: full.context.code
          })
        )
      )
    )
    const context = Job.contextOf(undefined, full.context.code)
    const hash = hashJson(jobs.map(({ id }) => id))
    return { ...full, learners, measures, pooled: [], plan, jobs, context, hash }
  })

const tuners = new Set<string>(Tune.definitions.map(({ id }) => id))

/** What is less in a smoke test, by the names of options: of tuners, and of all others. */
const lessOf = (type: string): Readonly<Record<string, number>> =>
  tuners.has(type) ? { evaluations: 2, most: 2, least: 1 } : { epochs: 2 }

const optionsOf = (type: string, registry: Registry.Registry): ReadonlyArray<string> => {
  const definition = registry.definitions.get(type)
  if (definition?.kind !== "model" && definition?.kind !== "learner") return []
  const { schema } = Schema.toJsonSchemaDocument(definition.options)
  return Object.keys((schema as { readonly properties?: object }).properties ?? {})
}

/** The description with fewer epochs and configurations, wherever it has any. */
const shortened = (json: unknown, registry: Registry.Registry): unknown => {
  if (typeof json === "string") {
    const known = optionsOf(json, registry).filter((name) => name in lessOf(json))
    return known.length === 0 ? json : shortened({ type: json }, registry)
  }
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map((each) => shortened(each, registry))
  const inner = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, key === "type" ? value : shortened(value, registry)])
  )
  const { type } = inner
  if (typeof type !== "string") return inner
  const less = Object.entries(lessOf(type)).filter(([name]) => optionsOf(type, registry).includes(name))
  return {
    ...inner,
    ...Object.fromEntries(
      less.flatMap(([name, count]) => {
        const given = inner[name] ?? count
        return typeof given === "number" ? [[name, Math.min(given, count)]] : []
      })
    )
  }
}

/**
 * Makes a learner brief: networks in it, also those within ensembles and the like, train for two epochs, and tuners try two
 * configurations. Errors: a learner that cannot be read from its JSON form by the registry.
 * @category combinators
 */
export const brief = (
  learner: Job.AnyLearner<Engines>,
  registry: Registry.Registry
): Result.Result<Job.AnyLearner<Engines>, PipelineError> =>
  Result.map(Learner.fromJson(shortened(learner.json, registry), registry), (short) => Learner.named(short, learner.id))
