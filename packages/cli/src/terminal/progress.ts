/**
 * Progress on standard error: one line that is rewritten on a terminal, of any width that it gets, and elsewhere a line for
 * each step: a tenth of the jobs, a configuration, a training.
 */
import * as Excerpt from "@rocflow/core/Excerpt"
import { styleText } from "node:util"
import * as Duration from "@rocflow/core/Duration"
import type * as Events from "@rocflow/core/learning/Events"
import type * as Job from "@rocflow/resampling/Job"
import type { Tried } from "@rocflow/resampling/Tune"
import * as Effect from "effect/Effect"
import { counted } from "./counted.ts"
import * as StatusLine from "./statusLine.ts"

/** Listens to a run; `clear` takes the animated line away. */
export interface Progress {
  readonly listen: (event: Events.Event) => Effect.Effect<void>
  /** Begins something that is no job of a run, such as the training of a model. */
  readonly step: (name: string) => Effect.Effect<void>
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
export const make = (screen: StatusLine.Screen = StatusLine.stderr): Progress => {
  const { clear, line, show } = StatusLine.make(screen)
  let jobs = 0
  let finished = 0
  let skipped = 0
  let failed = 0
  let started = 0
  let current = ""
  let epoch = ""
  let tuned = ""

  const pace = (now: number): string => {
    const here = finished - skipped
    if (here === 0 || now <= started) return ""
    const each = (now - started) / here
    const rate = each < 1 ? `${(1 / each).toPrecision(2)}/s` : `${Duration.toText(each)} each`
    return finished === jobs ? `, ${rate}` : `, ${rate}, about ${Duration.toText(each * (jobs - finished))} left`
  }
  const draw = (now: number) => {
    const what = `${current}${tuned}${epoch}`
    if (jobs === 0) {
      show(now, what)
      return
    }
    const bar = "█".repeat(Math.round((finished / jobs) * 20)).padEnd(20, "░")
    const failures = failed > 0 ? `, ${failed} failed` : ""
    show(now, `${bar} ${finished}/${jobs} jobs${failures}${pace(now)} · ${what}`)
  }
  return {
    clear,
    step: (name) =>
      Effect.map(Duration.now, (now) => {
        current = name
        epoch = tuned = ""
        if (screen.animated) draw(now)
        else line(name)
      }),
    listen: (event) =>
      Effect.map(Duration.now, (now) => {
        switch (event._tag) {
          case "RunBegun":
            jobs = event.jobs
            finished = skipped = event.finished
            started = now
            line(
              `${counted(event.jobs, "job")} in ${event.directory}${event.finished > 0 ? `, ${event.finished} of them finished before` : ""}`
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
          case "JobsQueued": {
            const own = event.needs === "" ? "" : ` --experiment FILE, as ${event.needs},`
            line(
              `${event.jobs} jobs wait for workers: \`rocflow worker --queue ${event.address}\`${own} on every machine that is to compute`
            )
            break
          }
          case "QueueTrouble":
            line(event.message)
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
                  `failed: ${result.job.learner}, ${splitText(result.job)}: ${Excerpt.of(result.error?.message ?? "")}`,
                  {
                    stream: process.stderr
                  }
                )
              )
            }
            const tenth = (n: number) => Math.floor((n * 10) / event.jobs)
            if (!screen.animated && tenth(finished) > tenth(finished - 1)) {
              line(`${finished}/${event.jobs} jobs after ${Duration.toText(now - started)}${pace(now)}`)
            }
            draw(now)
            break
          }
          case "ConfigurationTried": {
            tuned = `, ${triedText(event)}`
            if (jobs > 0 || screen.animated) draw(now)
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
