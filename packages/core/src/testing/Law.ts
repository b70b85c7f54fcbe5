/**
 * A law: what is true of every member of a family, as data that any test runner can run.
 *
 * @example
 * // vitest, or any runner with `it`:
 * for (const { check, name } of LossLaws.of(definition)) it(name, check)
 */
import { isDeepStrictEqual } from "node:util"
import * as Result from "effect/Result"
import { canonicalJson } from "../Hash.ts"
import * as Seed from "../Seed.ts"

/** A law. `check` rejects with a `LawBroken` that shows the case that breaks it. @category models */
export interface Law {
  readonly name: string
  readonly check: () => Promise<void>
}

/** A case in which a law does not hold. @category errors */
export class LawBroken extends Error {
  override readonly name = "LawBroken"
}

/**
 * Makes a law that holds in `runs` random cases, the same ones in every run. The body draws its case, and breaks the law
 * by whatever it throws.
 * @category constructors
 */
export const law = (name: string, body: (random: Seed.Generator) => void | Promise<void>, runs = 50): Law => ({
  name,
  check: async () => {
    for (let run = 0; run < runs; run++) {
      try {
        await body(Seed.generator(Seed.derive(Seed.root(1), name, run)))
      } catch (cause) {
        throw new LawBroken(`${name}: case ${run}: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause
        })
      }
    }
  }
})

/** Makes a law of one case. @category constructors */
export const fact = (name: string, body: () => void | Promise<void>): Law => law(name, body, 1)

const show = (value: unknown): string =>
  ArrayBuffer.isView(value) ? `[${Array.from(value as Float64Array).join(", ")}]` : canonicalJson(value)

/** Breaks the law unless something holds; `what` says what does not. */
export const holds = (condition: boolean, what: () => string): void => {
  if (!condition) throw new LawBroken(what())
}

/** Breaks the law unless two values are deeply equal. */
export const same = (actual: unknown, expected: unknown, what: string): void =>
  holds(isDeepStrictEqual(actual, expected), () => `${what}: got ${show(actual)}, expected ${show(expected)}`)

/** Breaks the law unless numbers agree, each up to `tolerance` times the larger of 1 and its size. */
export const close = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string
): void => {
  const far = Array.from(expected).findIndex(
    (value, i) => !(Math.abs((actual[i] ?? Number.NaN) - value) <= tolerance * Math.max(1, Math.abs(value)))
  )
  holds(
    far < 0 && actual.length === expected.length,
    () => `${what}: entry ${far} is ${actual[far]}, expected ${expected[far]} within ${tolerance}`
  )
}

/** The value of a result, or a broken law that says its error. */
export const succeeded = <A, E>(result: Result.Result<A, E>, what: string): A => {
  if (Result.isSuccess(result)) return result.success
  const { failure } = result
  throw new LawBroken(`${what}: ${failure instanceof Error ? failure.message : canonicalJson(failure)}`)
}

/** So many draws. */
export const draw = (length: number, of: (i: number) => number): Float64Array =>
  Float64Array.from({ length }, (_, i) => of(i))

/** Rows picked out of a matrix, row-major, of so many columns. */
export const pick = (values: Float64Array, rows: ArrayLike<number>, width = 1): Float64Array =>
  Float64Array.from(Array.from(rows).flatMap((row) => [...values.subarray(row * width, (row + 1) * width)]))

/** The numbers 0 … n − 1 in a random order. */
export const shuffled = (n: number, random: Seed.Generator): ReadonlyArray<number> => {
  const order = Array.from({ length: n }, (_, i) => i)
  random.shuffle(order)
  return order
}
