/**
 * Parts the rows of a node.
 */

/** A byte for each code: 1 for those that go left. */
export const left: usize = memory.data(256, 16)

/** Puts the rows that go left before the others, both in their order, and gives their number; `spare` has room for m rows. */
export function part(m: i32, rows: usize, codes: usize, spare: usize): i32 {
  let l: usize = 0
  let r: usize = 0
  for (let t = 0; t < m; t++) {
    const row = load<i32>(rows + (t << 2))
    const goes = <usize>load<u8>(left + load<u8>(codes + row))
    store<i32>(rows + (l << 2), row)
    store<i32>(spare + (r << 2), row)
    l += goes
    r += 1 - goes
  }
  memory.copy(rows + (l << 2), spare, r << 2)
  return <i32>l
}
