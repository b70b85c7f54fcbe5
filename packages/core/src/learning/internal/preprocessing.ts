/**
 * What stands before a network: preprocessing, fitted in order, each stage on what the ones before it made, and the
 * ingresses; in every branch by itself. What is learned is kept by the paths of the stages.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TaskModule from "../../data/Task.ts"
import type { Task } from "../../data/Task.ts"
import * as Features from "../../pipeline/Features.ts"
import { MissingValues } from "../../pipeline/MissingValues.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import type { FittedIngress, FittedPreprocessor, Ingress, Preprocessor, Stage, Takes } from "../../pipeline/Stage.ts"
import * as Traverse from "../../pipeline/Traverse.ts"
import * as Seed from "../../Seed.ts"
import * as PreprocessCache from "../PreprocessCache.ts"
import { type Described, fitted, keyOfTask } from "./fitted.ts"
import { fittingOf } from "./fitting.ts"
import type { Checked } from "./learner.ts"

/** What the stages learned, by path, in the order of a walk. */
export interface Learned {
  readonly preprocessors: ReadonlyMap<string, FittedPreprocessor>
  readonly ingresses: ReadonlyMap<string, FittedIngress>
}

/** A stage with the features that it was fitted to, and those that it made of them unless it is an ingress. */
export interface Step {
  readonly path: string
  readonly stage: Pick<Preprocessor | Ingress, "notes">
  readonly before: Features.Features
  readonly after?: Features.Features
  readonly chose?: ReadonlyArray<string> | undefined
}

/** What the stages made of some rows. */
export interface Made {
  /** After the last stage that is not inside a branch. */
  readonly features: Features.Features
  /** What reaches each ingress, by its path. */
  readonly inputs: ReadonlyMap<string, Features.Features>
}

/** A problem of a branch says so: several may have stages of one name. */
const inBranch = (name: string) => (error: PipelineError) =>
  new PipelineError({
    issues: error.issues.map((issue) => ({ ...issue, message: `branch "${name}": ${issue.message}` }))
  })

interface Visitor {
  readonly preprocess: (
    path: string,
    stage: Described,
    features: Features.Features
  ) => Effect.Effect<Features.Features, PipelineError>
  readonly ingress: (path: string, stage: Ingress, features: Features.Features) => Effect.Effect<void, PipelineError>
}

/** Carries features through the stages, and a copy of them into each branch; gives those after the last stage. */
const walk = (
  stages: ReadonlyArray<Stage>,
  features: Features.Features,
  visitor: Visitor,
  prefix = ""
): Effect.Effect<Features.Features, PipelineError> =>
  Effect.reduce(
    Traverse.visits(stages, prefix),
    () => features,
    (now, visit) => {
      const bound = Result.getOrUndefined(visit.stage.bound)
      const part = bound?.part
      switch (part?.kind) {
        case "preprocess": {
          const { preprocessor } = part
          return visitor.preprocess(visit.path, { options: [visit.stage.id, bound?.encoded], preprocessor }, now)
        }
        case "ingress":
          return Effect.as(visitor.ingress(visit.path, part.ingress, now), now)
        case "merge":
          return Effect.as(
            Effect.forEach(
              Traverse.branches(visit),
              (branch) => Effect.mapError(walk(branch.stages, now, visitor, branch.path), inBranch(branch.name)),
              { discard: true }
            ),
            now
          )
        default:
          return Effect.succeed(now)
      }
    }
  )

const refuse = (path: string, message: string) =>
  new PipelineError({ issues: [{ path: [], message: `${path.slice(path.lastIndexOf("/") + 1)}: ${message}` }] })

/** The rows that a stage trains on further: every branch has the same. */
const kept = (path: string, task: Task, rows: ArrayLike<number>): Result.Result<Task, PipelineError> =>
  path.includes("/")
    ? Result.fail(
        refuse(
          path,
          "changes which rows are trained on, but stands in a branch; put it before the Merge, for all branches"
        )
      )
    : rows.length === 0
      ? Result.fail(refuse(path, `leaves none of the ${task.rows} training rows; change its options, or leave it out`))
      : Result.succeed(TaskModule.take(task, rows))

