/**
 * Stages that learn nothing, applied to the rows of a table.
 */
import * as Effect from "effect/Effect"
import * as Column from "../../../data/Column.ts"
import * as Table from "../../../data/Table.ts"
import * as Seed from "../../../Seed.ts"
import * as Features from "../../Features.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { Stage } from "../../Stage.ts"

const refuse = (message: string) => new PipelineError({ issues: [{ path: [], message }] })

const noRows = ({ columns }: Features.Features): Features.Features =>
  Features.make(
    Array.from(columns, ([name, column]) => [name, Column.take(column, [])] as const),
    0
  )

/** Each stage is fitted to no rows at all, so that nothing can be learned of those that are changed. */
export const changeTable = Effect.fnUntraced(function* (
  table: Table.Table,
  stages: ReadonlyArray<Stage>
): Effect.fn.Return<Table.Table, PipelineError> {
  let features = Features.make(table.columns, table.rows)
  for (const { bound, id } of stages) {
    const { part } = yield* Effect.mapError(Effect.fromResult(bound), (issues) => new PipelineError({ issues }))
    if (part.kind !== "preprocess") return yield* refuse(`${id}: is no preprocessing stage; leave it out`)
    const fitted = yield* part.preprocessor.fit(noRows(features), { seed: Seed.root(0) })
    const before = features.columns
    features = yield* fitted.apply(features)
    const { columns } = features
    // What learns would have learned of no rows.
    if ([...before].some(([name, column]) => column.type !== "tensor" && columns.get(name) !== column)) {
      return yield* refuse(`${id}: changes columns that are no tensors; put it into a pipeline`)
    }
  }
  const isDrawn = (column: Column.Column) =>
    column.type === "tensor" && column.steps.some(({ seed }) => seed !== undefined)
  if ([...features.columns.values()].some(isDrawn)) {
    return yield* refuse("augmentations belong into a pipeline, where they act in training only")
  }
  const made = yield* Effect.mapError(Table.fromEntries(features.columns), ({ message }) => refuse(message))
  return { ...made, notes: table.notes }
})
