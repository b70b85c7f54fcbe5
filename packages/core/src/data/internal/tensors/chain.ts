/**
 * Several steps as one: the shape after all of them, and a function that changes one row.
 */
import * as Result from "effect/Result"
import type { Generator } from "../../../Seed.ts"
import type { RowShape, Step } from "../../TensorStore.ts"

/** The shape after steps, or why one of them refuses. */
export const shapeAfter = (steps: ReadonlyArray<Step>, shape: RowShape): Result.Result<RowShape, string> =>
  steps.reduce<Result.Result<RowShape, string>>(
    (before, step) => Result.flatMap(before, step.shape),
    Result.succeed(shape)
  )

/** Changes one row; what it gives is valid until the next call. `random` gives the numbers of the step of that index. */
export type Chain = (values: Float32Array, random: (step: number) => Generator | undefined) => Float32Array

/** The chain for rows of a shape that all steps take. */
export const chain = (steps: ReadonlyArray<Step>, shape: RowShape): Result.Result<Chain, string> =>
  Result.gen(function* () {
    const links: Array<{ readonly run: ReturnType<Step["kernel"]>; readonly into: Float32Array }> = []
    let now = shape
    for (const step of steps) {
      const next = yield* step.shape(now)
      links.push({ run: step.kernel(now), into: new Float32Array(next.reduce((product, n) => product * n, 1)) })
      now = next
    }
    return (values: Float32Array, random: (step: number) => Generator | undefined) =>
      links.reduce((from, { into, run }, i) => {
        run(from, into, random(i))
        return into
      }, values)
  })
