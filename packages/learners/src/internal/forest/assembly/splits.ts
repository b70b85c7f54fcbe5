/**
 * The best split of a node by one column: its rows are added up by bins, and the bins that have rows are cut in their
 * order. Of a number a split is judged by `G_L²/W_L + G_R²/W_R`, of classes by `Σ_k L_k²/W_L + Σ_k R_k²/W_R`.
 *
 * A row has four numbers (f64). Of a number: w·y, its weight w, how often it was drawn, w·y². Of classes: 0, w, how often,
 * and its class as an integer (i32). A bin has these sums: the first three numbers, and the weight of each class.
 */

export { left, part } from "../../histogram/assembly/part"

/** The host lays out the memory from here on. */
export const heap: usize = __heap_base

/** The codes that the rows of the node have, ascending (u8), without that of missing values. */
export const present: usize = memory.data(256, 16)
/** The codes that have rows, a bit each. */
const occupied: usize = memory.data(32, 16)

const ROW_SHIFT: usize = 5
/** With more rows than this every bin is looked at, not only those with rows. */
const DENSE: i32 = 160

let classes: i32 = 0
let binBytes: usize = 0
let bins: usize = 0
/** The class weights of the node, and of its left side. */
export let total: usize = 0
let onLeft: usize = 0

/** What the rows of the node add up to. */
export let sum: f64 = 0
export let weight: f64 = 0
export let drawn: f64 = 0
export let squares: f64 = 0

/** A score must be larger by this factor: of equal ones, which rounding makes differ, the first is taken. */
const CLEARLY: f64 = 1 + 1e-12

/** The best split so far, and the side of missing values. */
export let score: f64 = 0
export let code: i32 = 0
export let missingLeft: i32 = 0
/** How many rows were drawn on its left. */
export let drawnLeft: f64 = 0

/** How many codes `present` has, and how often rows with missing values were drawn. */
export let presentCount: i32 = 0
export let missingDrawn: f64 = 0

/** Says where the bins are, and how many classes there are; 0 for numbers. `space` has room for two times the classes. */
export function prepare(classes0: i32, bins0: usize, space: usize): void {
  classes = classes0
  binBytes = 24 + ((<usize>classes0) << 3)
  bins = bins0
  total = space
  onLeft = space + ((<usize>classes0) << 3)
}

/** Copies the numbers of m rows and adds them up. */
export function gather(m: i32, rows: usize, numbers: usize, to: usize): void {
  let first = f64x2.splat(0)
  let second = f64x2.splat(0)
  if (classes > 0) memory.fill(total, 0, (<usize>classes) << 3)
  for (let t = 0; t < m; t++) {
    const from = numbers + ((<usize>load<i32>(rows + (t << 2))) << ROW_SHIFT)
    const at = to + ((<usize>t) << ROW_SHIFT)
    const a = v128.load(from)
    const b = v128.load(from, 16)
    v128.store(at, a)
    v128.store(at, b, 16)
    first = f64x2.add(first, a)
    if (classes > 0) {
      const own = total + ((<usize>load<i32>(from, 24)) << 3)
      store<f64>(own, load<f64>(own) + f64x2.extract_lane(a, 1))
      second = f64x2.add(second, f64x2.replace_lane(b, 1, 0))
    } else second = f64x2.add(second, b)
  }
  sum = f64x2.extract_lane(first, 0)
  weight = f64x2.extract_lane(first, 1)
  drawn = f64x2.extract_lane(second, 0)
  squares = f64x2.extract_lane(second, 1)
}

function add(bin: usize, row: usize): void {
  v128.store(bin, f64x2.add(v128.load(bin), v128.load(row)))
  store<f64>(bin, load<f64>(bin, 16) + load<f64>(row, 16), 16)
}

function addClass(bin: usize, row: usize): void {
  add(bin, row)
  const own = bin + ((<usize>load<i32>(row, 24)) << 3)
  store<f64>(own, load<f64>(own, 24) + load<f64>(row, 8), 24)
}

/** Adds m rows to the bins of a column with so many, and lists the codes that they have. Bins are 0 before. */
export function accumulate(m: i32, rows: usize, numbers: usize, codes: usize, count: i32): void {
  if (m > DENSE) {
    if (classes > 0) {
      for (let t = 0; t < m; t++) {
        addClass(
          bins + <usize>load<u8>(codes + load<i32>(rows + (t << 2))) * binBytes,
          numbers + ((<usize>t) << ROW_SHIFT)
        )
      }
    } else {
      for (let t = 0; t < m; t++) {
        add(bins + <usize>load<u8>(codes + load<i32>(rows + (t << 2))) * 24, numbers + ((<usize>t) << ROW_SHIFT))
      }
    }
    let found = 0
    for (let c = 0; c < count; c++) {
      store<u8>(present + found, <u8>c)
      found += load<f64>(bins + <usize>c * binBytes, 16) > 0 ? 1 : 0
    }
    presentCount = found
  } else {
    v128.store(occupied, i64x2.splat(0))
    v128.store(occupied, i64x2.splat(0), 16)
    for (let t = 0; t < m; t++) {
      const c = <usize>load<u8>(codes + load<i32>(rows + (t << 2)))
      const row = numbers + ((<usize>t) << ROW_SHIFT)
      if (classes > 0) addClass(bins + c * binBytes, row)
      else add(bins + c * 24, row)
      const word = occupied + ((c >> 6) << 3)
      store<i64>(word, load<i64>(word) | ((<i64>1) << (<i64>c & 63)))
    }
    let found = 0
    for (let w = 0; w < 4; w++) {
      let bits = load<i64>(occupied + (w << 3))
      while (bits != 0) {
        const c = (w << 6) + <i32>ctz(bits)
        bits &= bits - 1
        if (c == count) continue
        store<u8>(present + found, <u8>c)
        found++
      }
    }
    presentCount = found
  }
  missingDrawn = load<f64>(bins + <usize>count * binBytes, 16)
}

