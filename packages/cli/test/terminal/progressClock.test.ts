import type * as Events from "@rocflow/core/learning/Events"
import type * as Job from "@rocflow/resampling/Job"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import * as Progress from "../../src/terminal/progress.ts"

const columns = { task: "t", learner: "l", testSubset: "full", testFold: 1 } as typeof Job.Columns.Type
const ended = (finished: number): Events.Event => ({
  _tag: "JobEnded",
  result: { id: "x", job: columns, status: "ok", scores: {}, seconds: 1 },
  finished,
  jobs: 4
})

/** The lines that are shown where a second of the day is lost with each second that passes. */
const shown = async (events: ReadonlyArray<Events.Event>): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  const progress = Progress.make({ write: (text) => lines.push(text.trim()), animated: false, width: () => 80 })
  const real = Effect.runSync(Clock.clockWith(Effect.succeed))
  let seconds = 0
  const backwards: Clock.Clock = {
    ...real,
    currentTimeMillis: Effect.sync(() => 1e12 - seconds * 1000),
    monotonicTimeNanos: Effect.sync(() => BigInt(seconds) * 1_000_000_000n)
  }
  for (const event of events) {
    await Effect.runPromise(Effect.provideService(progress.listen(event), Clock.Clock, backwards))
    seconds += 30
  }
  return lines.map(stripVTControlCharacters)
}

describe("progress, whatever the clock of the machine says", () => {
  it("tells how long it took and takes, also while the clock of the machine is set back", async () => {
    const lines = await shown([{ _tag: "RunBegun", directory: "d", jobs: 4, finished: 0 }, ...[1, 2, 3, 4].map(ended)])
    expect(lines).toEqual([
      "4 jobs in d",
      "1/4 jobs after 30 s, 30 s each, about 1 min 30 s left",
      "2/4 jobs after 1 min 0 s, 30 s each, about 1 min 0 s left",
      "3/4 jobs after 1 min 30 s, 30 s each, about 30 s left",
      "4/4 jobs after 2 min 0 s, 30 s each"
    ])
  })
})
