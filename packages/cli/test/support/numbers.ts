/**
 * Every number of every option, replaced by numbers beyond sense: experiments to be planned and run.
 *
 * `node numbers.ts FIRST` runs the cases from the number FIRST on, and tells its parent what each came to.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Kind } from "@rocflow/core/pipeline/Definition"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Design from "@rocflow/resampling/Design"
import * as Job from "@rocflow/resampling/Job"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { parse } from "yaml"
import { builtin } from "../../src/experiment/load.ts"

/** Numbers that wrap, that no array has, that are no numbers, and that are just wrong. */
const beyond = [2 ** 31, 2 ** 31 - 1, 1e9, 1e308, -1, 0.5, Number.NaN]

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
type Entry = { readonly [key: string]: Json }

const text = readFileSync(fileURLToPath(new URL("../../../../docs/experiments.md", import.meta.url)), "utf8")

/** Every stage, learner and resampling with every option, as the documentation shows them. */
const entries: ReadonlyArray<Entry> = [...text.matchAll(/^```yaml defaults\n(.*?)^```$/gms)].flatMap(
  ([, block]) => parse(block!) as ReadonlyArray<Entry>
)

type Path = ReadonlyArray<string | number>

const numbersOf = (value: Json): ReadonlyArray<Path> => {
  if (typeof value === "number") return [[]]
  if (Array.isArray(value)) return value.flatMap((inner, i) => numbersOf(inner as Json).map((path) => [i, ...path]))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(inner as Json).map((path) => [key, ...path]))
}

const put = (value: Json, [key, ...rest]: Path, number: number): Json => {
  if (key === undefined) return number
  if (Array.isArray(value)) return value.map((inner: Json, i) => (i === key ? put(inner, rest, number) : inner))
  const object = value as Entry
  return { ...object, [key]: put(object[key]!, rest, number) }
}

const patients = Array.from({ length: 24 }, (_, i) => i)
const pixels = Array.from({ length: 64 }, (_, j) => `p${j}`)

/** 24 patients; `scan` has 8 × 8 numbers. */
const table = Effect.flatMap(
  Table.fromEntries([
    ["time", Column.numeric(patients)],
    ["dose", Column.numeric(patients.map((i) => ((i * i) % 5 < 2 ? 3 : 0) + (i % 5)))],
    ["weight", Column.numeric(patients.map((i) => (i * 7) % 11))],
    ["site", Column.asFactor(Column.text(patients.map((i) => "abc"[i % 3]!)))],
    ["note", Column.text(patients.map((i) => `${"xyz"[i % 3]} and more`))],
    ["y", Column.asFactor(Column.text(patients.map((i) => ((i * i) % 5 < 2 ? "ill" : "well"))))],
    ["q", Column.numeric(patients.map((i) => i / 7))],
    ...pixels.map((name, j) => [name, Column.numeric(patients.map((i) => (i * 31 + j * 17) % 256))] as const)
  ]),
  (read) => Tensors.fromColumns(read, { name: "scan", columns: pixels, shape: [8, 8, 1] })
)

const binary: Task.Options = { target: "y", positive: "ill", features: ["dose", "weight", "site"] }
const numeric: Task.Options = { ...binary, features: ["dose", "weight"] }
const images: Task.Options = { ...binary, features: ["scan"] }
const regression: Task.Options = { target: "q", features: ["dose", "weight"] }
const multiclass: Task.Options = { target: "site", kind: "multiclass", features: ["dose", "weight"] }

const tasks = new Map<string, Promise<Task.Task>>()

/** The task of some roles, made once. */
const taskOf = (roles: Task.Options): Promise<Task.Task> => {
  const key = JSON.stringify(roles)
  const found = tasks.get(key) ?? Effect.runPromise(Effect.flatMap(table, (read) => Task.fromTable(read, roles)))
  tasks.set(key, found)
  return found
}

const cv: Entry = { type: "cv", folds: 2 }

const model: Entry = { type: "Model.classif", epochs: 1 }
const regr: Entry = { type: "Model.regr", epochs: 1 }
const sgd: Entry = { type: "Optimizer.sgd", learningRate: 0.1 }
const numbers = "Ingress.numeric"

interface Setting {
  readonly task?: Task.Options
  readonly learner?: Json
  readonly resampling?: Entry
  readonly measures?: ReadonlyArray<Json>
}

const net = (task: Task.Options, ...pipeline: ReadonlyArray<Json>): Setting => ({
  task,
  learner: { id: "net", pipeline }
})
const scored = (task: Task.Options, ...layers: ReadonlyArray<Json>) =>
  net(task, ...layers, "Nn.head", "Bce.loss", sgd, model)

