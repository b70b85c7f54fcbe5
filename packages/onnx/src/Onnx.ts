/**
 * Trained learners as ONNX models, preprocessing included: columns of a table go in, predictions come out.
 *
 * ## Inputs
 *
 * One for each feature of the task, of its name, with a row for each row: [rows, 1] of doubles for numbers and truth values
 * (1 and 0, NaN where missing) and for dates (milliseconds since 1970 in UTC), [rows, 1] of strings for factors and text
 * ("" where missing), [rows, …shape] of floats for tensors, on the scale on which training read them.
 *
 * ## Outputs
 *
 * - `label`: [rows] strings, the class that is called; of a regression `value`: [rows] doubles
 * - `probabilities`: [rows, levels] doubles in the order of the metadata `levels`, where the learner predicts them
 * - `score`: [rows] doubles, what ranks the rows of two classes, where the learner has one
 *
 * Numbers are computed as here: preprocessing, linear models and decisions in double precision, networks in single
 * precision; the sums of trees come out of their operator in single precision. Metadata: `levels`, `target`, `kind` and
 * `features` as JSON.
 *
 * ## What cannot be written
 *
 * `OnnxError` names it: nearest neighbours; `Preprocess.hashText` and `Preprocess.derive`; imputation that draws; changes of
 * images that move pixels; stages, ingresses and learners of one's own. Layers of one's own can, if their forward pass keeps
 * to common operations.
 *
 * Operators: the default set of version 17 and `ai.onnx.ml` of version 3; the tests run them by
 * ONNX Runtime 1.30.
 */
import type { Kind } from "@rocflow/core/data/Task"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Builder from "./internal/builder.ts"
import { inputs } from "./internal/columns.ts"
import { predicted } from "./internal/learners.ts"
import { toBytes } from "./internal/messages.ts"
import { flat } from "./internal/predicted.ts"
import { OnnxError } from "./OnnxError.ts"

type AnyTrained = Learner.Trained<Kind, string, unknown>

const written = ({ fitted, learner, task }: AnyTrained): Uint8Array<ArrayBuffer> => {
  if (fitted.parts === undefined) {
    return Builder.refuse(
      learner.id,
      "does not say what it consists of",
      "give the learner parts(), or take one of rocflow's own"
    )
  }
  const to = Builder.make(task.features.map(({ name }) => name))
  const { prob, response, scores } = predicted(to, task, inputs(to, task), fitted.parts())
  if (task.kind === "regression") {
    to.output({ name: "value", type: "double", shape: ["rows"] }, response)
  } else {
    const label = to.op("Gather", [to.strings(task.levels), response], { axis: 0 })
    to.output({ name: "label", type: "string", shape: ["rows"] }, label)
    if (prob !== undefined) {
      to.output({ name: "probabilities", type: "double", shape: ["rows", task.levels.length] }, prob)
    }
    if (scores !== undefined) to.output({ name: "score", type: "double", shape: ["rows"] }, flat(to, scores))
  }
  const clash = to.inputs.find(({ name }) => to.outputs.some((output) => output.name === name))
  if (clash !== undefined) {
    Builder.refuse(`feature "${clash.name}"`, "has the name of an output of the model", "rename the column")
  }
  return toBytes({
    producer: "rocflow",
    description: `${learner.id}, trained to predict ${task.target}`,
    opsets: { "": 17, [Builder.classic]: 3 },
    metadata: {
      kind: task.kind,
      target: task.target,
      levels: JSON.stringify(task.levels),
      features: JSON.stringify(task.features)
    },
    nodes: to.nodes,
    constants: to.constants,
    inputs: to.inputs,
    outputs: to.outputs
  })
}

/**
 * Writes a trained learner as the bytes of an `.onnx` file.
 *
 * @example
 * const trained = yield* Learner.train(learner, sonar)
 * const bytes = yield* Effect.fromResult(Onnx.fromTrained(trained))
 * @category conversions
 */
export const fromTrained = (trained: AnyTrained): Result.Result<Uint8Array<ArrayBuffer>, OnnxError> =>
  Result.try({
    try: () => written(trained),
    catch: (error) => {
      if (error instanceof OnnxError) return error
      throw error
    }
  })

/**
 * Writes a trained learner to an `.onnx` file, which appears whole or not at all.
 *
 * @example
 * yield* Onnx.write(trained, "sonar.onnx")
 * @category conversions
 */
export const write = (
  trained: AnyTrained,
  file: string
): Effect.Effect<void, OnnxError | PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(Effect.fromResult(fromTrained(trained)), (bytes) => WholeFile.write(file, bytes))

/**
 * Several trained learners of one task as one, whose predictions are averaged as an ensemble's are: the probabilities, or the
 * values of a regression.
 *
 * @example
 * yield* Onnx.write(Onnx.mean([one, other]), "both.onnx")
 * @category combinators
 */
export const mean = (models: readonly [AnyTrained, ...ReadonlyArray<AnyTrained>]): AnyTrained => {
  const [{ fitted, learner, task }] = models
  const members = models.map(({ fitted }) => fitted.parts)
  return {
    learner,
    task,
    fitted: {
      ...fitted,
      parts: members.every((parts) => parts !== undefined)
        ? () => ({ _tag: "Averaged", members: members.map((parts) => parts()), weights: undefined })
        : undefined
    }
  }
}
