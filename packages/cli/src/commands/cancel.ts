/**
 * `rocflow cancel`: ends what computes for a run elsewhere.
 */
import { look } from "@rocflow/resampling/executor/slurm/look"
import * as Queue from "@rocflow/resampling/executor/slurm/Queue"
import * as Submission from "@rocflow/resampling/executor/slurm/Submission"
import * as Link from "@rocflow/resampling/executor/queue/Link"
import * as Round from "@rocflow/resampling/executor/pull/Round"
import * as Run from "@rocflow/resampling/Run"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** Lets workers take no more jobs from the queue of a run; false where none waited. */
const closeQueue = Effect.fnUntraced(function* (directory: string) {
  const opened = yield* Link.open(directory)
  return opened === undefined ? false : yield* opened.queue.close(opened.run)
}, Effect.scoped)

/** Ends the arrays that wait or run, and lets workers take no more jobs. */
export const cancel = Effect.fn("cancel")(function* ({ directory }: { readonly directory: string }) {
  const { manifest, results } = yield* Run.read(directory)
  const finished = new Set(results.map(({ id }) => id))
  const open = manifest.jobs.filter(({ id }) => !finished.has(id)).map(({ id }) => id)
  const { jobs } = yield* look(directory, yield* Submission.all(directory), new Set(open))
  const alive = [...jobs.values()].filter(({ fate }) => fate === "pending" || fate === "running")
  const arrays = [...new Set(alive.map(({ submission }) => submission.array!))]
  if (arrays.length > 0) {
    yield* Queue.cancel(directory, arrays)
    yield* Console.log(`SLURM was told to end ${arrays.map((array) => `array ${array}`).join(", ")}`)
  }
  const round = yield* Round.newest(directory)
  const served = round === undefined ? undefined : yield* Round.progress(round)
  const goesOn = round !== undefined && !served!.closed && round.jobs.some((id) => !served!.done.has(id))
  if (goesOn) {
    yield* Round.close(round)
    yield* Console.log("workers take no more jobs; each finishes the one that it has")
  }
  const queued = yield* closeQueue(directory)
  if (queued) yield* Console.log("the queue gives out no more jobs; workers finish the ones that they have")
  if (arrays.length === 0 && !goesOn && !queued) yield* Console.log("nothing computes for this run elsewhere")
})
