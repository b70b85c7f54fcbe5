/**
 * From an experiment file to tasks, learners and measures: every problem of the file in one error.
 */
import { isUtf8 } from "node:buffer"
import { pathToFileURL } from "node:url"
import * as Core from "@rocflow/core/Definitions"
import type * as Table from "@rocflow/core/data/Table"
import * as Notation from "@rocflow/core/data/Notation"
import * as Task from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Timing from "@rocflow/core/learning/Timing"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import { type Issue, pathText, type PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Learners from "@rocflow/learners/Definitions"
import * as Losses from "@rocflow/losses/Definitions"
import * as Tune from "@rocflow/resampling/Tune"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AnyLearner, AnyMeasure } from "@rocflow/resampling/Job"
import * as Document from "./document.ts"
import { Experiment, type TaskEntry } from "./Experiment.ts"
import { ExperimentError } from "./ExperimentError.ts"
import { GivenTables } from "./GivenTables.ts"
import { learnersOf, stillOpen } from "./grid.ts"
import { missingOf, nameOf, readTable } from "./readTable.ts"

/** An experiment whose every name is resolved. @category models */
export interface Loaded {
  readonly file: string
  readonly name: string
  readonly text: string
  readonly experiment: Experiment
  readonly tasks: ReadonlyArray<Task.Task>
  /** The table that each task was made of. */
  readonly tables: ReadonlyArray<Table.Table>
  readonly learners: ReadonlyArray<AnyLearner<Engines>>
  readonly fallback: AnyLearner<Engines> | undefined
  readonly measures: ReadonlyArray<AnyMeasure>
  /** The measures over the pooled test rows of all splits. */
  readonly pooled: ReadonlyArray<Measure.Measure>
  readonly registry: Registry.Registry
  /** The error of problems found later, at their places in the file; in their paths learners count as they do here. */
  readonly refuse: (problems: ReadonlyArray<Problem>) => ExperimentError
}

/** A problem at a path into the document. @category models */
export interface Problem {
  readonly path: Document.Path
  readonly message: string
}

/** The definitions of all packages. */
export const builtin: ReadonlyArray<Definition> = [...Core.all, ...Losses.all, ...Learners.all, ...Tune.definitions]

/** Bytes of an experiment file, whose splits may be listed row by row. */
const mostBytes = 10_000_000

/** Problems that are told at once. */
const mostProblems = 100

const readText = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (message: string) => new ExperimentError({ file, issues: [{ path: "", message }] })
  const info = yield* Effect.mapError(fs.stat(file), () =>
    refuse("there is no such file; name an experiment file, such as examples/main-job/experiment.yaml")
  )
  if (info.type === "Directory") {
    return yield* refuse("this is a directory; name an experiment file in it")
  }
  if (info.size > mostBytes) {
    return yield* refuse(
      `the file has ${info.size} bytes, more than ${mostBytes}; name an experiment file, not its data`
    )
  }
  const bytes = yield* Effect.mapError(fs.readFile(file), () => refuse("the file cannot be read; check its rights"))
  if (!isUtf8(bytes) || bytes.includes(0)) {
    return yield* refuse("the file is not text in UTF-8; name an experiment file in YAML or JSON")
  }
  const text = new TextDecoder().decode(bytes)
  return text.trim() === "" ? yield* refuse("the file is empty; `rocflow schema` tells what an experiment has") : text
})

const decodeExperiment = (value: unknown): Result.Result<Experiment, ReadonlyArray<Problem>> =>
  Predicate.isObject(value) && !Array.isArray(value)
    ? decode(Experiment, value)
    : Result.fail([
        {
          path: [],
          message: `the file holds ${Array.isArray(value) ? "a list" : value === null ? "nothing" : "plain text"}, but an experiment is a mapping with the keys tasks, learners, resamplings and measures`
        }
      ])

const importModule = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fs.stat(file))
  if (Option.isNone(info) || info.value.type !== "File") {
    return yield* Effect.fail(`there is no file ${file}; modules are named relative to the experiment file`)
  }
  return yield* Effect.tryPromise({
    try: () => import(pathToFileURL(file).href) as Promise<{ readonly definitions?: unknown }>,
    catch: (cause) =>
      `the module does not load: ${(cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!}; mend it, or leave it out`
  })
})

const isDefinition = (value: unknown): value is Definition =>
  Predicate.isObject(value) &&
  Predicate.isString(Reflect.get(value, "kind")) &&
  Predicate.isString(Reflect.get(value, "id")) &&
  Schema.isSchema(Reflect.get(value, "options"))