const kinds = new Map<string, Kind>(builtin.map(({ id, kind }) => [id, kind]))
const resamplings = new Set<unknown>(Resampling.schema.members.map((member) => member.fields.type.literal))

const tokens = new Set(["Nn.selfAttention", "Nn.transformer", "Nn.classToken", "Nn.takeToken"])
const embeddings = new Set(["Nn.linearEmbedding", "Nn.periodicEmbedding", "Nn.pbldEmbedding", "Nn.featureTokens"])

const ofLayer = (type: string, entry: Entry): Setting => {
  if (type.endsWith("2d")) return scored(images, { type: "Ingress.tensor", column: "scan" }, entry, "Nn.flatten")
  if (type.endsWith("1d")) {
    const rows = { type: "Nn.reshape", shape: [8, 8] }
    return scored(images, { type: "Ingress.tensor", column: "scan" }, rows, entry, "Nn.flatten")
  }
  if (type === "Nn.reshape") return scored(images, { type: "Ingress.tensor", column: "scan" }, entry, "Nn.flatten")
  if (tokens.has(type)) return scored(numeric, numbers, { type: "Nn.featureTokens", size: 8 }, entry, "Nn.flatten")
  if (embeddings.has(type)) return scored(numeric, numbers, entry, "Nn.flatten")
  if (type === "Nn.embedding") {
    return scored(binary, { type: "Ingress.categorical", columns: ["site"] }, entry, "Nn.flatten")
  }
  if (type === "Nn.featureLinear") return scored(numeric, "Ingress.piecewiseLinear", entry, "Nn.flatten")
  const members = (layer: Json) => net(numeric, numbers, ...[layer].flat(), "Nn.memberHead", "Bce.loss", sgd, model)
  if (type === "Nn.members") return members(entry)
  if (type === "Nn.memberLinear") return members([{ type: "Nn.members", count: 2 }, entry] as unknown as Json)
  if (type === "Nn.residual" || type === "Nn.block") {
    return scored(numeric, numbers, { type: "Nn.linear", units: 20 }, entry)
  }
  return scored(numeric, numbers, entry)
}

/** What makes training short, except where it is the number in question. */
const short: Entry = {
  epochs: 1,
  iterations: 2,
  trees: 2,
  evaluations: 2,
  size: 2,
  folds: 2,
  width: 16,
  blocks: 1,
  members: 2,
  heads: 2
}

const shortened = (entry: Entry, except: Path): Entry =>
  Object.fromEntries(
    Object.entries(entry).flatMap(([key, value]): ReadonlyArray<readonly [string, Json]> => {
      if (key === except[0]) return [[key, value]]
      if (["columns", "file", "directory"].includes(key)) return []
      if (key === "column" && String(entry["type"]).startsWith("Mlp")) return []
      return [[key, key in short && typeof value === "number" ? short[key]! : value]]
    })
  )

