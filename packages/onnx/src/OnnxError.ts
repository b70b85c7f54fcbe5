/**
 * What of a model cannot be written as ONNX.
 */
import * as Schema from "effect/Schema"

/** Names the part of the model, says why it has no ONNX form, and what to do. @category errors */
export class OnnxError extends Schema.TaggedError<OnnxError>()("OnnxError", {
  /** The id of a stage, a layer or a learner; or the name of a column. */
  part: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.part}: ${this.rule}; ${this.advice}`
  }
}