/**
 * What the ingresses take that stand behind the stage of a path: in its branch, or in any. Categories, if one of them does;
 * the rest, if all do.
 */
const takenBehind = (stages: ReadonlyArray<Stage>, path: string): Takes | undefined => {
  const branch = path.slice(0, path.lastIndexOf("/") + 1)
  const taken = Traverse.all(stages).flatMap(({ path, stage: { bound } }) =>
    Result.isSuccess(bound) && bound.success.part.kind === "ingress" && path.startsWith(branch)
      ? [bound.success.part.ingress.takes ?? {}]
      : []
  )
  if (taken.length === 0) return undefined
  return {
    categories: taken.some(({ categories }) => categories === true),
    missing: taken.every(({ missing }) => missing === true),
    anyScale: taken.every(({ anyScale }) => anyScale === true)
  }
}

/**
 * Fits all stages to training rows, but those that are remembered; `takes` is what a learner takes that stands behind stages
 * without an ingress. Gives besides the rows that are trained on, as a task with the columns of the given one: those that a
 * stage dropped are gone, and those that it repeated come as often.
 */
export const fit = Effect.fnUntraced(function* (
  stages: ReadonlyArray<Stage>,
  training: Task,
  seed: Seed.Seed,
  takes?: Takes
) {
  const preprocessors = new Map<string, FittedPreprocessor>()
  const ingresses = new Map<string, FittedIngress>()
  const inputs = new Map<string, Features.Features>()
  const steps: Array<Step> = []
  const first = Features.fromTask(training)
  const memory = yield* PreprocessCache.Current
  const cache = memory?.accepts(first) === true ? memory : undefined
  const keys = new Map<Features.Features, string>()
  let task = training
  const features = yield* walk(stages, first, {
    preprocess: Effect.fnUntraced(function* (path, stage, before) {
      const fitting = fittingOf(task, Seed.derive(seed, "preprocess", path), takenBehind(stages, path) ?? takes)
      const beforeKey = cache === undefined ? "" : (keys.get(before) ?? keyOfTask(training))
      const done = yield* fitted(cache, stage, before, beforeKey, fitting)
      const { apply, chose, sourceOf, state, training: { rows } = {} } = done.fit
      preprocessors.set(path, { apply, sourceOf, state })
      if (rows !== undefined) task = yield* Effect.fromResult(kept(path, task, rows))
      const after = rows === undefined ? done.after : Features.take(done.after, rows)
      keys.set(after, done.key)
      steps.push({ path, stage: stage.preprocessor, before, after, chose })
      return after
    }),
    ingress: (path, stage, now) =>
      Effect.map(Effect.fromResult(stage.fit(now)), (fitted) => {
        ingresses.set(path, fitted)
        inputs.set(path, now)
        steps.push({ path, stage, before: now })
      })
  })
  const learned: Learned = { preprocessors, ingresses }
  const made: Made = { features, inputs }
  return { learned, made, steps, task }
})

/** What is to be seen of stages without training: what each made of columns and rows, and what is probably not meant. */
export const checked = (steps: ReadonlyArray<Step>): Checked => ({
  stages: steps.flatMap(({ after, before, chose, path }) =>
    after === undefined
      ? []
      : [
          {
            path,
            columns: after.columns.size,
            ...(after.rows === before.rows ? {} : { rows: after.rows }),
            ...(chose === undefined ? {} : { chose })
          }
        ]
  ),
  notes: steps.flatMap(({ before, stage }) => stage.notes(before))
})

