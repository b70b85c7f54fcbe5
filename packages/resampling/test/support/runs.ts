/** Learners that count what is asked of them, and designs with them, for the tests of jobs and runs. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Design from "../../src/Design.ts"
import * as Executor from "../../src/Executor.ts"
import * as Resampling from "../../src/Resampling.ts"
import { dynamic } from "./tasks.ts"

/** What a noisy learner does beside learning; tests set it. */
export interface Control {
  /** How often training was asked for. */
  trained: number
  /** What happens instead of training number `n`, from 1. */
  instead: (n: number) => Effect.Effect<void, PipelineError>
}

export const control = (): Control => ({ trained: 0, instead: () => Effect.void })

/** Refuses as a learner does. */
export const refuse = (message: string) => Effect.fail(new PipelineError({ issues: [{ path: [], message }] }))

/** Predicts the mean of the training rows plus noise of the seed, so that equal scores mean equal seeds and rows. */
export const noise = (control: Control) =>
  Learner.define({
    id: "Noisy",
    summary: "Mean and noise",
    accepts: ["regression"],
    weighted: false,
    options: Schema.Struct({ scale: Schema.Finite }),
    state: Schema.Struct({ value: Schema.Finite }),
    train: ({ scale }, task, seed) =>
      Effect.gen(function* () {
        control.trained += 1
        yield* control.instead(control.trained)
        const mean = task.target.reduce((total, value) => total + value, 0) / task.rows
        return { value: mean + scale * Seed.generator(seed).float() }
      }),
    predict: (_, { value }, rows) =>
      Effect.succeed({
        ...Prediction.about(rows),
        response: new Float64Array(rows.rows).fill(value),
        prob: undefined,
        scores: undefined
      })
  })

export const noisy = (control: Control, scale = 1) => noise(control).make({ scale })

export const task = dynamic(12, {})

/** What {@link design} is made of. */
export const gridOf = (state: Control, seed = 1) => ({
  tasks: [task],
  learners: [Learner.named(noisy(state), "one"), Learner.named(noisy(state, 2), "two")],
  resamplings: [Resampling.cv({ folds: 4 })],
  measures: [Measure.mse, Measure.mae],
  seed
})

/** Two noisy learners on four folds: eight jobs. */
export const design = (state: Control, seed = 1) => Design.grid(gridOf(state, seed))

/** The files, and an executor in this process. */
export const services = Layer.mergeAll(NodeServices.layer, Executor.inProcess)

/** A directory that is gone with the scope. */
export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)
