/**
 * Training produced a loss that is no number.
 */
import * as Schema from "effect/Schema"
import { History } from "./History.ts"

/** Names the epoch and batch of the first loss that is NaN or infinite, with the history so far. @category errors */
export class TrainingDiverged extends Schema.TaggedError<TrainingDiverged>()("TrainingDiverged", {
  epoch: Schema.Int,
  batch: Schema.Int,
  loss: Schema.String,
  history: History
}) {
  override get message(): string {
    return `training diverged in epoch ${this.epoch}, batch ${this.batch}: the loss is ${this.loss}; lower the learning rate, put Preprocess.standardise before the ingress, scale the target of a regression, or clip gradients by Transform.clip in Optimizer.chain`
  }
}
