/**
 * From an experiment file to tasks, learners and measures: every problem of the file in one error.
 */
import { pathToFileURL } from "node:url"
import * as Builtin from "@rocflow/core/Builtin"
import * as Task from "@rocflow/core/data/Task"
import type { Engine } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import type { Measure } from "@rocflow/core/learning/Measure"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Losses from "@rocflow/losses/Registered"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { AnyLearner } from "@rocflow/resampling/Job"
import * as Document from "./document.ts"
import { Experiment } from "./Experiment.ts"
import { ExperimentError } from "./ExperimentError.ts"

/** An experiment whose every name is resolved. @category models */
export interface Loaded {
  readonly file: string
  readonly name: string
  readonly text: string
  readonly experiment: Experiment
  readonly tasks: ReadonlyArray<Task.Task>
  readonly learners: ReadonlyArray<AnyLearner<Engine>>
  readonly measures: ReadonlyArray<Measure>
  readonly registry: Registry.Registry
}

interface Problem {
  readonly path: Document.Path
  readonly message: string
}

/** The definitions of all packages. */
export const builtin: ReadonlyArray<Definition> = [
  ...Builtin.definitions,
  ...Losses.definitions,
  ...Losses.measures
]

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const readText = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (message: string) => new ExperimentError({ file, issues: [{ path: "", message }] })
  const info = yield* Effect.mapError(fs.stat(file), () =>
    refuse("there is no such file; name an experiment file, such as examples/main-job/experiment.yaml")
  )
  if (info.type === "Directory") {
    return yield* refuse("this is a directory; name an experiment file in it")
  }
  return yield* Effect.mapError(fs.readFileString(file), () => refuse("the file cannot be read; check its rights"))
})

const decode = (value: unknown): Result.Result<Experiment, ReadonlyArray<Problem>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return Result.fail([
      { path: [], message: "an experiment is a mapping with tasks, learners, resamplings and measures" }
    ])
  }
  return Result.mapError(
    Schema.decodeUnknownResult(Experiment, { errors: "all", onExcessProperty: "error" })(value),
    ({ issue }) =>
      format(issue).issues.map(({ path, message }) => ({
        path: (path ?? []).map((key) => (typeof key === "number" ? key : String(key))),
        message
      }))
  )
}

const importModule = (file: string) =>
  Effect.tryPromise({
    try: () => import(pathToFileURL(file).href) as Promise<{ readonly definitions?: unknown }>,
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!
  })

/** The registry of the built-in definitions and those of the experiment's modules. */
const loadRegistry = Effect.fnUntraced(function* (modules: ReadonlyArray<string>, directory: string) {
  const path = yield* Path.Path
  const problems: Array<Problem> = []
  const definitions: Array<Definition> = [...builtin]
  for (const [i, name] of modules.entries()) {
    const loaded = yield* Effect.result(importModule(path.resolve(directory, name)))
    if (Result.isFailure(loaded)) {
      problems.push({ path: ["modules", i], message: `the module does not load: ${loaded.failure}` })
    } else if (!Array.isArray(loaded.success.definitions)) {
      problems.push({ path: ["modules", i], message: "the module has no export `definitions`, a list of definitions" })
    } else {
      definitions.push(...(loaded.success.definitions as ReadonlyArray<Definition>))
    }
  }
  const registry = Registry.make(definitions)
  if (Result.isSuccess(registry)) return { registry: registry.success, problems }
  problems.push({ path: ["modules"], message: registry.failure.message })
  return { registry: Result.getOrThrow(Registry.make(builtin)), problems }
})

const readLearners = (entries: Experiment["learners"], registry: Registry.Registry, problems: Array<Problem>) =>
  entries.flatMap((entry, i) => {
    const { id, ...json } = typeof entry === "string" ? { type: entry } : (entry as Record<string, unknown>)
    const read = Learner.fromJson(json, registry)
    if (Result.isSuccess(read)) return [typeof id === "string" ? Learner.named(read.success, id) : read.success]
    problems.push(...read.failure.issues.map(({ path, message }) => ({ path: ["learners", i, ...path], message })))
    return []
  })

const readMeasures = (ids: ReadonlyArray<string>, registry: Registry.Registry, problems: Array<Problem>) =>
  ids.flatMap((id, i) => {
    const found = Registry.find(registry, id, "measure")
    if (Result.isSuccess(found)) return [found.success as Measure]
    problems.push({ path: ["measures", i], message: found.failure.message })
    return []
  })

const readTasks = Effect.fnUntraced(function* (
  entries: Experiment["tasks"],
  directory: string,
  problems: Array<Problem>
) {
  const path = yield* Path.Path
  const tasks: Array<Task.Task> = []
  for (const [i, { file, ...options }] of entries.entries()) {
    const read = yield* Effect.result(Task.fromFile(path.resolve(directory, file), options))
    if (Result.isSuccess(read)) tasks.push(read.success)
    else if (read.failure._tag === "SchemaError") {
      problems.push({ path: ["tasks", i, "file"], message: read.failure.message })
    } else {
      problems.push(
        ...read.failure.problems.map(({ role, column, rule, advice }) => ({
          path: ["tasks", i, role === "feature" ? "features" : role],
          message: `${column === "" ? "" : `column "${column}" `}${rule}. ${advice}`
        }))
      )
    }
  }
  return tasks
})

/**
 * Loads an experiment file and everything that it names: modules, learners, measures, data.
 *
 * Errors: `ExperimentError` with all problems, each with its line and path. Data are read only if the text is in order.
 */
export const load = Effect.fn("experiment.load")(function* (file: string) {
  const path = yield* Path.Path
  const text = yield* readText(file)
  const parsed = Document.parse(text)
  if (Result.isFailure(parsed)) {
    return yield* new ExperimentError({ file, issues: parsed.failure.map((issue) => ({ path: "", ...issue })) })
  }
  const source = parsed.success
  const refuse = (problems: ReadonlyArray<Problem>) =>
    new ExperimentError({
      file,
      issues: problems.map(({ path, message }) => ({
        ...source.position(path),
        path: Document.pathText(path),
        message
      }))
    })

  const decoded = decode(source.value)
  if (Result.isFailure(decoded)) return yield* refuse(decoded.failure)
  const experiment = decoded.success
  const directory = path.dirname(path.resolve(file))
  const { registry, problems } = yield* loadRegistry(experiment.modules ?? [], directory)
  const learners = readLearners(experiment.learners, registry, problems)
  const measures = readMeasures(experiment.measures, registry, problems)
  const tasks = yield* readTasks(experiment.tasks, directory, problems)
  if (problems.length > 0) return yield* refuse(problems)
  const name = experiment.name ?? path.basename(file, path.extname(file))
  const loaded: Loaded = { file, name, text, experiment, tasks, learners, measures, registry }
  return loaded
})
