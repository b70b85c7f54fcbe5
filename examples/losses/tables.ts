/**
 * Seven unbalanced tables of ten features, each difficult in its own way, drawn from a seed.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"

/** How a table is drawn. @category models */
export interface Recipe {
  /** Rows to train on. */
  readonly rows: number
  /** The share of positives. */
  readonly share: number
  /** The share of positives that is labelled negative in training, and of as many negatives that is labelled positive. */
  readonly wrong: number
  /** Writes the first features of a row, normal noise at first. */
  readonly draw: (features: Array<number>, positive: boolean, random: Seed.Generator) => void
}

const width = 10

/** Moves the first `count` features of the positives. */
const shift =
  (count: number, by: number): Recipe["draw"] =>
  (features, positive) => {
    for (let j = 0; j < count; j++) features[j]! += positive ? by : 0
  }

/** Corners of a square for the negatives, and what lies between them for the positives. */
const corners = [
  [-2, -2],
  [-2, 2],
  [2, -2],
  [2, 2]
] as const
const middles = [
  [0, 2],
  [2, 0],
  [0, -2]
] as const

export const recipes = {
  overlap: { rows: 1000, share: 0.1, wrong: 0, draw: shift(4, 0.6) },
  spread: {
    rows: 1000,
    share: 0.1,
    wrong: 0,
    draw: (features, positive) => {
      for (let j = 0; j < 4; j++) features[j] = positive ? 0.5 + 2 * features[j]! : features[j]!
    }
  },
  clusters: {
    rows: 1000,
    share: 0.1,
    wrong: 0,
    draw: (features, positive, random) => {
      const centres = positive ? middles : corners
      const centre = centres[random.below(centres.length)]!
      for (let j = 0; j < 2; j++) features[j] = centre[j]! + 0.7 * features[j]!
    }
  },
  xor: {
    rows: 1000,
    share: 0.1,
    wrong: 0,
    draw: (features, positive, random) => {
      const side = random.below(2) === 0 ? -1 : 1
      features[0] = 1.2 * side + features[0]!
      features[1] = 1.2 * (positive ? side : -side) + features[1]!
    }
  },
  rare: { rows: 4000, share: 0.015, wrong: 0, draw: shift(4, 0.8) },
  mislabelled: { rows: 1000, share: 0.2, wrong: 0.3, draw: shift(4, 0.9) },
  outliers: {
    rows: 1000,
    share: 0.1,
    wrong: 0,
    draw: (features, positive, random) => {
      shift(4, 0.8)(features, positive, random)
      if (!positive && random.float() < 0.05) for (let j = 0; j < width; j++) features[j]! *= 8
    }
  }
} satisfies Record<string, Recipe>

/** @category models */
export type TableName = keyof typeof recipes

/** @category models */
export const names = Object.keys(recipes) as ReadonlyArray<TableName>

/** As many positives as the share says, then negatives; whether each is labelled by its class. */
const draw = ({ draw, share, wrong }: Recipe, rows: number, random: Seed.Generator) => {
  const positives = Math.round(share * rows)
  const swapped = Math.round(wrong * positives)
  return Array.from({ length: rows }, (_, i) => {
    const positive = i < positives
    const features = Array.from({ length: width }, () => random.normal())
    draw(features, positive, random)
    const turned = positive ? i < swapped : i < positives + swapped
    return { features, label: positive === turned ? ("no" as const) : ("yes" as const) }
  })
}

/** @category models */
export type Made = Effect.Success<ReturnType<typeof make>>

/**
 * Makes a task with the features x1 … x10 and the target `y`, positive class `yes`: as many rows as the table has to
 * train on, or the number given, and then none with a wrong label.
 *
 * @example
 * yield* make("xor", Seed.root(1))
 * yield* make("xor", Seed.root(2), 4000)
 */
export const make = Effect.fnUntraced(function* (name: TableName, seed: Seed.Seed, testRows?: number) {
  const recipe: Recipe = recipes[name]
  const drawn =
    testRows === undefined
      ? draw(recipe, recipe.rows, Seed.generator(seed))
      : draw({ ...recipe, wrong: 0 }, testRows, Seed.generator(seed))
  const features = Array.from({ length: width }, (_, j) => [
    `x${j + 1}`,
    Column.numeric(drawn.map(({ features }) => features[j]!))
  ])
  const columns = yield* Table.fromColumns({
    ...(Object.fromEntries(features) as Record<string, Column.Column>),
    y: Column.factor(
      drawn.map(({ label }) => label),
      { levels: ["yes", "no"] }
    )
  })
  const task = yield* Task.fromTable(columns, { id: name, target: "y", positive: "yes", stratum: ["y"] })
  return yield* Task.requireKind(task, "binary")
})
