/**
 * `rocflow export`: a kept model as ONNX, for programs that know nothing of rocflow.
 */
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Saved from "@rocflow/core/learning/Saved"
import { toJson } from "@rocflow/core/Json"
import * as Onnx from "@rocflow/onnx/Onnx"
import { OnnxError } from "@rocflow/onnx/OnnxError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { loadRegistry } from "../experiment/load.ts"
import { type Choice, keepApart, ModelError, modelFiles, sameTask } from "./models.ts"

interface Input extends Choice {
  readonly model: string
  readonly out: string
  readonly modules: ReadonlyArray<string>
  readonly json: boolean
}

/** Writes a model, or the mean of the models of a run, as one ONNX file. */
export const exportModel = Effect.fn("export")(function* (input: Input) {
  const { json, model, modules, out } = input
  const { problems, registry } = yield* loadRegistry(modules, ".")
  if (problems[0] !== undefined) {
    return yield* new ModelError({ path: model, rule: "a module cannot be used", advice: problems[0].message })
  }
  if (!out.toLowerCase().endsWith(".onnx")) {
    return yield* new ModelError({ path: out, rule: "has another ending", advice: "end it in .onnx" })
  }
  const files = yield* modelFiles(model, input)
  yield* keepApart(out, files)
  const models = yield* Effect.forEach(files, (file) => Saved.read(file, registry))
  yield* sameTask(model, models)
  const [first, ...others] = models
  yield* Onnx.write(others.length === 0 ? first! : Onnx.mean([first!, ...others]), out).pipe(
    Effect.mapError((error) =>
      error instanceof OnnxError
        ? error
        : new ModelError({
            path: out,
            rule: `cannot be written: ${FileProblem.ruleOf(error)}`,
            advice: "name a file in a directory where you may write"
          })
    )
  )
  const of = models.length === 1 ? "" : `the mean of ${models.length} models as `
  yield* json ? Console.log(toJson({ models: files, file: out })) : Console.log(`${of}${out}`)
})
