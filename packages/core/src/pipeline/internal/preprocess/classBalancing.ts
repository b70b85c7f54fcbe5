/**
 * `Preprocess.classBalancing`: as many training rows of each class as are wanted.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Seed from "../../../Seed.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import type { Fitting, TrainingTarget } from "../../Stage.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.classBalancing"

const BalancingOptions = Schema.Struct({
  ratio: OptionSchema.withDefault(OptionSchema.positive, 1, "Rows of a class, times the reference"),
  reference: OptionSchema.withDefault(
    Schema.Literals(["all", "major", "minor", "nonmajor", "nonminor", "one"]),
    "all",
    "The mean size of these classes; one is a single row"
  ),
  adjust: OptionSchema.withDefault(
    Schema.Literals(["all", "major", "minor", "nonmajor", "nonminor", "upsample", "downsample"]),
    "all",
    "The classes that change"
  )
})

type Options = typeof BalancingOptions.Type

interface Class {
  readonly level: string
  readonly rows: ReadonlyArray<number>
}

/** The classes that occur, with their rows. */
const classesOf = ({ target }: Fitting): Result.Result<ReadonlyArray<Class>, PipelineError> => {
  if (target === undefined || target.kind === "regression") {
    return Features.fail(
      id,
      `balances classes, and ${target === undefined ? "the rows have no target; fit it in a learner" : "the target is a number; leave it out"}`
    )
  }
  const { levels, values }: TrainingTarget = target
  const rowsOf = levels.map((): Array<number> => [])
  values.forEach((code, row) => rowsOf[code]?.push(row))
  return Result.succeed(
    levels.map((level, code) => ({ level, rows: rowsOf[code]! })).filter(({ rows }) => rows.length > 0)
  )
}

/** How many rows each class is to have. */
const wanted = ({ adjust, ratio, reference }: Options, classes: ReadonlyArray<Class>): ReadonlyArray<number> => {
  const sizes = classes.map(({ rows }) => rows.length)
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
  const mean = (of: ReadonlyArray<number>) =>
    of.length === 0 ? largest : of.reduce((sum, size) => sum + size, 0) / of.length
  const references = {
    all: () => mean(sizes),
    major: () => largest,
    minor: () => smallest,
    nonmajor: () => mean(sizes.filter((size) => size < largest)),
    nonminor: () => mean(sizes.filter((size) => size > smallest)),
    one: () => 1
  }
  const goal = Math.round(ratio * references[reference]())
  const adjusts = {
    all: () => true,
    major: (size: number) => size === largest,
    minor: (size: number) => size === smallest,
    nonmajor: (size: number) => size < largest,
    nonminor: (size: number) => size > smallest,
    upsample: (size: number) => size < goal,
    downsample: (size: number) => size > goal
  }
  return sizes.map((size) => (adjusts[adjust](size) ? goal : size))
}

type Sizes = ReadonlyArray<{ readonly level: string; readonly before: number; readonly after: number }>

/** How many rows repeated ones may make. */
const mostRows = 2 ** 24

/** Refuses sizes that leave a class without rows, or would fill the memory. */
const possible = ({ ratio, reference }: Options, sizes: Sizes): Result.Result<Sizes, PipelineError> => {
  const given = `a ratio of ${ratio} to ${reference === "one" ? "one row" : `the reference "${reference}"`}`
  const empty = sizes.find(({ after }) => after === 0)
  if (empty !== undefined) {
    return Features.fail(
      id,
      `${given} leaves none of the ${empty.before} training rows of class "${empty.level}", and each class needs one; raise the ratio`
    )
  }
  const before = sizes.reduce((sum, each) => sum + each.before, 0)
  const after = sizes.reduce((sum, each) => sum + each.after, 0)
  return after <= Math.max(before, mostRows)
    ? Result.succeed(sizes)
    : Features.fail(id, `${given} makes ${after} rows of ${before}, and ${mostRows} are the most; lower the ratio`)
}

/** So many of some rows: each as often as another, or once more. */
const draw = (rows: ReadonlyArray<number>, size: number, seed: Seed.Seed): ReadonlyArray<number> => {
  if (size === rows.length) return rows
  const order = [...rows]
  Seed.generator(seed).shuffle(order)
  return Array.from({ length: size }, (_, i) => order[i % order.length]!)
}

/** `Preprocess.classBalancing` as a definition, for registries. @category definitions */
export const classBalancingDefinition = define({
  id,
  summary: "Leaves out or repeats training rows until the classes have the sizes that are wanted",
  options: BalancingOptions,
  /** For whoever looks: the rows of each class before and after. */
  state: Schema.Array(Schema.Struct({ level: Schema.String, before: Schema.Int, after: Schema.Int })),
  fit: (options, _, fitting) =>
    Result.map(classesOf(fitting), (classes) => {
      const after = wanted(options, classes)
      return classes.map(({ level, rows }, i) => ({ level, before: rows.length, after: after[i]! }))
    }).pipe(Result.flatMap((sizes) => possible(options, sizes))),
  training: (_, sizes, __, fitting) =>
    Result.map(classesOf(fitting), (classes) => ({
      rows: classes
        .flatMap(({ level, rows }, i) => draw(rows, sizes[i]!.after, Seed.derive(fitting.seed, level)))
        .sort((a, b) => a - b)
    })),
  apply: (_, features) => Result.succeed(features)
})

/**
 * Leaves out or repeats training rows, at random by the seed, until each class has `ratio` (default 1) times as many rows as
 * `reference` says:
 *
 * - `all`, the default: the mean of the sizes of the classes; `major`, `minor`: the size of the largest, the smallest;
 *   `nonmajor`, `nonminor`: the mean of all but those; `one`: 1, so that `ratio` is the number itself.
 *
 * `adjust` says which classes change: `all`, the default, `major`, `minor`, `nonmajor`, `nonminor`, or only those that grow
 * (`upsample`) or shrink (`downsample`). Of a class that shrinks no row comes twice; of one that grows each row comes as often as
 * another, or once more. Numbers of rows are rounded; classes without training rows stay without.
 *
 * Target, weights and roles follow the rows, and the copies of a row stay together where training rows are divided further. Only
 * training rows change: never those that are validated on or predicted. Stages before it learn from all training rows,
 * stages behind it from the balanced ones.
 *
 * Errors when it is trained: a regression; a place in a branch of a `Merge`; a class that would have no rows left, and more
 * than 2²⁴ rows of fewer.
 *
 * *Gotcha*: probabilities are then those of the balanced classes. A loss that ranks (`Aum.loss`), or a weight of the classes,
 * often does without.
 *
 * @example
 * Preprocess.classBalancing({ reference: "minor", adjust: "downsample" }).pipe(Preprocess.standardise())
 * @category stages
 */
export const classBalancing = (options: typeof BalancingOptions.Encoded = {}): Stage<never> =>
  stage(classBalancingDefinition, options)
