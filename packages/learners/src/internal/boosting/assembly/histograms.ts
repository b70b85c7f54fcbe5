/**
 * Sums by bins, and the best split of a column of them.
 *
 * A histogram has three numbers a bin (f64): the sum of the first derivatives of its rows, the sum of the second ones, and
 * the number of rows; the bin of missing values comes last. Pairs are the two derivatives of a row, one behind the other.
 */

export { left, part } from "../../histogram/assembly/part"

/** The host lays out the memory from here on. */
export const heap: usize = __heap_base

/** The bytes of a bin, and of a pair. */
const BIN: usize = 24
const PAIR_SHIFT: usize = 4

function add(histogram: usize, code: usize, pair: v128): void {
  const at = histogram + <usize>load<u8>(code) * BIN
  v128.store(at, f64x2.add(v128.load(at), pair))
  store<f64>(at, load<f64>(at, 16) + 1, 16)
}

/** Copies the pairs of m rows. */
export function gather(m: i32, rows: usize, pairs: usize, to: usize): void {
  for (let t = 0; t < m; t++) {
    v128.store(to + ((<usize>t) << PAIR_SHIFT), v128.load(pairs + ((<usize>load<i32>(rows + (t << 2))) << PAIR_SHIFT)))
  }
}

/** Adds m rows to the histogram of a column. */
export function sum(m: i32, rows: usize, pairs: usize, codes: usize, histogram: usize): void {
  for (let t = 0; t < m; t++) {
    add(histogram, codes + load<i32>(rows + (t << 2)), v128.load(pairs + ((<usize>t) << PAIR_SHIFT)))
  }
}

/** The same of four columns, so that rows of one bin do not wait for each other. */
export function sum4(
  m: i32,
  rows: usize,
  pairs: usize,
  codes0: usize,
  codes1: usize,
  codes2: usize,
  codes3: usize,
  histogram0: usize,
  histogram1: usize,
  histogram2: usize,
  histogram3: usize
): void {
  for (let t = 0; t < m; t++) {
    const row = load<i32>(rows + (t << 2))
    const pair = v128.load(pairs + ((<usize>t) << PAIR_SHIFT))
    add(histogram0, codes0 + row, pair)
    add(histogram1, codes1 + row, pair)
    add(histogram2, codes2 + row, pair)
    add(histogram3, codes3 + row, pair)
  }
}

/** parent −= child, of so many bytes. */
export function subtract(parent: usize, child: usize, bytes: usize): void {
  const vectors = bytes & ~15
  for (let at: usize = 0; at < vectors; at += 16) {
    v128.store(parent + at, f64x2.sub(v128.load(parent + at), v128.load(child + at)))
  }
  if (vectors < bytes) store<f64>(parent + vectors, load<f64>(parent + vectors) - load<f64>(child + vectors))
}

/** The sums of the node that is split, and what bounds its splits. */
let g: f64 = 0
let h: f64 = 0
let rows: f64 = 0
let l2: f64 = 0
let minRows: f64 = 0
let minHessian: f64 = 0

/** A score must be larger by this factor: of equal ones, which rounding makes differ, the first is taken. */
const CLEARLY: f64 = 1 + 1e-12

/** The best split so far: G_L²/(H_L + l2) + G_R²/(H_R + l2), what is on its left, its code, and the side of missing values. */
export let score: f64 = 0
export let gLeft: f64 = 0
export let hLeft: f64 = 0
export let rowsLeft: f64 = 0
export let code: i32 = 0
export let missingLeft: i32 = 0

/** Begins the search in a node; only scores above `least` count. */
export function start(g0: f64, h0: f64, rows0: f64, l20: f64, minRows0: f64, minHessian0: f64, least: f64): void {
  g = g0
  h = h0
  rows = rows0
  l2 = l20
  minRows = minRows0
  minHessian = minHessian0
  score = least
}

/** Searches the cuts after the first `end` bins, from sums that go left anyway; says whether there is a better one. */
function scan(histogram: usize, end: i32, g0: f64, h0: f64, rows0: f64): boolean {
  let found = false
  let pair = f64x2.replace_lane(f64x2.splat(g0), 1, h0)
  let count = rows0
  const most = rows - minRows
  let bar = score * CLEARLY
  for (let b = 0; b < end; b++) {
    const at = histogram + <usize>b * BIN
    const own = load<f64>(at, 16)
    if (own == 0) continue
    pair = f64x2.add(pair, v128.load(at))
    count += own
    const hl = f64x2.extract_lane(pair, 1)
    if (count < minRows || hl < minHessian) continue
    if (count > most || h - hl < minHessian) break
    const gl = f64x2.extract_lane(pair, 0)
    const both = f64x2.replace_lane(f64x2.splat(gl), 1, g - gl)
    const hs = f64x2.replace_lane(f64x2.splat(hl + l2), 1, h - hl + l2)
    const parts = f64x2.div(f64x2.mul(both, both), hs)
    const sum = f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1)
    if (sum > bar) {
      score = sum
      bar = sum * CLEARLY
      gLeft = gl
      hLeft = hl
      rowsLeft = count
      code = b
      found = true
    }
  }
  return found
}

/**
 * Searches a column with an order. Gives 0 if no cut is better than what is known; else 1, or 2 if the node has missing
 * values in the column, whose side is `missingLeft`.
 */
export function search(histogram: usize, bins: i32): i32 {
  const missing = histogram + <usize>bins * BIN
  const missingRows = load<f64>(missing, 16)
  if (missingRows == 0) return scan(histogram, bins - 1, 0, 0, 0) ? 1 : 0
  // With missing values on the right all others may go left.
  let found = 0
  if (scan(histogram, bins, 0, 0, 0)) {
    missingLeft = 0
    found = 2
  }
  if (scan(histogram, bins - 1, load<f64>(missing), load<f64>(missing, 8), missingRows)) {
    missingLeft = 1
    found = 2
  }
  return found
}
