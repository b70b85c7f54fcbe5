/**
 * A whole experiment: Same/Other/All in 3 folds on two subsets of 1 000 images, a linear model 784→10 by SGD, beside an
 * equivalent script of PyTorch with the same folds and the same number of steps; both in one thread.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Design from "@rocflow/resampling/Design"
import * as Executor from "@rocflow/resampling/Executor"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Engine from "../src/engine/Engine.ts"
import * as Measure from "../src/learning/Measure.ts"
import * as Model from "../src/learning/Model.ts"
import * as Ingress from "../src/pipeline/Ingress.ts"
import * as Nn from "../src/pipeline/Nn.ts"
import * as Optimizer from "../src/pipeline/Optimizer.ts"
import * as Images from "./images.ts"

const batchSize = 500
const learningRate = 0.1

/** Seconds from the data in memory to all test errors, and the mean of these. */
export interface Outcome {
  readonly seconds: number
  readonly error: number
}

export interface Given {
  readonly images: Images.Images
  readonly epochs: number
  readonly folder: string
}

const designOf = Effect.fnUntraced(function* ({ epochs, images }: Given) {
  return yield* Design.grid({
    tasks: [yield* Images.toTask(images)],
    learners: [
      Ingress.numeric().pipe(
        Nn.head(),
        CrossEntropy.loss(),
        Optimizer.sgd({ learningRate }),
        Model.classif({ epochs, batchSize })
      )
    ],
    resamplings: [Resampling.sameOther({ folds: 3 })],
    measures: [Measure.error],
    seed: 1
  })
})

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Runs it through the public functions, into a new run directory. */
export const ours = Effect.fnUntraced(
  function* (engine: Engine.Engine, given: Given) {
    const fs = yield* FileSystem.FileSystem
    const directory = join(yield* fs.makeTempDirectoryScoped({ prefix: "rocflow-bench-" }), "run")
    const begun = performance.now()
    const { results } = yield* Run.start(yield* designOf(given), directory).pipe(
      Effect.provide(Executor.inProcess),
      Effect.provide(Engine.layer([engine]))
    )
    const seconds = (performance.now() - begun) / 1000
    const errors = results.map(({ error, scores }) => {
      const score = scores[Measure.error.id]
      if (typeof score !== "number") throw new Error(`a job has no error: ${error?.message ?? "it is not defined"}`)
      return score
    })
    return { seconds, error: mean(errors) } satisfies Outcome
  },
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)

/** Writes the images and the folds of our design where the script of PyTorch reads them. */
export const write = Effect.fnUntraced(function* (given: Given) {
  const { epochs, folder, images } = given
  const { jobs } = yield* designOf(given)
  writeFileSync(join(folder, "x.f32"), images.x)
  const splits = jobs.map(({ split: { test, train } }) => ({ train: Array.from(train), test: Array.from(test) }))
  const { classes, pixels } = Images
  const design = { epochs, batchSize, learningRate, pixels, classes, labels: Array.from(images.labels), splits }
  writeFileSync(join(folder, "design.json"), JSON.stringify(design))
  return jobs.length
})

/** What the script of PyTorch measured of itself, without its start; or why it did not. */
export const torch = (python: string, folder: string): Outcome | string => {
  const script = join(import.meta.dirname, "peers/torch_experiment.py")
  const { error, status, stderr, stdout } = spawnSync(python, [script, folder], {
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1" }
  })
  if (error !== undefined) return error.message
  if (status !== 0) return stderr.trim().split("\n").at(-1) ?? `exit code ${status}`
  return JSON.parse(stdout) as Outcome
}
