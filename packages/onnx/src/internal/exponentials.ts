/**
 * Exponentials and logarithms that are exact near 0, where 1 would swallow what is added to it.
 */
import type { Builder, Name } from "./builder.ts"

/** ln(1 + x), x ≥ 0. Of u = 1 + x as it is rounded, ln(u)·x/(u − 1) is right (Goldberg 1991, theorem 4). */
export const logOnePlus = (to: Builder, x: Name): Name => {
  const one = to.doubles([1])
  const u = to.op("Add", [x, one])
  const isOne = to.op("Equal", [u, one])
  const off = to.op("Where", [isOne, one, to.op("Sub", [u, one])])
  // An endless number divided by itself is none.
  const ratio = to.op("Where", [to.op("IsInf", [to.op("Cast", [u], { to: 1 })]), one, to.op("Div", [x, off])])
  return to.op("Where", [isOne, x, to.op("Mul", [to.op("Log", [u]), ratio])])
}

const small = 1e-5

/** e^x − 1; near 0 by the first terms of its series. */
export const expMinusOne = (to: Builder, x: Name): Name => {
  const isSmall = to.op("Less", [to.op("Abs", [x]), to.doubles([small])])
  // x·(1 + x/2·(1 + x/3))
  const inner = to.op("Add", [to.doubles([1]), to.op("Mul", [x, to.doubles([1 / 3])])])
  const middle = to.op("Add", [to.doubles([1]), to.op("Mul", [to.op("Mul", [x, to.doubles([0.5])]), inner])])
  const near = to.op("Mul", [x, middle])
  return to.op("Where", [isSmall, near, to.op("Sub", [to.op("Exp", [x]), to.doubles([1])])])
}