/** The registry of the built-in definitions and those of modules, which are named relative to a directory. */
export const loadRegistry = Effect.fnUntraced(function* (modules: ReadonlyArray<string>, directory: string) {
  const path = yield* Path.Path
  const problems: Array<Problem> = []
  const definitions: Array<Definition> = [...builtin]
  for (const [i, name] of modules.entries()) {
    const loaded = yield* Effect.result(importModule(path.resolve(directory, name)))
    if (Result.isFailure(loaded)) {
      problems.push({ path: ["modules", i], message: loaded.failure })
      continue
    }
    const found: unknown = loaded.success.definitions
    if (!Array.isArray(found)) {
      problems.push({
        path: ["modules", i],
        message: "the module has no list of definitions; export one: `export const definitions = [myLoss.definition]`"
      })
      continue
    }
    const list: ReadonlyArray<unknown> = found
    if (list.every(isDefinition)) definitions.push(...list)
    else {
      problems.push({
        path: ["modules", i],
        message: `definitions[${list.findIndex((definition) => !isDefinition(definition))}] of the module has no kind, id and options; make it by Loss.define, Measure.define, Learner.define or their like`
      })
    }
  }
  const registry = Registry.make(definitions)
  if (Result.isSuccess(registry)) return { registry: registry.success, problems }
  problems.push({ path: ["modules"], message: registry.failure.message })
  return { registry: Result.getOrThrow(Registry.make(builtin)), problems }
})

/** The learners of an entry: one, or one for each combination of its grid. */
const readLearner = (
  entry: Experiment["learners"][number],
  at: Document.Path,
  registry: Registry.Registry,
  problems: Array<Problem>
): ReadonlyArray<AnyLearner<Engines>> => {
  const { grid, id, ...json } = typeof entry === "string" ? { type: entry } : (entry as Record<string, unknown>)
  const name = typeof id === "string" ? id : undefined
  const read: Result.Result<ReadonlyArray<AnyLearner<Engines>>, PipelineError> = grid === undefined
    ? Result.mapBoth(Learner.fromJson(json, registry), {
        onSuccess: (learner) => [name === undefined ? learner : Learner.named(learner, name)],
        // A tuner whose name is misspelt closes nothing.
        onFailure: (error) =>
          error.issues.some(({ path }) => path.at(-1) === "type") ? error : (stillOpen(json) ?? error)
      })
    : learnersOf(json, grid, name, registry)
  if (Result.isSuccess(read)) return read.success
  problems.push(
    ...read.failure.issues.map(({ path, message }) => ({
      path: [...at, ...path],
      message: isInnerId(path)
        ? "is no key of a learner within another one; write it at the outer one, which the tables show"
        : message
    }))
  )
  return []
}

/** Whether the place is the id of a learner that is an option of another one. */
const isInnerId = (path: ReadonlyArray<PropertyKey>): boolean =>
  path.at(-1) === "id" && path.some((key) => key === "learner" || key === "learners" || key === "last")

/** Seconds have no options, and are of a job, which has no rows to pool. */
const readTiming = (
  timing: Timing.Timing,
  average: "macro" | "micro",
  options: ReadonlyArray<string>
): Result.Result<Timing.Timing, ReadonlyArray<Issue>> => {
  const [first] = options
  if (first !== undefined) {
    return Result.fail([{ path: [first], message: `is no option of ${timing.id}, which has none; leave it out` }])
  }
  return average === "macro"
    ? Result.succeed(timing)
    : Result.fail([
        { path: ["average"], message: `${timing.id} is of a job and has no rows to be pooled; leave average out` }
      ])
}

/** Measures are columns of tables, whose names are told apart by more than case. */
const alike = (ids: ReadonlyArray<string>): ReadonlyArray<Problem> =>
  [...Map.groupBy(new Set(ids), (id) => id.toLowerCase()).values()].flatMap((own) =>
    own.length === 1
      ? []
      : [
          {
            path: ["measures"],
            message: `${own.map((id) => JSON.stringify(id)).join(" and ")} differ in case only, and tables of scores could not tell them apart; give one another id in its module`
          }
        ]
  )

const readMeasures = (
  entries: Experiment["measures"],
  registry: Registry.Registry,
  problems: Array<Problem>
): Pick<Loaded, "measures" | "pooled"> => {
  const measures: Array<AnyMeasure> = []
  const pooled: Array<Measure.Measure> = []
  for (const [i, entry] of entries.entries()) {
    const { average = "macro", ...json } = Predicate.isString(entry) ? { type: entry } : entry
    const timing = Timing.definitions.find(({ id }) => id === json.type)
    const { type: _, ...options } = json
    const found: Result.Result<AnyMeasure, ReadonlyArray<Issue>> = timing === undefined
      ? decode(Measure.reference, json, Registry.lookup(registry))
      : readTiming(timing, average, Object.keys(options))
    if (Result.isFailure(found)) {
      const at = ["measures", i]
      problems.push(
        ...found.failure.map(({ message, path }) => ({
          path: Predicate.isString(entry) ? at : [...at, ...path],
          message
        }))
      )
    } else if (Timing.isTiming(found.success) || average === "macro") measures.push(found.success)
    else pooled.push(found.success)
  }
  for (const own of [measures, pooled]) problems.push(...alike(own.map(({ id }) => id)))
  return { measures, pooled }
}

