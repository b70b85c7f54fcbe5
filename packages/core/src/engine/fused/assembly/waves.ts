/**
 * Sines and cosines of numbers at frequencies: the angle of number x_f of a row at frequency c_fj is 2π·c_fj·x_f + p_fj.
 *
 * Those of a row and feature, `count` of each, begin `stride` bytes after those of the feature before. `phases` are 0 where
 * there are none.
 */
import { cos4, firstLanes, madd, sin4, storeLanes, sum4 } from "./vector"

const TURN: f32 = <f32>(2 * Math.PI)

export function waves(
  rows: i32,
  features: i32,
  count: i32,
  x: usize,
  frequencies: usize,
  phases: usize,
  sines: usize,
  cosines: usize,
  stride: usize
): void {
  const bytes = (<usize>count) << 2
  const perRadian = f32x4.splat(1 / TURN)
  for (let i = 0; i < rows; i++) {
    let start: usize = 0
    for (let f = 0; f < features; f++) {
      const number = v128.load32_splat(x)
      for (let j = 0; j < count; j += 4) {
        const o = (<usize>j) << 2
        let turns = f32x4.mul(number, v128.load(frequencies + start + o))
        if (phases != 0) turns = madd(v128.load(phases + start + o), perRadian, turns)
        storeLanes(sines + o, sin4(turns), min(4, count - j))
        storeLanes(cosines + o, cos4(turns), min(4, count - j))
      }
      x += 4
      start += bytes
      sines += stride
      cosines += stride
    }
  }
}

/**
 * The gradients of frequencies, phases and numbers, overwritten, from those of the cosines and, unless `dSines` is 0, of the
 * sines. `dPhases` and `dx` are 0 where nobody asks.
 */
export function wavesBack(
  rows: i32,
  features: i32,
  count: i32,
  x: usize,
  frequencies: usize,
  sines: usize,
  cosines: usize,
  stride: usize,
  dSines: usize,
  dCosines: usize,
  dFrequencies: usize,
  dPhases: usize,
  dx: usize
): void {
  const bytes = (<usize>count) << 2
  memory.fill(dFrequencies, 0, <usize>features * bytes)
  if (dPhases != 0) memory.fill(dPhases, 0, <usize>features * bytes)
  const turn = f32x4.splat(TURN)
  for (let i = 0; i < rows; i++) {
    let start: usize = 0
    for (let f = 0; f < features; f++) {
      const number = v128.load32_splat(x)
      let along = f32x4.splat(0)
      for (let j = 0; j < count; j += 4) {
        const o = (<usize>j) << 2
        const left = min(4, count - j)
        let d = f32x4.neg(f32x4.mul(v128.load(dCosines + o), v128.load(sines + o)))
        if (dSines != 0) d = madd(v128.load(dSines + o), v128.load(cosines + o), d)
        d = v128.and(d, firstLanes(left))
        const at = start + o
        if (dPhases != 0) storeLanes(dPhases + at, f32x4.add(v128.load(dPhases + at), d), left)
        d = f32x4.mul(d, turn)
        storeLanes(dFrequencies + at, madd(d, number, v128.load(dFrequencies + at)), left)
        // Lanes beyond the row are 0 in d, yet what stands behind the frequencies may be no number.
        along = madd(d, v128.and(v128.load(frequencies + at), firstLanes(left)), along)
      }
      if (dx != 0) {
        store<f32>(dx, sum4(along))
        dx += 4
      }
      x += 4
      start += bytes
      sines += stride
      cosines += stride
      dCosines += stride
      if (dSines != 0) dSines += stride
    }
  }
}
