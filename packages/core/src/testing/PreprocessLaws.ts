/**
 * The laws of preprocessing stages: what is learned comes from the training rows alone, is plain JSON, and changes every
 * row by itself; no training row is told its own target.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../data/Column.ts"
import * as Tensors from "../data/Tensors.ts"
import * as Features from "../pipeline/Features.ts"
import * as Preprocess from "../pipeline/Preprocess.ts"
import * as Seed from "../Seed.ts"
import { law, type Law, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

/** Colour images of 4 × 6 pixels. */
const images = (random: Seed.Generator, rows: number): Column.Tensor => ({
  type: "tensor",
  stores: [
    {
      _tag: "Packed",
      name: "image",
      digest: "",
      range: [0, 255],
      steps: [],
      content: { _tag: "Memory", bytes: Uint8Array.from({ length: rows * 72 }, () => random.below(256)) },
      offset: 0,
      element: "u1",
      bigEndian: false,
      shape: [4, 6, 3]
    }
  ],
  store: new Uint16Array(rows),
  place: Int32Array.from({ length: rows }, (_, row) => row),
  steps: [],
  missing: null
})

/** Each column has a value in the first row, so that everything can be fitted. */
const table = (random: Seed.Generator): Features.Features => {
  const rows = 2 + random.below(12)
  const values = <A>(first: A, other: () => A) =>
    Array.from({ length: rows }, (_, row) => (row === 0 ? first : random.below(4) === 0 ? null : other()))
  const level = Column.factor(
    values<"a" | "b" | "c">("b", () => (["a", "b", "c"] as const)[random.below(3)]!),
    { levels: ["c", "a", "b"] }
  )
  return Features.make(
    [
      ["real", Column.numeric(values(1, () => 200 * random.float() - 100))],
      ["whole", Column.indices(Int32Array.from({ length: rows }, (_, row) => (row === 0 ? 2 : random.below(7) - 3)))],
      ["truth", Column.boolean(values(true, () => random.below(2) === 0))],
      ["level", succeeded(level, "a factor")],
      ["text", Column.text(values("x", () => ["x", "y", "", "10", "9"][random.below(5)]!))],
      ["image", images(random, rows)]
    ],
    rows
  )
}

/** Folds that depend on nothing but the seed: what is held out must not tell of the target either. */
const dealt = (rows: number, folds: number, seed: Seed.Seed): Int32Array => {
  const places = Int32Array.from({ length: rows }, (_, row) => row % folds)
  Seed.generator(seed).shuffle(places)
  return places
}

/** A target for some rows: classes, each of which occurs if there are rows enough, or numbers. */
const targetOf = (
  kind: Preprocess.TrainingTarget["kind"],
  rows: number,
  random: Seed.Generator
): Preprocess.TrainingTarget => {
  const levels = kind === "regression" ? [] : ["a", "b", "c"].slice(0, kind === "binary" ? 2 : 3)
  const value = (row: number) =>
    kind === "regression" ? 10 * random.float() : row < levels.length ? row : random.below(levels.length)
  return {
    kind,
    levels,
    values: Float64Array.from({ length: rows }, (_, row) => value(row)),
    folds: (folds, seed) => Result.succeed(dealt(rows, folds, seed))
  }
}

/** The numbers of a tensor's rows, as text. */
const numbers = (column: Column.Tensor, rows: number): Promise<ReadonlyArray<string>> => {
  const read: Array<string> = []
  return Tensors.open(column).pipe(
    Effect.flatMap((reader) =>
      reader.read(
        Array.from({ length: rows }, (_, row) => row),
        (_, values) => read.push(values.join())
      )
    ),
    Effect.as(read),
    Effect.scoped,
    Effect.runPromise
  )
}

/** Columns as text, by name. */
const texts = async ({
  columns,
  rows
}: Features.Features): Promise<Readonly<Record<string, ReadonlyArray<string | null>>>> =>
  Object.fromEntries(
    await Promise.all(
      Array.from(columns, async ([name, column]): Promise<[string, ReadonlyArray<string | null>]> => [
        name,
        column.type === "tensor"
          ? await numbers(column, rows)
          : Array.from({ length: rows }, (_, row) => Column.toText(column, row))
      ])
    )
  )

