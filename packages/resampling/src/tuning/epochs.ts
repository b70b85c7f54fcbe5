/**
 * The tuner of nothing but the number of epochs.
 */
import { count, epochCount, nonNegative, withDefault } from "@rocflow/core/OptionSchema"
import * as Schema from "effect/Schema"
import { define } from "./define.ts"
import { inOrder } from "./Tuner.ts"

export const epochs = define({
  id: "Tune.epochs",
  summary: "Finds the number of epochs on held-out rows, and trains anew on all rows for as many",
  options: {
    most: Schema.optionalKey(epochCount(1)),
    patience: Schema.optionalKey(count(1)),
    minDelta: withDefault(nonNegative, 0)
  },
  resampling: { type: "holdout", ratio: 0.5 },
  epochs: (options) => ({ most: options.most, patience: options.patience, minDelta: options.minDelta }),
  tuner: () => inOrder(() => [{}])
})
