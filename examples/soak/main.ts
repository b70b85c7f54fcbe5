/**
 * Same/Other/All on tables whose truth is known: is a difference one of size, or one between the subsets?
 *
 * Run it by `npx node examples/soak/main.ts`, or with `--draws 100` for more than 30 draws of the data. README.md tells
 * the story.
 */
import { Measure } from "@rocflow/core"
import { Tree } from "@rocflow/learners"
import { Compare, Design, Job, Resampling, Score } from "@rocflow/resampling"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import { fixed, table } from "../support/text.ts"
import * as Simulate from "./simulate.ts"

// ------------------------------------------------------------------------------------------------------- experiment

/** Plans the experiment on both tables of one draw of the data. */
export const plan = Effect.fnUntraced(function* (dataSeed: number) {
  return yield* Design.grid({
    tasks: [yield* Simulate.task("iid_easy", dataSeed), yield* Simulate.task("different", dataSeed)],
    learners: [Tree.make()],
    resamplings: [Resampling.sameOther({ folds: 10, sizes: 0 })],
    measures: [Measure.rmse],
    seed: dataSeed
  })
})

/** Trains and measures every job of one draw, and compares at full and at equal size. */
const compare = Effect.fnUntraced(function* (dataSeed: number) {
  const { jobs } = yield* plan(dataSeed)
  const executed = yield* Effect.forEach(jobs, Job.execute)
  const scores = Score.table(executed.map(({ result }) => result))
  return yield* Compare.downsampling(scores)
})

/** Compares on `draws` draws of both tables; the first is the one in the files. */
export const program = (draws: number) =>
  Effect.forEach(
    Array.from({ length: draws }, (_, i) => Simulate.fileSeed + i),
    compare
  )

// ---------------------------------------------------------------------------------------------------------- summary

/** One row of a table: where it is tested, and how large the training sets are. */
const places = (["iid_easy", "different"] as const).flatMap((task) =>
  (["large", "small"] as const).flatMap((testSubset) =>
    (["full", "smallest"] as const).map((panel) => ({ task, testSubset, panel }))
  )
)
type Place = (typeof places)[number]

const isAt =
  ({ task, testSubset }: Place) =>
  (row: { readonly task: string; readonly testSubset: string }): boolean =>
    row.task === task && row.testSubset === testSubset

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN)

/** The mean RMSE of each draw, trained on some rows, and the size of the training sets. */
export const errors = (draws: ReadonlyArray<Compare.Downsampling>, place: Place, trainSubsets: string) => {
  const stats = draws.flatMap((draw) =>
    draw[place.panel].stats.filter((row) => isAt(place)(row) && row.trainSubsets === trainSubsets)
  )
  return { size: stats[0]?.nTrainGroups ?? 0, means: stats.map(({ mean }) => number(mean)) }
}

/** The test of each draw: other − same or all − same. */
export const tests = (draws: ReadonlyArray<Compare.Downsampling>, place: Place, other: "other" | "all") =>
  draws.flatMap((draw) => draw[place.panel].tests.filter((row) => isAt(place)(row) && row.compare === other))

// ------------------------------------------------------------------------------------------------------------- text

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${fixed(Math.abs(value))}`

const placeName = ({ task, testSubset, panel }: Place): string =>
  `${task}, ${testSubset}, ${panel === "full" ? "full" : "equal"} size`

/** RMSE by training rows with the sizes of the training sets, then what `difference` says of other and all. */
const comparison = (
  draws: ReadonlyArray<Compare.Downsampling>,
  difference: (tests: ReadonlyArray<Compare.Test>) => ReadonlyArray<string>,
  titles: ReadonlyArray<string>
): string =>
  table(
    ["tested on", "same", "other", "all", "other − same", ...titles, "all − same", ...titles],
    places.map((place) => [
      placeName(place),
      ...["same", "other", "all"].map((trainSubsets) => {
        const { means, size } = errors(draws, place, trainSubsets)
        return `${fixed(mean(means))} (${size})`
      }),
      ...(["other", "all"] as const).flatMap((other) => {
        const found = tests(draws, place, other)
        return [signed(mean(found.map(({ meanDiff }) => number(meanDiff)))), ...difference(found)]
      })
    ])
  )

const below = (found: ReadonlyArray<Compare.Test>): string =>
  String(found.filter(({ significant }) => significant).length)

/** The first draw with its p-values, then the means of all draws. */
export const render = (draws: ReadonlyArray<Compare.Downsampling>): string =>
  [
    "Mean RMSE over 10 folds (rows to train on), and corrected t-tests, P by Holm's method",
    comparison(draws.slice(0, 1), (found) => found.map(({ label }) => label), [""]),
    `The same on ${draws.length} draws of the data: means, and in how many draws P (Holm) < 0.05`,
    comparison(draws, (found) => [below(found)], ["< 0.05"])
  ].join("\n\n")

if (import.meta.main) {
  const { values } = parseArgs({ options: { draws: { type: "string", default: "30" } } })
  await Effect.runPromise(program(Number(values.draws)).pipe(Effect.map(render), Effect.flatMap(Console.log)))
}