/** What is claimed of a stage. @category models */
export interface Claims {
  /** The kind of the target that it is given. Default: binary. */
  readonly kind?: Preprocess.TrainingTarget["kind"]
}

/**
 * The laws of a stage with some options, tried on columns `real`, `whole`, `truth`, `level` (a factor), `text` and `image` (a
 * tensor, 4 × 6 × 3), with missing values in all but `whole` and `image`.
 *
 * @example
 * for (const { check, name } of PreprocessLaws.of(definition, { share: 0.25 })) it(name, check)
 */
export const of = (
  definition: Preprocess.Preprocess,
  options: object = {},
  claims: Claims = {}
): ReadonlyArray<Law> => {
  const { kind = "binary" } = claims
  const stage = succeeded(Preprocess.bind(definition, options), `${definition.id} refuses its options`)
  const fitTo = (features: Features.Features, target: Preprocess.TrainingTarget) =>
    Effect.runPromise(stage.fit(features, { seed: Seed.root(1), target }))
  const fit = (features: Features.Features) =>
    fitTo(features, targetOf(kind, features.rows, Seed.generator(Seed.root(features.rows))))
  const apply = async ({ apply }: Preprocess.FittedPreprocessor, features: Features.Features) =>
    texts(await Effect.runPromise(apply(features)))
  return [
    ...OptionLaws.of(definition, options),
    law("applies to any rows as to each of them: nothing is learned of the rows it is applied to", async (random) => {
      const [train, other] = [table(random), table(random)]
      const rows = Array.from({ length: 1 + random.below(5) }, () => random.below(other.rows))
      const fitted = await fit(train)
      const whole = await apply(fitted, other)
      const expected = Object.fromEntries(
        Object.entries(whole).map(([name, values]) => [name, rows.map((row) => values[row])])
      )
      same(await apply(fitted, Features.take(other, rows)), expected, "the rows by themselves")
    }),
    law("learns plain JSON, and works the same after reading it back", async (random) => {
      const [train, other] = [table(random), table(random)]
      const fitted = await fit(train)
      const back = succeeded(stage.load(JSON.parse(JSON.stringify(fitted.state()))), "the state is refused")
      same(await apply(back, other), await apply(fitted, other), "after reading the state back")
    }),
    law("learns and applies the same twice, and changes no column in place", async (random) => {
      const train = table(random)
      const before = await texts(train)
      same(await apply(await fit(train), train), await apply(await fit(train), train), "the second time")
      same(await texts(train), before, "the columns that it was given")
    }),
    law("gives the training rows the columns that it gives any rows, and takes rows that are there", async (random) => {
      const train = table(random)
      const { apply, training = {} } = await fit(train)
      const columnsOf = ({ columns, rows }: Features.Features) => [
        rows,
        ...Array.from(columns, ([name, { type }]) => `${name} ${type}`)
      ]
      const expected = await Effect.runPromise(apply(train))
      same(columnsOf(training.features ?? expected), columnsOf(expected), "the columns of the training rows")
      const strange = Array.from(training.rows ?? []).filter(
        (row) => !(Number.isInteger(row) && row >= 0 && row < train.rows)
      )
      same(strange, [], "rows that are not there")
    }),
    law("tells no training row its own target", async (random) => {
      const train = table(random)
      const target = targetOf(kind, train.rows, random)
      const row = random.below(train.rows)
      const other = { ...target, values: target.values.slice() }
      other.values[row] =
        kind === "regression" ? -target.values[row]! - 1 : (target.values[row]! + 1) % target.levels.length
      const shown = async (target: Preprocess.TrainingTarget) => {
        const { apply, training } = await fitTo(train, target)
        return texts(Features.take(training?.features ?? (await Effect.runPromise(apply(train))), [row]))
      }
      same(await shown(other), await shown(target), "the training row whose target is another")
    }),
    law(
      "refuses a state that is not its own",
      () => same(Result.isFailure(stage.load({ "no such state": [] })), true, "a strange state is refused"),
      1
    )
  ]
}
