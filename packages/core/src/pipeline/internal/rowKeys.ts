/**
 * A key of each row that depends on its own values only: what is drawn by it is the same wherever the row stands, and
 * whichever rows stand beside it.
 */
import type * as Column from "../../data/Column.ts"
import type { Features } from "../Features.ts"
import { murmur3 } from "./numeric/murmur3.ts"

/** Two 32-bit words a row. */
export interface RowKeys {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

/** Two words for the value of a row: the bits of a number, the hash of a text. */
const wordsOf = (column: Column.Column): ((row: number) => readonly [number, number]) => {
  switch (column.type) {
    case "factor": {
      const hashes = column.levels.map(murmur3)
      return (row) => [hashes[column.codes[row]!]!, 1]
    }
    case "string":
      return (row) => [murmur3(column.values[row]!), 1]
    case "tensor":
      return () => [0, 0]
    default: {
      const number = new Float64Array(1)
      const words = new Uint32Array(number.buffer)
      return (row) => {
        // Both zeros are one value.
        number[0] = column.values[row]! + 0
        return [words[0]!, words[1]!]
      }
    }
  }
}

/** Makes the keys of some rows, at their places; a missing value is a value like any other. Tensors are not looked at. */
export const rowKeys = ({ columns, rows }: Features, wanted: ReadonlyArray<number>): RowKeys => {
  const high = new Uint32Array(rows).fill(0x9e3779b9)
  const low = new Uint32Array(rows).fill(0x7f4a7c15)
  for (const column of columns.values()) {
    const words = wordsOf(column)
    for (const row of wanted) {
      const [a, b] = column.missing?.[row] === 1 ? ([0xffffffff, 2] as const) : words(row)
      const mixed = Math.imul(high[row]! ^ a, 0x85ebca6b)
      high[row] = Math.imul(low[row]! ^ b ^ (mixed >>> 15), 0xc2b2ae35)
      low[row] = (mixed << 13) ^ (mixed >>> 19) ^ high[row]!
    }
  }
  return { high, low }
}
