/**
 * Masks of dropout, four entries at once: the draws of `Seed.generator`, bit for bit. A draw is one block of Threefry-2x32
 * (20 rounds), whose two words make a number of 53 bits, compared with a threshold of as many.
 */

const PARITY: i32 = 0x1bd11bda

function round(x0: v128, x1: v128, rotation: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, rotation), i32x4.shr_u(x1, 32 - rotation)), x0)
}

const counters: usize = memory.data<i32>([0, 1, 2, 3])

/**
 * y[i] = 0 where the draw number `first` + i of the stream is below the threshold, else `kept`. The threshold is `most`·2²⁶ +
 * `least`.
 */
export function drawMask(n: i32, high: i32, low: i32, first: i32, most: i32, least: i32, kept: f32, y: usize): void {
  const k0 = i32x4.splat(high)
  const k1 = i32x4.splat(low)
  const k2 = i32x4.splat(PARITY ^ high ^ low)
  const most4 = i32x4.splat(most)
  const least4 = i32x4.splat(least)
  const kept4 = f32x4.splat(kept)
  let counter = i32x4.add(v128.load(counters), i32x4.splat(first))
  for (let i = 0; i < n; i += 4) {
    let x0 = i32x4.add(counter, k0)
    let x1 = k1
    for (let group = 1; group <= 5; group++) {
      if (group & 1) {
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 13)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 15)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 26)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 6)
      } else {
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 17)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 29)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 16)
        x0 = i32x4.add(x0, x1)
        x1 = round(x0, x1, 24)
      }
      const place = group % 3
      x0 = i32x4.add(x0, place == 0 ? k0 : place == 1 ? k1 : k2)
      x1 = i32x4.add(i32x4.add(x1, place == 0 ? k1 : place == 1 ? k2 : k0), i32x4.splat(group))
    }
    const upper = i32x4.shr_u(x0, 5)
    const lower = i32x4.shr_u(x1, 6)
    const below = v128.or(i32x4.lt_s(upper, most4), v128.and(i32x4.eq(upper, most4), i32x4.lt_s(lower, least4)))
    v128.store(y + ((<usize>i) << 2), v128.andnot(kept4, below))
    counter = i32x4.add(counter, i32x4.splat(4))
  }
}