/** Applies what the stages learned to the features of any rows. */
export const apply = Effect.fnUntraced(function* (
  stages: ReadonlyArray<Stage>,
  { preprocessors }: Learned,
  features: Features.Features
) {
  const inputs = new Map<string, Features.Features>()
  const after = yield* walk(stages, features, {
    preprocess: (path, _, now) => preprocessors.get(path)?.apply(now) ?? Effect.succeed(now),
    ingress: (path, _, now) => Effect.sync(() => inputs.set(path, now))
  })
  const made: Made = { features: after, inputs }
  return made
})

/** The column that one behind the stages was made of, stage by stage; itself where it was made of several. */
export const sourceOf = ({ preprocessors }: Learned, made: string): string =>
  [...preprocessors.values()].reduceRight((name, stage) => stage.sourceOf?.(name) ?? name, made)

const inIngress = (branch: string) => (error: PipelineError | MissingValues) =>
  error._tag === "PipelineError"
    ? inBranch(branch)(error)
    : new MissingValues({ ...error, stage: `branch "${branch}": ${error.stage}` })

/** Opens what reaches the ingresses as sources, in the order of the network's inputs. */
export const open = ({ ingresses }: Learned, { inputs }: Made) =>
  Effect.forEach(ingresses, ([path, ingress]) => {
    const branch = path.slice(0, Math.max(0, path.lastIndexOf("/")))
    const opened = ingress.open(inputs.get(path)!)
    return branch === "" ? opened : Effect.mapError(opened, inIngress(branch))
  })

const Pairs = Schema.Array(Schema.Tuple([Schema.String, Schema.Unknown]))

/** The JSON of what the stages learned: pairs of path and state. */
export const Json = Schema.Struct({ preprocess: Pairs, ingress: Pairs })

const pairs = (fitted: ReadonlyMap<string, { readonly state: () => unknown }>) =>
  Array.from(fitted, ([path, { state }]) => [path, state()] as const)

/** Writes what the stages learned as plain JSON. */
export const toJson = ({ ingresses, preprocessors }: Learned): typeof Json.Type => ({
  preprocess: pairs(preprocessors),
  ingress: pairs(ingresses)
})

type Loaded<A> = Result.Result<ReadonlyMap<string, A>, PipelineError>

/** Loads the states of stages that are all there, and no others. */
const loadAll = <A>(
  what: string,
  stages: ReadonlyArray<readonly [path: string, load: (state: unknown) => Result.Result<A, PipelineError>]>,
  saved: ReadonlyArray<readonly [path: string, state: unknown]>
): Loaded<A> => {
  const paths = (list: ReadonlyArray<readonly [string, unknown]>) => list.map(([path]) => path).join(", ")
  if (paths(stages) !== paths(saved)) {
    const message = `the model state has ${what} states of ${paths(saved) || "no stage"}, and the pipeline has ${paths(stages) || "no such stage"}; load it with the learner that was trained`
    return Result.fail(new PipelineError({ issues: [{ path: [what], message }] }))
  }
  return Result.map(
    Result.all(stages.map(([path, load], i) => Result.map(load(saved[i]![1]), (fitted) => [path, fitted] as const))),
    (entries) => new Map(entries)
  )
}

/** Reads what `toJson` wrote; a state that is not one of its stage is an error that names the stage. */
export const fromJson = (
  stages: ReadonlyArray<Stage>,
  json: typeof Json.Type
): Result.Result<Learned, PipelineError> => {
  const all = Traverse.all(stages).flatMap(({ path, stage: { bound } }) =>
    Result.isSuccess(bound) ? [{ path, part: bound.success.part }] : []
  )
  const preprocessors = all.flatMap(({ part, path }) =>
    part.kind === "preprocess" ? [[path, part.preprocessor.load] as const] : []
  )
  const ingresses = all.flatMap(({ part, path }) =>
    part.kind === "ingress" ? [[path, part.ingress.load] as const] : []
  )
  return Result.flatMap(loadAll("preprocess", preprocessors, json.preprocess), (preprocessors) =>
    Result.map(loadAll("ingress", ingresses, json.ingress), (ingresses) => ({ preprocessors, ingresses }))
  )
}
