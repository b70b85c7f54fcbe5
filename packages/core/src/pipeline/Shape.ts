/**
 * The shape of one row on its way through a network: `[20]` for twenty numbers, `[64, 64, 3]` for an image.
 *
 * The number of rows never stands in a shape. In types, a number that the compiler does not know is `number`.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The sizes of one row, each at least 1. @category models */
export type Shape = ReadonlyArray<number>

/** How many numbers a row of a shape has. */
export const size = (shape: Shape): number => shape.reduce((product, n) => product * n, 1)

/** Writes rows of a shape as people do: `"rows × 64 × 64 × 3"`; sizes that are not known yet by their names. */
export const toText = (shape: ReadonlyArray<number | string>): string => ["rows", ...shape].join(" × ")

/** Whether two shapes are equal. */
export const equals = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i])

/** Refuses shapes that do not fit, with both of them and the path of the stage. @category errors */
export class ShapeError extends Schema.TaggedError<ShapeError>()("ShapeError", {
  stage: Schema.String,
  given: Schema.String,
  expected: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.stage}: got ${this.given}, expected ${this.expected}; ${this.advice}`
  }
}

/** What is wrong with a shape, before it is known at which stage. @category models */
export type Problem = Pick<ShapeError, "given" | "expected" | "advice">

/** Refuses rows that have another rank than a layer works on, and says what to do; gives the shape otherwise. */
export const ofRank = (
  shape: Shape,
  rank: number,
  advice = rank === 1 ? "put Nn.flatten before it" : "put a layer before it that gives such rows"
): Result.Result<Shape, Problem> =>
  shape.length === rank
    ? Result.succeed(shape)
    : Result.fail({
        given: `${toText(shape)} (rank ${shape.length})`,
        expected: `rows of rank ${rank}`,
        advice
      })
