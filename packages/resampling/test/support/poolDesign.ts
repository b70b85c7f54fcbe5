/** The design that the tests of worker pools run: the same in every process. */
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import * as Design from "../../src/Design.ts"
import * as Resampling from "../../src/Resampling.ts"
import { control, noisy, task } from "./runs.ts"

/** What goes wrong in the workers, besides what the test does to them. */
export const troubles = ["none", "slow", "hangs", "crashes", "fills"] as const
export type Trouble = (typeof troubles)[number]

/** Never comes back, and hears no message: only a signal ends it. */
const hang = Effect.sync(() => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})

const behaviour: Readonly<Record<Trouble, Effect.Effect<void>>> = {
  none: Effect.void,
  slow: Effect.sleep(150),
  hangs: hang,
  crashes: Effect.sync(() => process.kill(process.pid, "SIGKILL")),
  fills: Effect.sync(() => {
    for (const kept: Array<unknown> = []; kept.length < 1e9;) kept.push(Array.from({ length: 1000 }, () => ({})))
  })
}

/** Twelve jobs of honest learners and four of one in trouble. */
export const poolDesign = (trouble: Trouble) => {
  const honest = control()
  honest.instead = () => behaviour[trouble === "slow" ? "slow" : "none"]
  const troubled = control()
  troubled.instead = () => behaviour[trouble]
  return Design.grid({
    tasks: [task],
    learners: [
      Learner.named(noisy(honest), "one"),
      Learner.named(noisy(honest, 2), "two"),
      Learner.named(noisy(honest, 3), "three"),
      Learner.named(noisy(troubled, 4), "troubled")
    ],
    resamplings: [Resampling.cv({ folds: 4 })],
    measures: [Measure.mse],
    seed: 1
  })
}
