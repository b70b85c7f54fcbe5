/**
 * B-splines inside a graph: between two knots each spline is a polynomial, whose coefficients are a table here.
 */
import * as BSplines from "@rocflow/core/pipeline/BSplines"
import * as Schema from "effect/Schema"
import type { Builder, Name } from "./builder.ts"
import { type Column, columnsOf, lookUp, matrix, numbersOf, replaced } from "./columns.ts"
import { decoded } from "./decoded.ts"
import type { WriteStage } from "./stage.ts"

const State = Schema.Struct({
  degree: Schema.Int,
  extrapolation: Schema.Literals(["constant", "linear", "continue", "periodic"]),
  bias: Schema.Boolean,
  columns: Schema.Array(Schema.Tuple([Schema.String, Schema.Array(Schema.Finite)]))
})

/** Coefficients from the constant on. */
type Polynomial = ReadonlyArray<number>

const sum = (a: Polynomial, b: Polynomial): Polynomial =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0))

/** p(u)·(constant + slope·u). */
const times = (p: Polynomial, constant: number, slope: number): Polynomial =>
  sum(
    p.map((c) => c * constant),
    [0, ...p.map((c) => c * slope)]
  )

/** The splines that live between knots `at` and `at` + 1, as polynomials of u = x − knot `at` (Cox and de Boor). */
const pieces = (knots: ReadonlyArray<number>, degree: number, at: number): ReadonlyArray<Polynomial> => {
  const origin = knots[at]!
  let row: ReadonlyArray<Polynomial> = [[1]]
  for (let order = 1; order <= degree; order++) {
    const next: Array<Polynomial> = []
    let carried: Polynomial = [0]
    for (let i = 0; i < order; i++) {
      const right = knots[at + i + 1]! - origin
      const left = knots[at + i + 1 - order]! - origin
      const part = row[i]!.map((c) => c / (right - left))
      next.push(sum(carried, times(part, right, -1)))
      carried = times(part, -left, 1)
    }
    row = [...next, carried]
  }
  return row
}

const derivative = (p: Polynomial): Polynomial => p.slice(1).map((c, i) => c * (i + 1))

/** Σ c_k·u^k for every spline: `table` has a row of splines × coefficients for each interval. */
const evaluated = (to: Builder, table: Name, u: Name, splines: number, length: number): Name => {
  const powers = to.op("Pow", [
    u,
    to.doubles(
      Array.from({ length }, (_, k) => k),
      [1, length]
    )
  ])
  const coefficients = to.op("Reshape", [table, to.ints([-1, splines, length])])
  const product = to.op("Mul", [coefficients, to.op("Unsqueeze", [powers, to.ints([1])])])
  return to.op("ReduceSum", [product, to.ints([2])], { keepdims: 0 })
}

const written = (
  to: Builder,
  x: Name,
  base: ReadonlyArray<number>,
  { degree, extrapolation }: Pick<typeof State.Type, "degree" | "extrapolation">
): Name => {
  const knots = BSplines.withEnds(base, degree, extrapolation)
  const splines = BSplines.count(knots, degree, extrapolation)
  const [low, high] = [knots[degree]!, knots[knots.length - degree - 1]!]
  const starts = knots.slice(degree, knots.length - degree - 1)
  const rows = (change: (p: Polynomial) => Polynomial, length: number) =>
    starts.map((_, i) => {
      const all = Array.from({ length: splines }, (): Polynomial => [])
      pieces(knots, degree, degree + i).forEach((piece, k) => {
        const own = (i + k) % splines
        all[own] = sum(all[own]!, change(piece))
      })
      return all.flatMap((p) => Array.from({ length }, (_, k) => p[k] ?? 0))
    })
  const end = to.op("Min", [to.op("Max", [x, to.doubles([low])]), to.doubles([high])])
  const period = to.doubles([high - low])
  const moved = to.op("Sub", [x, to.doubles([low])])
  const turns = to.op("Floor", [to.op("Div", [moved, period])])
  const place =
    extrapolation === "periodic"
      ? to.op("Sub", [x, to.op("Mul", [turns, period])])
      : extrapolation === "continue"
        ? x
        : end
  // How many inner knots are not above x; a single interval has none.
  const inner = starts.length === 1 ? [Infinity] : starts.slice(1)
  const isAbove = to.op("LessOrEqual", [to.doubles(inner, [1, inner.length]), place])
  const interval = to.op("ReduceSum", [to.op("Cast", [isAbove], { to: 7 }), to.ints([1])], { keepdims: 1 })
  const start = lookUp(
    to,
    interval,
    starts.map((knot) => [knot])
  )
  const u = to.op("Sub", [place, start])
  const table = (change: (p: Polynomial) => Polynomial, length: number) => lookUp(to, interval, rows(change, length))
  const value = evaluated(
    to,
    table((p) => p, degree + 1),
    u,
    splines,
    degree + 1
  )
  if (extrapolation !== "linear") return value
  const slope = evaluated(to, table(derivative, degree), u, splines, degree)
  return to.op("Add", [value, to.op("Mul", [slope, to.op("Sub", [x, end])])])
}

/** `Preprocess.spline`. */
export const spline: WriteStage = (to, columns, { id, state }) => {
  const { bias, columns: learned, ...how } = decoded(id, State, state)
  return replaced(
    columns,
    new Map(
      learned.map(([name, base]): readonly [string, ReadonlyArray<readonly [string, Column]>] => {
        const x = matrix(to, numbersOf(columns, [name], id))
        const made = written(to, x, base, how)
        const count = BSplines.count(
          BSplines.withEnds(base, how.degree, how.extrapolation),
          how.degree,
          how.extrapolation
        )
        const all = columnsOf(
          made,
          Array.from({ length: count }, (_, i) => `${name}.spline${i + 1}`)
        )
        return [name, bias ? all : all.slice(0, -1)]
      })
    )
  )
}
