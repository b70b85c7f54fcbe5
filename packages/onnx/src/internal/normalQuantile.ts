/**
 * The inverse of the normal distribution function inside a graph, by the same rational functions as in the library.
 */
import { central, far, near } from "@rocflow/core/Normal"
import type { Builder, Name } from "./builder.ts"

const polynomial = (to: Builder, x: Name, coefficients: ReadonlyArray<number>): Name =>
  coefficients
    .slice(0, -1)
    .reduceRight(
      (sum, c) => to.op("Add", [to.op("Mul", [sum, x]), to.doubles([c])]),
      to.doubles([coefficients.at(-1)!])
    )

const ratio = (to: Builder, x: Name, { above, below }: typeof central): Name =>
  to.op("Div", [polynomial(to, x, above), polynomial(to, x, below)])

/** The quantile at p, in (0, 1). */
export const normalQuantile = (to: Builder, p: Name): Name => {
  const q = to.op("Sub", [p, to.doubles([0.5])])
  const middle = to.op("Mul", [q, ratio(to, to.op("Sub", [to.doubles([0.180625]), to.op("Mul", [q, q])]), central)])
  const isBelow = to.op("Less", [q, to.doubles([0])])
  const tail = to.op("Where", [isBelow, p, to.op("Sub", [to.doubles([1]), p])])
  const r = to.op("Sqrt", [to.op("Neg", [to.op("Log", [tail])])])
  const isNear = to.op("LessOrEqual", [r, to.doubles([5])])
  const size = to.op("Where", [
    isNear,
    ratio(to, to.op("Sub", [r, to.doubles([1.6])]), near),
    ratio(to, to.op("Sub", [r, to.doubles([5])]), far)
  ])
  const outer = to.op("Where", [isBelow, to.op("Neg", [size]), size])
  return to.op("Where", [to.op("LessOrEqual", [to.op("Abs", [q]), to.doubles([0.425])]), middle, outer])
}
