/**
 * Progress on standard error: one line that is rewritten on a terminal, a line every tenth of the jobs elsewhere.
 */
import { styleText } from "node:util"
import * as Duration from "@rocflow/core/Duration"
import type * as Events from "@rocflow/core/learning/Events"
import type * as Job from "@rocflow/resampling/Job"
import type { Tried } from "@rocflow/resampling/Tune"
import * as Effect from "effect/Effect"

/** Where progress is shown. */
export interface Screen {
  readonly write: (text: string) => void
  readonly animated: boolean
  readonly width: number
}

/** Standard error. */
export const stderr: Screen = {
  write: (text) => process.stderr.write(text),
  animated: process.stderr.isTTY === true,
  width: process.stderr.columns ?? 100
}

/** Listens to a run; `clear` takes the animated line away. */
export interface Progress {
  readonly listen: (event: Events.Event) => Effect.Effect<void>
  readonly clear: () => void
}

/** A split in a line. */
export const splitText = ({ testSubset, trainSubsets, testFold }: typeof Job.Columns.Type): string =>
  testSubset === "full" ? `fold ${testFold}` : `test ${testSubset}, trained on ${trainSubsets}, fold ${testFold}`

const triedText = ({ best, most, tried }: Tried): string => {
  const of = most === undefined ? "" : `/${most}`
  return `${tried}${of} configurations${best === undefined ? "" : `, best ${best.toPrecision(4)}`}`
}

/** Makes a progress display. */
export const make = (screen: Screen = stderr): Progress => {
  let jobs = 0
  let finished = 0
  let skipped = 0
  let failed = 0
  let started = 0
  let drawn = 0
  let current = ""
  let epoch = ""
  let tuned = ""

  const remaining = (now: number): string => {
    const here = finished - skipped
    if (here === 0 || finished === jobs) return ""
    return `, about ${Duration.toText(((now - started) / here) * (jobs - finished))} left`
  }
  const draw = (now: number) => {
    if (!screen.animated || jobs === 0 || now - drawn < 0.08) return
    drawn = now
    const share = jobs === 0 ? 1 : finished / jobs
    const bar = "█".repeat(Math.round(share * 20)).padEnd(20, "░")
    const text = `${bar} ${finished}/${jobs} jobs${failed > 0 ? `, ${failed} failed` : ""}${remaining(now)} · ${current}${tuned}${epoch}`
    screen.write(`\r\u001b[2K${text.slice(0, Math.max(20, screen.width - 1))}`)
  }
  const clear = () => {
    if (screen.animated) screen.write("\r\u001b[2K")
  }
  const line = (text: string) => {
    clear()
    screen.write(`${text}\n`)
  }

  return {
    clear,
    listen: (event) =>
      Effect.map(Duration.now, (now) => {
        switch (event._tag) {
          case "RunBegun":
            jobs = event.jobs
            finished = skipped = event.finished
            started = now
            line(
              `${event.jobs} jobs in ${event.directory}${event.finished > 0 ? `, ${event.finished} of them finished before` : ""}`
            )
            break
          case "Submitted":
            line(`SLURM array ${event.array}: ${event.jobs} jobs in ${event.tasks} tasks`)
            break
          case "QueueSeen": {
            const why = event.reason === "" || event.reason === "None" ? "" : ` (${event.reason})`
            current = `${event.running} tasks run, ${event.pending} wait${event.pending === 0 ? "" : why}`
            draw(now)
            break
          }
          case "WorkersAwaited":
            line(
              `${event.jobs} jobs wait for workers: \`rocflow worker ${event.directory}\` on every machine that is to compute`
            )
            break
          case "JobBegun":
            current = `${event.job.learner}, ${splitText(event.job)}`
            epoch = ""
            tuned = ""
            draw(now)
            break
          case "JobEnded": {
            finished = event.finished
            const { result } = event
            if (result.status === "failed") {
              failed += 1
              line(
                styleText(
                  "red",
                  `failed: ${result.job.learner}, ${splitText(result.job)}: ${result.error?.message ?? ""}`,
                  {
                    stream: process.stderr
                  }
                )
              )
            }
            const tenth = (n: number) => Math.floor((n * 10) / event.jobs)
            if (!screen.animated && tenth(finished) > tenth(finished - 1)) {
              line(`${finished}/${event.jobs} jobs after ${Duration.toText(now - started)}${remaining(now)}`)
            }
            draw(now)
            break
          }
          case "ConfigurationTried": {
            tuned = `, ${triedText(event)}`
            if (jobs > 0) draw(now)
            else if (screen.animated) screen.write(`\r\u001b[2K${tuned.slice(2)}`)
            else line(tuned.slice(2))
            break
          }
          case "EpochEnded":
            epoch = `, epoch ${event.row.epoch}`
            draw(now)
        }
      })
  }
}