/** Sets the bins to 0 that `accumulate` filled. */
export function clear(count: i32): void {
  for (let t = 0; t < presentCount; t++) {
    memory.fill(bins + <usize>load<u8>(present + t) * binBytes, 0, binBytes)
  }
  if (missingDrawn > 0) memory.fill(bins + <usize>count * binBytes, 0, binBytes)
}

/** Begins the search in the node that was gathered; only scores above `least` count. */
export function start(least: f64): void {
  score = least
}

/** Cuts after each of the first `end` codes of a number, the bin `also` going left anyway if it is not 0. */
function scanNumber(end: i32, also: usize, minRows: f64): boolean {
  let found = false
  let bar = score * CLEARLY
  let pair = also == 0 ? f64x2.splat(0) : v128.load(also)
  let count: f64 = also == 0 ? 0 : load<f64>(also, 16)
  for (let t = 0; t < end; t++) {
    const c = <i32>load<u8>(present + t)
    const bin = bins + <usize>c * 24
    pair = f64x2.add(pair, v128.load(bin))
    count += load<f64>(bin, 16)
    if (count < minRows) continue
    if (drawn - count < minRows) break
    const gl = f64x2.extract_lane(pair, 0)
    const wl = f64x2.extract_lane(pair, 1)
    const both = f64x2.replace_lane(f64x2.splat(gl), 1, sum - gl)
    const parts = f64x2.div(f64x2.mul(both, both), f64x2.replace_lane(f64x2.splat(wl), 1, weight - wl))
    const own = f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1)
    if (own > bar) {
      score = own
      bar = own * CLEARLY
      code = c
      drawnLeft = count
      found = true
    }
  }
  return found
}

/** The same of classes. */
function scanClasses(end: i32, also: usize, minRows: f64): boolean {
  let found = false
  let bar = score * CLEARLY
  let count: f64 = 0
  let wl: f64 = 0
  memory.fill(onLeft, 0, (<usize>classes) << 3)
  for (let t = also == 0 ? 0 : -1; t < end; t++) {
    const c = t < 0 ? 0 : <i32>load<u8>(present + t)
    const bin = t < 0 ? also : bins + <usize>c * binBytes
    wl += load<f64>(bin, 8)
    count += load<f64>(bin, 16)
    let squaresLeft: f64 = 0
    let squaresRight: f64 = 0
    for (let k = 0; k < classes; k++) {
      const at = (<usize>k) << 3
      const l = load<f64>(onLeft + at) + load<f64>(bin + at, 24)
      const r = load<f64>(total + at) - l
      store<f64>(onLeft + at, l)
      squaresLeft += l * l
      squaresRight += r * r
    }
    if (t < 0 || count < minRows) continue
    if (drawn - count < minRows) break
    const own = squaresLeft / wl + squaresRight / (weight - wl)
    if (own > bar) {
      score = own
      bar = own * CLEARLY
      code = c
      drawnLeft = count
      found = true
    }
  }
  return found
}

/**
 * Searches a column with an order, of `count` bins. Gives −1 if its rows have one code, 0 if no cut is better than what is
 * known; else 1, or 2 if the node has missing values in the column, whose side is `missingLeft`.
 */
export function search(m: i32, rows: usize, numbers: usize, codes: usize, count: i32, minRows: f64): i32 {
  accumulate(m, rows, numbers, codes, count)
  const known = presentCount
  let result = 0
  if (known + (missingDrawn > 0 ? 1 : 0) < 2) result = -1
  else if (missingDrawn == 0) {
    if (classes > 0 ? scanClasses(known - 1, 0, minRows) : scanNumber(known - 1, 0, minRows)) result = 1
  } else {
    const missing = bins + <usize>count * binBytes
    // With missing values on the right all others may go left.
    if (classes > 0 ? scanClasses(known, 0, minRows) : scanNumber(known, 0, minRows)) {
      missingLeft = 0
      result = 2
    }
    if (classes > 0 ? scanClasses(known - 1, missing, minRows) : scanNumber(known - 1, missing, minRows)) {
      missingLeft = 1
      result = 2
    }
  }
  clear(count)
  return result
}
