/** Tables made of formulas, which other packages can make too, for learners of trees. */
import { assert } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import type * as Task from "@rocflow/core/data/Task"
import * as Tasks from "../../core/test/support/tasks.ts"

/** Nearly the same numbers. */
export const close = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-6): void => {
  assert.strictEqual(found.length, expected.length)
  for (let i = 0; i < found.length; i++) {
    assert.approximately(found[i]!, expected[i]!, tolerance, `number ${i}`)
  }
}

/** Of six rows of `few`, every `width`-th number. */
export const shown = (values: Float64Array, width = 1): ReadonlyArray<number> =>
  [0, 1, 4, 13, 30, 59].map((row) => values[row * width]!)

const n = 60

/**
 * 60 rows of columns with few values: a = 7 i mod 11, b = 5 i mod 17, c = 3 i mod 7 (missing where i mod 9 = 4), and of
 * these y = a − b/2 + 0.7 c + sin i, where a missing c counts as 4. "half" says whether y is above its median, "third" is
 * 0, 1 or 2 below 0, below 3 and above.
 */
export const few = (
  target: "number" | "complete" | "half" | "third" | "noisy third",
  options: Partial<Task.Options> = {}
): Task.Task => {
  const rows = Array.from({ length: n }, (_, i) => {
    const [a, b, c] = [(i * 7) % 11, (i * 5) % 17, (i * 3) % 7]
    const missing = i % 9 === 4
    return { a, b, c: missing ? null : c, y: a - 0.5 * b + 0.7 * (missing ? 4 : c) + Math.sin(i), w: 1 + (i % 3) }
  })
  const sorted = rows.map(({ y }) => y).sort((u, v) => u - v)
  const median = (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2
  const third = (y: number) => (y < 0 ? "0" : y < 3 ? "1" : "2")
  const y =
    target === "half"
      ? Column.text(rows.map((row) => (row.y > median ? "yes" : "no")))
      : target === "third"
        ? Column.text(rows.map((row) => third(row.y)))
        : target === "noisy third"
          ? Column.text(rows.map((row, i) => third(row.y + 3 * Math.cos(2 * i))))
          : Column.numeric(rows.map((row) => row.y))
  return Tasks.of(
    {
      a: Column.numeric(rows.map((row) => row.a)),
      b: Column.numeric(rows.map((row) => row.b)),
      c: Column.numeric(rows.map((row) => (target === "complete" ? (row.c ?? 4) : row.c))),
      w: Column.numeric(rows.map((row) => row.w)),
      y
    },
    { target: "y", features: ["a", "b", "c"], ...(target === "half" ? { positive: "yes" } : {}), ...options }
  )
}

/** 120 rows of five levels, 24 of each: s = (7 i + ⌊i/20⌋) mod 5, z = 5 i mod 17, y = (3, −1, 2, 0, −4)[s] + 0.3 z + sin i. */
export const withLevels = (): Task.Task => {
  const rows = Array.from({ length: 120 }, (_, i) => ({ s: (i * 7 + Math.floor(i / 20)) % 5, z: (i * 5) % 17, i }))
  return Tasks.of(
    {
      s: Column.text(rows.map(({ s }) => "abcde"[s]!)),
      z: Column.numeric(rows.map(({ z }) => z)),
      y: Column.numeric(rows.map(({ i, s, z }) => [3, -1, 2, 0, -4][s]! + 0.3 * z + Math.sin(i)))
    },
    { target: "y" }
  )
}

/** 300 rows of u = (377 i mod 300)/7 and v = cos i, and of the classes 0, 1 or 2 of sin(u/6) + v + sin(3 i)/2 at −0.5 and 0.6. */
export const classesOfMany = (): Task.Task => {
  const rows = Array.from({ length: 300 }, (_, i) => ({ u: ((i * 377) % 300) / 7, v: Math.cos(i), i }))
  const value = ({ i, u, v }: (typeof rows)[number]) => Math.sin(u / 6) + v + Math.sin(3 * i) / 2
  return Tasks.of(
    {
      u: Column.numeric(rows.map(({ u }) => u)),
      v: Column.numeric(rows.map(({ v }) => v)),
      y: Column.text(rows.map((row) => (value(row) < -0.5 ? "0" : value(row) < 0.6 ? "1" : "2")))
    },
    { target: "y" }
  )
}

/** 1000 rows of u = (377 i mod 1000)/7 and v = cos i, y = sin(u/20) + v/5, and weights 1 + i mod 3. */
export const manyValued = (options: Partial<Task.Options> = {}): Task.Task => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ u: ((i * 377) % 1000) / 7, v: Math.cos(i), w: 1 + (i % 3) }))
  return Tasks.of(
    {
      u: Column.numeric(rows.map(({ u }) => u)),
      v: Column.numeric(rows.map(({ v }) => v)),
      w: Column.numeric(rows.map(({ w }) => w)),
      y: Column.numeric(rows.map(({ u, v }) => Math.sin(u / 20) + v * 0.2))
    },
    { target: "y", features: ["u", "v"], ...options }
  )
}
