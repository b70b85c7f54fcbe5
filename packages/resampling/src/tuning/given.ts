/**
 * Tuners that need no memory: a grid, points that are given, draws at random.
 */
import { count, required, withDefault } from "@rocflow/core/OptionSchema"
import { Configuration } from "@rocflow/core/learning/Tuning"
import * as Schema from "effect/Schema"
import { define } from "./define.ts"
import * as Range from "./Range.ts"
import * as Template from "./Template.ts"
import { inOrder, random as drawing } from "./Tuner.ts"

const cv = { type: "cv", folds: 5 } as const

/** A grid of more configurations is a slip. */
const most = 100_000

const onGrid = (
  template: Template.Template,
  { resolution, resolutions }: { readonly resolution: number; readonly resolutions: Readonly<Record<string, number>> }
) => Template.enumerate(template, ({ name, range }) => Range.grid(range, resolutions[name] ?? resolution))

export const grid = define({
  id: "Tune.grid",
  summary: "Tries every combination of evenly spread values",
  options: {
    resolution: withDefault(count(1, most, "each combination is tried"), 5, "Values of each range"),
    resolutions: withDefault(
      Schema.Record(Schema.String, count(1, most, "each combination is tried")),
      {},
      "Values of some ranges, by name"
    )
  },
  resampling: cv,
  epochs: "chosen",
  refuses: (options, template) =>
    Template.atMost(most, onGrid(template, options)) === undefined
      ? `has more than ${most} configurations; lower the resolution, or use Tune.random`
      : undefined,
  tuner: (options) => inOrder((template) => Array.from(onGrid(template, options)))
})

export const random = define({
  id: "Tune.random",
  summary: "Tries configurations at random",
  options: {},
  resampling: cv,
  evaluations: 20,
  epochs: "chosen",
  tuner: () => drawing
})

export const points = define({
  id: "Tune.points",
  summary: "Tries the configurations that are given",
  options: {
    configurations: required(
      Schema.Array(Configuration).check(Schema.isMinLength(1)),
      "The configurations to try: values by the names of open places",
      [{ rate: 0.1 }, { rate: 0.01 }]
    )
  },
  resampling: cv,
  epochs: "chosen",
  tuner: ({ configurations }) => inOrder(() => configurations)
})
