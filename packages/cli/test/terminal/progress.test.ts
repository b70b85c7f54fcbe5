import { stripVTControlCharacters } from "node:util"
import type { Event } from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { assert, describe, it } from "@effect/vitest"
import * as Progress from "../../src/terminal/progress.ts"

/** A terminal that breaks lines which are wider than it, also when it becomes narrower, as terminals do. */
const terminal = (columns: number, animated = true) => {
  const lines: Array<string> = [""]
  const written: Array<string> = []
  const screen = { columns, lines, written }
  const rowsOf = (line: string) => Math.max(1, Math.ceil(line.length / screen.columns))
  /** Goes up so many rows and clears all from there on. */
  const clear = (up: number) => {
    let above = up
    while (above >= rowsOf(lines.at(-1)!) && lines.length > 1) above -= rowsOf(lines.pop()!)
    const kept = rowsOf(lines.at(-1)!) - 1 - above
    lines[lines.length - 1] = lines.at(-1)!.slice(0, kept * screen.columns)
  }
  const write = (text: string) => {
    written.push(text)
    let up = 0
    for (const [i, part] of text.split("\u001b[").entries()) {
      const plain = i === 0 ? part : part.replace(/^\d*[AJ]/, "")
      if (i > 0 && part[0] === "J") clear(up)
      else if (i > 0) up = Number.parseInt(part, 10)
      const [first = "", ...others] = plain.replaceAll("\r", "").split("\n")
      lines[lines.length - 1] += first
      lines.push(...others)
    }
  }
  return { screen, progress: Progress.make({ animated, write, width: () => screen.columns }) }
}

const job = {
  task: "clinics",
  learner: "boosting",
  resampling: "cv",
  testSubset: "full",
  trainSubsets: "same",
  testFold: 1
}

const begun = (jobs: number) => ({ _tag: "RunBegun", directory: "runs/a", jobs, finished: 0 }) as unknown as Event
const jobBegun = { _tag: "JobBegun", job } as unknown as Event
const jobEnded = (finished: number, jobs: number, status = "ok") =>
  ({ _tag: "JobEnded", result: { job, status, error: { message: "no room" } }, finished, jobs }) as unknown as Event
const epochEnded = (epoch: number) => ({ _tag: "EpochEnded", row: { epoch } }) as unknown as Event

describe("progress", () => {
  it.effect("shows how much is done, the rate, the time left and what runs now", () =>
    Effect.gen(function* () {
      const { progress, screen } = terminal(120)
      yield* progress.listen(begun(10))
      yield* TestClock.adjust("2 seconds")
      yield* progress.listen(jobEnded(1, 10))
      yield* TestClock.adjust("2 seconds")
      yield* progress.listen(jobEnded(2, 10))
      yield* TestClock.adjust("1 second")
      yield* progress.listen(jobBegun)
      yield* TestClock.adjust("1 second")
      yield* progress.listen(epochEnded(7))
      assert.deepStrictEqual(screen.lines, [
        "10 jobs in runs/a",
        "████░░░░░░░░░░░░░░░░ 2/10 jobs, 3.0 s each, about 24 s left · boosting, fold 1, epoch 7"
      ])
    })
  )

  it.effect("leaves nothing behind when the terminal becomes narrower, or wider", () =>
    Effect.gen(function* () {
      const { progress, screen } = terminal(100)
      yield* progress.listen(begun(10))
      for (const columns of [100, 30, 25, 90, 40]) {
        yield* TestClock.adjust("1 second")
        screen.columns = columns
        yield* progress.listen(jobBegun)
        const [run, line, ...others] = screen.lines
        assert.strictEqual(run, "10 jobs in runs/a")
        assert.match(line!, /^░{20} 0/)
        assert.isBelow(line!.length, columns)
        assert.deepStrictEqual(others, [])
      }
      progress.clear()
      assert.deepStrictEqual(screen.lines, ["10 jobs in runs/a", ""])
    })
  )

  it.effect("writes a line a step where there is no terminal, and failures at once", () =>
    Effect.gen(function* () {
      const { progress, screen } = terminal(100, false)
      yield* progress.listen(begun(20))
      yield* TestClock.adjust("10 seconds")
      for (let finished = 1; finished <= 5; finished++) {
        yield* progress.listen(jobBegun)
        yield* progress.listen(jobEnded(finished, 20, finished === 3 ? "failed" : "ok"))
      }
      yield* progress.listen(epochEnded(1))
      assert.deepStrictEqual(screen.written.map(stripVTControlCharacters), [
        "20 jobs in runs/a\n",
        "2/20 jobs after 10 s, 5.0 s each, about 1 min 30 s left\n",
        "failed: boosting, fold 1: no room\n",
        "4/20 jobs after 10 s, 2.5 s each, about 40 s left\n"
      ])
    })
  )

  it.effect("names a step that is no job of a run", () =>
    Effect.gen(function* () {
      const plain = terminal(100, false)
      yield* plain.progress.step("training boosting on clinics")
      assert.deepStrictEqual(plain.screen.written, ["training boosting on clinics\n"])
      const animated = terminal(100)
      yield* TestClock.adjust("1 second")
      yield* animated.progress.step("training boosting on clinics")
      yield* TestClock.adjust("1 second")
      yield* animated.progress.listen(epochEnded(3))
      assert.deepStrictEqual(animated.screen.lines, ["training boosting on clinics, epoch 3"])
    })
  )
})
