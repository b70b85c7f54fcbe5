/**
 * Repairs an assignment of groups to folds in which a fold lacks a subset that has groups enough for all of them: moves a
 * group there, or swaps two, so that no other fold loses a subset, at the least cost in balance.
 *
 * The cost is the growth of the sum over strata and folds of the squared number of rows, which the assignment minimises.
 */
import type { Tally } from "./tally.ts"

/** Groups with their rows by stratum and by subset, and how many folds there are. */
export interface Filling {
  readonly folds: number
  readonly byStratum: Tally
  readonly strata: number
  readonly bySubset: Tally
  readonly subsets: number
}

/** A group, and the fold that it comes from. */
interface Move {
  readonly group: number
  readonly to: number
  readonly cost: number
  /** The group that goes the other way, if one must. */
  readonly back: number | undefined
}

/** The pairs of a group, in its tally. */
const pairsOf = ({ first }: Tally, group: number): ReadonlyArray<number> =>
  Array.from({ length: first[group + 1]! - first[group]! }, (_, i) => first[group]! + i)

/** Gives every fold every subset, as far as that is possible by single moves and swaps; changes `foldOf`. */
export const fillFolds = (foldOf: Int32Array, { bySubset, byStratum, folds, strata, subsets }: Filling): void => {
  const groups = foldOf.length
  /** The number of groups of each subset in each fold; the last row counts all groups. */
  const here = new Int32Array((subsets + 1) * folds)
  const rows = new Float64Array(strata * folds)
  const kindsOf = (group: number): ReadonlyArray<number> => [
    ...pairsOf(bySubset, group).map((pair) => bySubset.stratum[pair]!),
    subsets
  ]
  const put = (group: number, fold: number, times: 1 | -1): void => {
    for (const kind of kindsOf(group)) here[kind * folds + fold]! += times
    for (const pair of pairsOf(byStratum, group)) {
      rows[byStratum.stratum[pair]! * folds + fold]! += times * byStratum.count[pair]!
    }
  }
  for (let group = 0; group < groups; group++) put(group, foldOf[group]!, 1)

  /** What the sum of squares gains when a group goes to a fold, half of it. */
  const costOf = (group: number, to: number): number =>
    pairsOf(byStratum, group).reduce((sum, pair) => {
      const stratum = byStratum.stratum[pair]! * folds
      const count = byStratum.count[pair]!
      return sum + count * (rows[stratum + to]! - rows[stratum + foldOf[group]!]! + count)
    }, 0)

  /** Whether a fold still has all that it has when one group leaves and perhaps another comes. */
  const canLeave = (group: number, arriving: number | undefined): boolean => {
    const fold = foldOf[group]!
    const arrives = new Set(arriving === undefined ? [] : kindsOf(arriving))
    return kindsOf(group).every((kind) => here[kind * folds + fold]! > 1 || arrives.has(kind))
  }

  const go = (group: number, to: number): void => {
    put(group, foldOf[group]!, -1)
    put(group, to, 1)
    foldOf[group] = to
  }

  const better = (best: Move | undefined, move: Move): Move =>
    best === undefined || move.cost < best.cost ? move : best

  const bestMove = (kind: number, to: number): Move | undefined => {
    const able = Array.from(foldOf.keys()).filter((group) => foldOf[group] !== to && kindsOf(group).includes(kind))
    let best: Move | undefined
    for (const group of able) {
      if (canLeave(group, undefined)) best = better(best, { group, to, cost: costOf(group, to), back: undefined })
    }
    if (best !== undefined) return best
    for (const group of able) {
      for (let back = 0; back < groups; back++) {
        if (foldOf[back] !== to || !canLeave(group, back) || !canLeave(back, group)) continue
        best = better(best, { group, to, cost: costOf(group, to) + costOf(back, foldOf[group]!), back })
      }
    }
    return best
  }

  for (let kind = 0; kind <= subsets; kind++) {
    for (let fold = 0; fold < folds; fold++) {
      if (here[kind * folds + fold]! > 0) continue
      const move = bestMove(kind, fold)
      if (move === undefined) continue
      const from = foldOf[move.group]!
      go(move.group, fold)
      if (move.back !== undefined) go(move.back, from)
    }
  }
}
