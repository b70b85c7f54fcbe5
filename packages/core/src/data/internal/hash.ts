import type { Hash } from "node:crypto"
import { addText, sha256 } from "../../Hash.ts"
import type { Column } from "../Column.ts"

const bytes = (array: Float64Array | Int32Array | Uint8Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const addColumn = (hash: Hash, name: string, column: Column) => {
  addText(hash, name)
  addText(hash, column.type)
  switch (column.type) {
    case "factor": {
      hash.update(`${column.ordered ? "ordered" : "plain"}${column.levels.length}:`)
      for (const level of column.levels) addText(hash, level)
      hash.update(bytes(column.codes))
      break
    }
    case "string": {
      for (const value of column.values) addText(hash, value)
      break
    }
    default:
      hash.update(bytes(column.values))
  }
  hash.update(column.missing === null || !column.missing.includes(1) ? "complete" : bytes(column.missing))
}

/** The SHA-256 of names, types, values, missingness and levels, in hexadecimal. */
export const hashColumns = (columns: ReadonlyMap<string, Column>, rows: number): string => {
  const hash = sha256().update(`rocflow table 1,${columns.size},${rows};`)
  for (const [name, column] of columns) addColumn(hash, name, column)
  return hash.digest("hex")
}