const rolesOf = (entry: TaskEntry): Task.Options => {
  const { dropMissing, features, fold, group, ignore, kind, levels, name, order } = entry
  const { positive, stratum, subset, target, weight } = entry
  const roles = { fold, group, name, order, stratum, subset, target, weight }
  return { ...roles, dropMissing, features, id: entry.id ?? nameOf(entry), ignore, kind, levels, positive }
}

const readTasks = Effect.fnUntraced(function* (
  entries: Experiment["tasks"],
  directory: string,
  registry: Registry.Registry,
  problems: Array<Problem>
) {
  const tasks: Array<Task.Task> = []
  const tables: Array<Table.Table> = []
  const given = yield* yield* GivenTables
  for (const [i, entry] of entries.entries()) {
    const at = (path: Document.Path, message: string) => problems.push({ path: ["tasks", i, ...path], message })
    const own = given[i]
    const table = yield* Effect.result(own === undefined ? readTable(entry, directory, registry) : Effect.succeed(own))
    if (Result.isFailure(table)) {
      at(table.failure.path, table.failure.message)
      continue
    }
    tables.push(table.success)
    const made = yield* Effect.result(Task.fromTable(table.success, rolesOf(entry)))
    if (Result.isSuccess(made))
      tasks.push(Task.withNotation(made.success, Notation.of({ ...entry, na: missingOf(entry.na) })))
    else {
      for (const { advice, column, role, rule } of made.failure.problems) {
        at(
          [role === "feature" ? "features" : role],
          `${column === "" ? rule : rule === "no such column" ? `there is no column "${column}"` : `column "${column}" ${rule}`}. ${advice}`
        )
      }
    }
  }
  return { tasks, tables }
})

/** The problems of learners and measures in a document whose form is wrong elsewhere, so that they all come at once. */
const otherProblems = (value: unknown, registry: Registry.Registry): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const listOf = (key: string): ReadonlyArray<unknown> => {
    const list: unknown = Predicate.isObject(value) ? Reflect.get(value, key) : undefined
    return Array.isArray(list) ? list : []
  }
  listOf("learners").forEach((entry, i) => {
    if (Predicate.isString(entry) || (Predicate.isObject(entry) && !Array.isArray(entry))) {
      readLearner(entry as Experiment["learners"][number], ["learners", i], registry, problems)
    }
  })
  readMeasures(listOf("measures").filter(Predicate.isString), registry, problems)
  return problems
}

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
    return yield* new ExperimentError({ file, issues: [{ path: "", ...parsed.failure }] })
  }
  const source = parsed.success
  const refuse = (problems: ReadonlyArray<Problem>) => {
    const issues = problems.slice(0, mostProblems).map(({ message, ...problem }) => {
      const path = source.written(problem.path)
      return { ...source.position(path), path: pathText(path), message }
    })
    const more = problems.length - issues.length
    const last = { path: "", message: `has ${more} more problems; mend these first` }
    return new ExperimentError({ file, issues: more === 0 ? issues : [...issues, last] })
  }

  const decoded = decodeExperiment(source.value)
  if (Result.isFailure(decoded)) {
    // Modules are loaded only by a document that is in order; without them, every name must be a built-in one.
    const closed = !Predicate.hasProperty(source.value, "modules")
    const registry = Result.getOrThrow(Registry.make(builtin))
    return yield* refuse([...decoded.failure, ...(closed ? otherProblems(source.value, registry) : [])])
  }
  const experiment = decoded.success
  const directory = path.dirname(path.resolve(file))
  // A worker process runs code once the one that started it found the experiment in order.
  if (experiment.modules !== undefined) yield* yield* GivenTables
  const { registry, problems } = yield* loadRegistry(experiment.modules ?? [], directory)
  const read = experiment.learners.map((entry, i) => readLearner(entry, ["learners", i], registry, problems))
  const learners = read.flat()
  const [fallback] =
    experiment.fallback === undefined ? [] : readLearner(experiment.fallback, ["fallback"], registry, problems)
  const { measures, pooled } = readMeasures(experiment.measures, registry, problems)
  const { tables, tasks } = yield* readTasks(experiment.tasks, directory, registry, problems)
  if (problems.length > 0) return yield* refuse(problems)
  const name = experiment.name ?? path.basename(file, path.extname(file))
  /** The entry of each learner: one with a grid has several. */
  const entries = read.flatMap((own, i) => own.map(() => i))
  const loaded: Loaded = {
    file,
    name,
    text,
    experiment,
    tasks,
    tables,
    learners,
    fallback,
    measures,
    pooled,
    registry,
    refuse: (found) =>
      refuse(
        found.map(({ message, path }) => ({
          path: path.map((key, i) => (i === 1 && path[0] === "learners" ? (entries[Number(key)] ?? key) : key)),
          message
        }))
      )
  }
  return loaded
})
