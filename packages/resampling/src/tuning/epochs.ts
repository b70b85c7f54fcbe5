/**
 * The tuner of nothing but the number of epochs.
 */
import { count, epochCount, nonNegative, optional, withDefault } from "@rocflow/core/OptionSchema"
import { define } from "./define.ts"
import { inOrder } from "./Tuner.ts"

export const epochs = define({
  id: "Tune.epochs",
  summary: "Finds the number of epochs on held-out rows, and trains anew on all rows for as many",
  options: {
    most: optional(epochCount(1), "The most epochs; default: those of the learner", 200),
    patience: optional(count(1), "Evaluations without a gain that end a training; default: never", 20),
    minDelta: withDefault(nonNegative, 0, "A gain must exceed this, in units of the measure")
  },
  resampling: { type: "holdout", ratio: 0.5 },
  epochs: (options) => ({ most: options.most, patience: options.patience, minDelta: options.minDelta }),
  tuner: () => inOrder(() => [{}])
})
