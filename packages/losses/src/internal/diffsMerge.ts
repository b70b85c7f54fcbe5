/** Rows of one example at one breakpoint act as one step, so they are added before any derivative is taken. */
import { argsort } from "./argsort.ts"

export interface Columns {
  readonly example: Int32Array
  readonly pred: Float64Array
  readonly fpDiff: Float64Array
  readonly fnDiff: Float64Array
}

/** Orders the rows by example, then breakpoint, then position. Counting sort on top of the sort by breakpoint. */
export const byExample = ({ example, pred }: Columns, examples: number): Int32Array => {
  const byPred = argsort(pred)
  const next = new Int32Array(examples + 1)
  for (let row = 0; row < example.length; row++) next[example[row]! + 1]!++
  for (let e = 0; e < examples; e++) next[e + 1]! += next[e]!
  const order = new Int32Array(example.length)
  for (let i = 0; i < byPred.length; i++) order[next[example[byPred[i]!]!]!++] = byPred[i]!
  return order
}

const increasing = (example: Int32Array) => {
  for (let row = 1; row < example.length; row++) if (example[row]! <= example[row - 1]!) return false
  return true
}

/** Adds the rows with equal (example, pred) to the first of them; the other rows keep their order. */
export const merge = (columns: Columns, examples: number): Columns => {
  const { example, fnDiff, fpDiff, pred } = columns
  const rows = example.length
  if (increasing(example)) return columns
  const order = byExample(columns, examples)
  const repeated = new Uint8Array(rows)
  let kept = rows
  for (let i = 1, first = order[0]!; i < rows; i++) {
    const row = order[i]!
    if (example[row] === example[first] && pred[row] === pred[first]) {
      fpDiff[first]! += fpDiff[row]!
      fnDiff[first]! += fnDiff[row]!
      repeated[row] = 1
      kept--
    } else first = row
  }
  if (kept === rows) return columns
  const isKept = (_: number, row: number) => repeated[row] === 0
  return {
    example: example.filter(isKept),
    pred: pred.filter(isKept),
    fpDiff: fpDiff.filter(isKept),
    fnDiff: fnDiff.filter(isKept)
  }
}
