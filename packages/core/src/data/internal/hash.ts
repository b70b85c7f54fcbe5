import { addText, type Digest, sha256 } from "../../Hash.ts"
import type { Column } from "../Column.ts"
import type { Step, Store } from "../TensorStore.ts"

const bytes = (array: Float64Array | Int32Array | Uint8Array | Uint16Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const addSteps = (hash: Digest, steps: ReadonlyArray<Step>) => {
  hash.update(`${steps.length}:`)
  for (const { key, seed } of steps) addText(hash, JSON.stringify([key, seed ?? null]))
}

/** The contents of a store and how they are read; not where they are, so that files may be moved. */
const addStore = (hash: Digest, store: Store) => {
  addText(hash, store.digest)
  addSteps(hash, store.steps)
  addText(hash, JSON.stringify([store.range ?? null, store._tag === "Packed" ? [store.element, store.shape] : null]))
}

const addColumn = (hash: Digest, name: string, column: Column) => {
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
    case "tensor": {
      hash.update(`${column.stores.length}:`)
      for (const store of column.stores) addStore(hash, store)
      hash.update(bytes(column.store)).update(bytes(column.place))
      addSteps(hash, column.steps)
      break
    }
    default:
      hash.update(bytes(column.values))
  }
  hash.update(column.missing === null || !column.missing.includes(1) ? "complete" : bytes(column.missing))
}

/** The SHA-256 of names, types, values (of tensors: of the files' contents), missingness and levels, in hexadecimal. */
export const hashColumns = (columns: ReadonlyMap<string, Column>, rows: number): string => {
  const hash = sha256().update(`rocflow table 1,${columns.size},${rows};`)
  for (const [name, column] of columns) addColumn(hash, name, column)
  return hash.digest("hex")
}
