/**
 * Columns as the bytes of a Parquet file, written here and at once: what many small files are written by, each in a fraction of a
 * millisecond. `TableWriter` writes what is large.
 *
 * @example
 * yield* WholeFile.write("predictions.parquet", ParquetBytes.of(Prediction.toColumns(prediction)))
 */
import { parquetWriteBuffer } from "hyparquet-writer"
import * as Column from "./Column.ts"

const [least, most] = [-(2 ** 31), 2 ** 31 - 1]

/** Values where some are missing. */
const sparse = <A>(missing: Uint8Array, value: (row: number) => A): Array<A | null> =>
  Array.from(missing, (flag, row) => (flag === 1 ? null : value(row)))

const integers = (values: Float64Array, missing: Uint8Array | null) => {
  const fit = values.every((value) => Number.isNaN(value) || (value >= least && value <= most))
  const exact = (row: number) => (fit ? values[row]! : BigInt(values[row]!))
  return {
    type: fit ? ("INT32" as const) : ("INT64" as const),
    data:
      missing === null ? (fit ? Int32Array.from(values) : BigInt64Array.from(values, BigInt)) : sparse(missing, exact)
  }
}

const encoded = (column: Column.Column) => {
  const { missing } = column
  switch (column.type) {
    case "numeric": {
      const data = missing === null ? column.values : sparse(missing, (row) => column.values[row]!)
      // Numbers that are measured hardly repeat: a dictionary of them is work for nothing.
      return { type: "DOUBLE" as const, encoding: "PLAIN" as const, data }
    }
    case "integer":
      return integers(column.values, missing)
    case "boolean":
      return {
        type: "BOOLEAN" as const,
        data: Array.from(column.values, (value, row) => (missing?.[row] === 1 ? null : value === 1))
      }
    case "date":
      return {
        type: "TIMESTAMP" as const,
        data: Array.from(column.values, (value, row) => (missing?.[row] === 1 ? null : new Date(value)))
      }
    default:
      return {
        type: "STRING" as const,
        data: Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row) ?? null)
      }
  }
}

/**
 * Writes columns of equal length: doubles, integers of 32 or 64 bits, truth values, timestamps, and all else as text; missing values
 * are null. `Table.fromFile` reads them as they were, factors as text. The same columns give the same bytes.
 * @category conversions
 */
export const of = (entries: ReadonlyArray<readonly [name: string, column: Column.Column]>): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: entries.map(([name, column]) => ({
        name,
        nullable: column.missing !== null,
        offsetIndex: false,
        ...encoded(column)
      })),
      statistics: false,
      rowGroupSize: 1_000_000
    })
  )
