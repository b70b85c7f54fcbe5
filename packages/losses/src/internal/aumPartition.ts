/**
 * Three-way quickselect by masses. The pivots come from a fixed pseudo-random sequence, so that the expected time is
 * linear whatever the order of the rows, and equal input gives equal steps.
 */
import { crosses } from "./aumRows.ts"
import type { Rows } from "./aumRows.ts"
import type { Crossing } from "./aumTied.ts"

/** Makes every row a candidate. */
export const keepAll = (rows: Rows, n: number): number => {
  const { candidate, code, label, score } = rows
  for (let i = 0; i < n; i++) {
    candidate[i] = score[i]!
    code[i] = 2 * i + label[i]!
  }
  return n
}

/**
 * Narrows the first `n` candidates down to the group at the crossing and writes it to `crossing`, which must hold the
 * masses above all candidates.
 */
export const partition = (rows: Rows, n: number, crossing: Crossing): void => {
  const { candidate, code, mass, weighted } = rows
  let from = 0
  let to = n
  let random = 1
  for (;;) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
    const pivot = candidate[from + ((random >>> 8) % (to - from))]!
    let above = from
    let below = to
    let negativesAbove = 0
    let positivesAbove = 0
    let negativesAt = 0
    let positivesAt = 0
    for (let i = from; i < below;) {
      const s = candidate[i]!
      const c = code[i]!
      if (s < pivot) {
        below--
        candidate[i] = candidate[below]!
        code[i] = code[below]!
        candidate[below] = s
        code[below] = c
        continue
      }
      const m = weighted ? mass[c >> 1]! : 1
      const positive = (c & 1) === 0 ? 0 : m
      if (s > pivot) {
        candidate[i] = candidate[above]!
        code[i] = code[above]!
        candidate[above] = s
        code[above] = c
        above++
        positivesAbove += positive
        negativesAbove += m - positive
      } else {
        positivesAt += positive
        negativesAt += m - positive
      }
      i++
    }
    const falsePositives = crossing.negativesAbove + negativesAbove
    const truePositives = crossing.positivesAbove + positivesAbove
    if (above > from && crosses(rows, falsePositives, truePositives)) {
      to = above
    } else if (below === to || crosses(rows, falsePositives + negativesAt, truePositives + positivesAt)) {
      crossing.score = pivot
      crossing.from = above
      crossing.to = below
      crossing.negativesAbove = falsePositives
      crossing.positivesAbove = truePositives
      crossing.negativesAt = negativesAt
      crossing.positivesAt = positivesAt
      return
    } else {
      crossing.negativesAbove = falsePositives + negativesAt
      crossing.positivesAbove = truePositives + positivesAt
      from = below
    }
  }
}
