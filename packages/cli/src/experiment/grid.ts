/**
 * Learners of an entry with open places and a grid of their values: a cheap search, without tuning.
 *
 * ```yaml
 * - id: linear
 *   pipeline: [ …, { type: Optimizer.sgd, learningRate: { tune: log, name: rate, from: 0.001, to: 1 } }, … ]
 *   grid: { rate: [0.1, 0.01] }     # the learners "linear (rate=0.1)" and "linear (rate=0.01)"
 * ```
 */
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import type * as Tuning from "@rocflow/core/learning/Tuning"
import { decode } from "@rocflow/core/pipeline/Decode"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Registry from "@rocflow/core/pipeline/Registry"
import type { AnyLearner } from "@rocflow/resampling/Job"
import * as Tune from "@rocflow/resampling/Tune"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Values by the names of open places. */
const Grid = Schema.Record(Schema.String, Schema.NonEmptyArray(Schema.Json))

/** The values of a learner, in the order of the grid. */
const shown = (grid: typeof Grid.Type, values: Tuning.Configuration): string =>
  Object.keys(grid)
    .filter((name) => name in values)
    .map((name) => `${name}=${typeof values[name] === "string" ? values[name] : JSON.stringify(values[name])}`)
    .join(", ")

/** Issues of the whole are those of the grid. */
const inGrid = ({ issues }: PipelineError): PipelineError =>
  new PipelineError({ issues: issues.map((issue) => (issue.path.length === 0 ? { ...issue, path: ["grid"] } : issue)) })

/** A learner for each combination of the values, called by the name and them. */
export const learnersOf = (
  json: object,
  given: unknown,
  name: string | undefined,
  registry: Registry.Registry
): Result.Result<ReadonlyArray<AnyLearner<Engines>>, PipelineError> =>
  Result.gen(function* () {
    const grid = yield* Result.mapError(
      decode(Grid, given),
      (issues) => new PipelineError({ issues: issues.map((issue) => ({ ...issue, path: ["grid", ...issue.path] })) })
    )
    const open = Tune.fromJson(json, Registry.lookup(registry))
    const configurations = yield* Result.mapError(Tune.combinations(open, grid), inGrid)
    const learners = configurations.map((values) =>
      Result.map(Tune.bind(open, values), (learner) =>
        Learner.named(learner, `${name ?? learner.id} (${shown(grid, values)})`)
      )
    )
    return yield* Result.mapError(Result.all(learners), inGrid)
  })

const tuners = new Set<unknown>(Tune.definitions.map(({ id }) => id))

/** The description of a learner without the parts that are tuned. */
const withoutTuned = (json: unknown): unknown => {
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(withoutTuned)
  if ("type" in json && tuners.has(json.type)) return null
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutTuned(value)]))
}

/** What is said of an entry with open places that has neither a grid nor a tuner around them; undefined of any other one. */
export const stillOpen = (json: object): PipelineError | undefined => {
  const names = [...Tune.spaceOf(withoutTuned(json)).keys()]
  if (names.length === 0) return undefined
  const grid = names.map((name) => `${name}: […]`).join(", ")
  const message = `is open: ${names.join(", ")}; give values by grid: { ${grid} }, or tune it by { type: Tune.random, learner: … }`
  return new PipelineError({ issues: [{ path: [], message }] })
}
