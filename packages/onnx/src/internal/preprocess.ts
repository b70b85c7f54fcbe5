/**
 * Preprocessing inside a graph: one table of stages, and the walk through a pipeline that finds what reaches each ingress.
 */
import type * as Parts from "@rocflow/core/learning/Parts"
import type { Stage } from "@rocflow/core/pipeline/Stage"
import * as Traverse from "@rocflow/core/pipeline/Traverse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Builder, refuse } from "./builder.ts"
import { categoryStages } from "./categoryStages.ts"
import { columnOf, type Columns } from "./columns.ts"
import { dates } from "./dateStage.ts"
import { decoded } from "./decoded.ts"
import { imageStages } from "./imageStages.ts"
import { numberStages } from "./numberStages.ts"
import { spline } from "./splineStage.ts"
import type { Fitted, WriteStage } from "./stage.ts"

const Chain = Schema.Struct({
  columns: Schema.Array(Schema.String),
  chain: Schema.Array(Schema.Struct({ type: Schema.String, options: Schema.Unknown, state: Schema.Unknown }))
})

/** Stages on some of the columns; the others stand before what comes out. */
const robust: WriteStage = (to, columns, { id, state }) => {
  const { chain, columns: names } = decoded(id, Chain, state)
  const inside: Columns = new Map(names.map((name) => [name, columnOf(columns, name, id)]))
  const made = chain.reduce<Columns>(
    (now, { options, state, type }) => write(to, now, { id: type, options, state }),
    inside
  )
  return new Map([...Array.from(columns).filter(([name]) => !inside.has(name)), ...made])
}

const refused: Readonly<Record<string, readonly [rule: string, advice: string]>> = {
  "Preprocess.hashText": [
    "hashes the words of texts, which no operator of ONNX does",
    "make the counts before, or encode the column by Preprocess.oneHot"
  ],
  "Preprocess.derive": [
    "computes columns by an expression, which is not written as ONNX",
    "compute them before, and train on a table that has them"
  ]
}

const stages: Readonly<Record<string, WriteStage>> = {
  ...numberStages,
  ...categoryStages,
  ...imageStages,
  "Preprocess.spline": spline,
  "Preprocess.dates": dates,
  "Preprocess.robust": robust
}

const write: WriteStage = (to: Builder, columns: Columns, stage: Fitted): Columns => {
  const known = stages[stage.id]
  if (known !== undefined) return known(to, columns, stage)
  const [rule, advice] = refused[stage.id] ?? [
    "is a stage that has no form in ONNX",
    "leave it out, or do what it does before the model"
  ]
  return refuse(stage.id, rule, advice)
}

/** What columns reach the end of a list of stages, and each ingress on the way, by its path. */
export const preprocessed = (
  to: Builder,
  columns: Columns,
  all: ReadonlyArray<Stage>,
  learned: ReadonlyArray<Parts.Learned>
): { readonly columns: Columns; readonly inputs: ReadonlyMap<string, Columns> } => {
  const states = new Map(learned.map(({ path, state }) => [path, state]))
  const inputs = new Map<string, Columns>()
  const walk = (from: Columns, list: ReadonlyArray<Stage>, prefix: string): Columns =>
    Traverse.visits(list, prefix).reduce((now, visit) => {
      const bound = Result.getOrUndefined(visit.stage.bound)
      switch (bound?.part.kind) {
        case "preprocess":
          return write(to, now, { id: visit.stage.id, state: states.get(visit.path), options: bound.encoded })
        case "ingress":
          inputs.set(visit.path, now)
          return now
        case "merge":
          for (const branch of Traverse.branches(visit)) walk(now, branch.stages, branch.path)
          return now
        default:
          return now
      }
    }, from)
  return { columns: walk(columns, all, ""), inputs }
}
