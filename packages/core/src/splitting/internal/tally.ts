/**
 * How many rows each group has in each stratum, as a sparse matrix: the (group, stratum) pairs that occur.
 */

/** Rows with the group and the stratum of each, both coded from 0. */
export interface Rows {
  readonly group: Int32Array
  readonly groups: number
  readonly stratum: Int32Array
  readonly strata: number
}

/** The pairs of group g are `first[g]` to `first[g + 1] - 1`; pair p has `count[p]` rows in stratum `stratum[p]`. */
export interface Tally {
  readonly first: Int32Array
  readonly stratum: Int32Array
  readonly count: Float64Array
  readonly pairOfRow: Int32Array
  readonly rowsOfGroup: Float64Array
  readonly rowsOfStratum: Float64Array
}

/** Counts in one pass over the rows, after a counting sort by group. */
export const countPairs = ({ group, groups, strata, stratum }: Rows): Tally => {
  const rows = group.length
  const rowsOfGroup = new Float64Array(groups)
  const rowsOfStratum = new Float64Array(strata)
  for (let row = 0; row < rows; row++) {
    rowsOfGroup[group[row]!]! += 1
    rowsOfStratum[stratum[row]!]! += 1
  }
  const next = new Int32Array(groups)
  for (let g = 1; g < groups; g++) next[g] = next[g - 1]! + rowsOfGroup[g - 1]!
  const byGroup = new Int32Array(rows)
  for (let row = 0; row < rows; row++) byGroup[next[group[row]!]!++] = row

  const first = new Int32Array(groups + 1)
  const pairStratum = new Int32Array(rows)
  const count = new Float64Array(rows)
  const pairOfRow = new Int32Array(rows)
  const seenBy = new Int32Array(strata).fill(-1)
  const pairAt = new Int32Array(strata)
  let pairs = 0
  for (let i = 0, g = 0; g < groups; g++) {
    first[g] = pairs
    for (const end = i + rowsOfGroup[g]!; i < end; i++) {
      const row = byGroup[i]!
      const s = stratum[row]!
      if (seenBy[s] !== g) {
        seenBy[s] = g
        pairAt[s] = pairs
        pairStratum[pairs++] = s
      }
      count[pairAt[s]!]! += 1
      pairOfRow[row] = pairAt[s]!
    }
  }
  first[groups] = pairs
  return {
    first,
    stratum: pairStratum.slice(0, pairs),
    count: count.slice(0, pairs),
    pairOfRow,
    rowsOfGroup,
    rowsOfStratum
  }
}
