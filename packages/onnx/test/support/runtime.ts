/**
 * ONNX Runtime on the rows of a table.
 */
import * as Column from "@rocflow/core/data/Column"
import type * as Table from "@rocflow/core/data/Table"
import type { TaskSchema } from "@rocflow/core/data/TaskSchema"
import * as ort from "onnxruntime-web"

ort.env.wasm.numThreads = 1
ort.env.logLevel = "error"

const tensorOf = (column: Column.Column): ort.Tensor => {
  const rows = Column.length(column)
  switch (column.type) {
    case "numeric":
    case "integer":
    case "date":
      return new ort.Tensor("float64", Float64Array.from(column.values), [rows, 1])
    case "boolean":
      return new ort.Tensor("float64", Column.asNumbers(column)!, [rows, 1])
    case "factor":
    case "string":
      return new ort.Tensor(
        "string",
        Array.from({ length: rows }, (_, row) => Column.toText(column, row) ?? ""),
        [rows, 1]
      )
    default:
      throw new Error("give tensors by hand")
  }
}

/** What a model gives. */
export interface Output {
  readonly label?: ReadonlyArray<string>
  readonly probabilities?: ArrayLike<number>
  readonly score?: ArrayLike<number>
  readonly value?: ArrayLike<number>
}

/** Runs a model on its features of a table. */
export const run = async (
  model: Uint8Array,
  { features }: TaskSchema,
  table: Table.Table,
  tensors: Readonly<Record<string, ort.Tensor>> = {}
): Promise<Output> => {
  const session = await ort.InferenceSession.create(model)
  const feeds = Object.fromEntries(
    features
      .filter(({ name }) => session.inputNames.includes(name))
      .map(({ name }) => [name, tensors[name] ?? tensorOf(table.columns.get(name)!)])
  )
  const results = await session.run(feeds)
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])) as Output
}

export { ort }