const settingOf = (entry: Entry): Setting | undefined => {
  const type = String(entry["type"])
  if (resamplings.has(type)) {
    const roles = type === "forward" ? { order: "time" } : type === "sameOther" ? { subset: "site" } : {}
    return { task: { ...numeric, ...(type === "foldColumn" ? { fold: "site" } : roles) }, resampling: entry }
  }
  switch (kinds.get(type)) {
    case "learner": {
      const given = /^(Forest|Boosting|Ensemble|Calibrated|Decision|Tune)/.test(type) ? binary : numeric
      if (type === "Tune.points") return { task: given, learner: { ...entry, space: undefined as unknown as Json } }
      if (type.startsWith("Conv"))
        return { task: type.endsWith("regr") ? { ...regression, features: ["scan"] } : images, learner: entry }
      return { task: type.endsWith("regr") ? regression : given, learner: entry }
    }
    case "preprocess":
      if (/^(Image|Augment)/.test(type)) {
        return scored(images, entry, { type: "Ingress.tensor", column: "scan" }, "Nn.flatten")
      }
      if (type === "Preprocess.hashText") {
        return { task: { ...binary, features: ["note"] }, learner: { type: "Tree", preprocess: [entry] } }
      }
      return { task: binary, learner: { type: "Tree", preprocess: [entry] } }
    case "ingress":
      return entry["column"] === undefined ? scored(numeric, entry) : scored(images, entry, "Nn.flatten")
    case "merge":
      return scored(binary, entry, ...(type === "Merge.tokens" ? ["Nn.flatten"] : []))
    case "layer":
    case "block":
      return ofLayer(type, entry)
    case "head":
      return net(numeric, numbers, entry, "Bce.loss", sgd, model)
    case "loss": {
      const [task, last] = /^(CrossEntropy|Aum.multi)/.test(type)
        ? [multiclass, model]
        : /^(Mse|L1|Huber|Pinball)/.test(type)
          ? [{ ...regression, features: ["dose"] }, regr]
          : [numeric, model]
      return net(task, numbers, "Nn.head", entry, sgd, { ...last, batchSize: "all" })
    }
    case "optimizer":
      return net(numeric, numbers, "Nn.head", "Bce.loss", entry, model)
    case "transform":
      return net(numeric, numbers, "Nn.head", "Bce.loss", { type: "Optimizer.chain", transforms: [entry] }, model)
    case "schedule":
      return net(numeric, numbers, "Nn.head", "Bce.loss", { ...sgd, learningRate: entry }, model)
    case "model":
      return type === "Model.regr"
        ? net({ ...regression, features: ["dose"] }, numbers, "Nn.head", "Mse.loss", sgd, entry)
        : net(numeric, numbers, "Nn.head", "Bce.loss", sgd, entry)
    case "callback":
      return net(numeric, numbers, "Nn.head", "Bce.loss", sgd, { ...model, callbacks: [entry] })
    case "target":
      return net({ ...regression, features: ["dose"] }, numbers, "Nn.head", "Mse.loss", sgd, {
        ...regr,
        target: [entry]
      })
    default:
      return undefined
  }
}

/** Measures have their options in prose, so that these are listed. */
const measures: ReadonlyArray<Entry> = builtin.flatMap(({ id, kind, options }) => {
  if (kind !== "measure") return []
  const keys =
    "propertySignatures" in options.ast ? (options.ast.propertySignatures as ReadonlyArray<{ name: string }>) : []
  return keys.map(({ name }) => ({ type: id, [name]: 1 }))
})

export interface Case {
  readonly name: string
  readonly setting: Setting
  readonly seed?: number
}

const casesOf = (entry: Entry, setting: (entry: Entry) => Setting | undefined): ReadonlyArray<Case> =>
  numbersOf(entry).flatMap((path) =>
    beyond.flatMap((number) => {
      const found = setting(put(shortened(entry, path), path, number) as Entry)
      const name = `${String(entry["type"])} ${path.join(".")} = ${number}`
      return found === undefined ? [] : [{ name, setting: found }]
    })
  )

export const cases: ReadonlyArray<Case> = [
  ...entries.flatMap((entry) => casesOf(entry, settingOf)),
  ...measures.flatMap((entry) => casesOf(entry, (measure) => ({ measures: [measure] }))),
  ...beyond.map((seed) => ({ name: `seed = ${seed}`, setting: {}, seed }))
]

const registry = Result.getOrThrow(Registry.make(builtin))
const find = Registry.lookup(registry)

/** What a case came to: nothing, if it was refused or run; else what is wrong. */
export const tried = async ({ seed = 1, setting }: Case): Promise<string> => {
  const { learner = "Featureless", resampling = cv, task: roles = numeric } = setting
  const task = await taskOf(roles)
  const run = Effect.gen(function* () {
    const measures = setting.measures ?? [roles.target === "q" ? "rmse" : "error"]
    const { jobs } = yield* Design.grid({
      tasks: [task],
      learners: [yield* Effect.fromResult(Learner.fromJson(learner, registry))],
      resamplings: [yield* Effect.fromResult(decode(Resampling.schema, resampling))],
      measures: yield* Effect.forEach(measures, (json) => Effect.fromResult(decode(Measure.reference, json, find))),
      seed
    })
    return (yield* Job.execute(jobs[0]!)).result.error
  }).pipe(Effect.provide(Auto.layer()))
  const exit = await Effect.runPromiseExit(run)
  if (Exit.isSuccess(exit)) return exit.value?.tag === "Defect" ? `defect of a job: ${exit.value.message}` : ""
  return Cause.hasDies(exit.cause) ? `defect: ${Cause.pretty(exit.cause)}` : ""
}

const send = process.send?.bind(process)
if (send !== undefined && import.meta.main) {
  const first = Number(process.argv[2])
  process.on("disconnect", () => process.exit(0))
  for (let i = first; i < cases.length; i++) {
    send({ begun: i })
    send({ ended: i, problem: await tried(cases[i]!) })
  }
  process.disconnect?.()
}
