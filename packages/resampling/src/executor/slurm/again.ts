/**
 * What follows from the end of a task for a job that it did not finish: another try with more of what was lacking, or a failure
 * with its reason.
 */
import * as Job from "../../Job.ts"
import * as RunDirectory from "../../RunDirectory.ts"
import type { Fate, Looked } from "./look.ts"
import type { Options } from "./Options.ts"
import type * as Submission from "./Submission.ts"

const tags: Partial<Readonly<Record<Fate, string>>> = { "timed out": "TimedOut", "out of memory": "OutOfMemory" }

/** Tells why a job has no result. */
export const explain = (fate: Fate, { submission, task }: Looked, times: number): string => {
  const where = `task ${task} of SLURM's array ${submission.array}`
  const tried = times === 1 ? "" : ` (tried ${times} times)`
  const { memory, time } = submission.needs
  if (fate === "timed out") {
    const limit = time === undefined ? "of its partition" : `of ${time} min`
    return `${where} was ended by the time limit ${limit}${tried}; give more --time and run again with --retry-failed`
  }
  if (fate === "out of memory") {
    const limit = memory === undefined ? "than its partition gives" : `than ${memory} MB`
    return `${where} needed more memory ${limit}${tried}; give more --memory and run again with --retry-failed`
  }
  return `${where} was lost${tried}: its node failed or it crashed; \`rocflow logs\` shows what it printed, then run again with --retry-failed`
}

/** The result of a job that is not tried again. */
export const failed = (job: Job.Job<unknown>, fate: Fate, message: string): Job.Result => ({
  id: job.id,
  job: Job.columns(job),
  status: "failed",
  scores: {},
  error: { tag: tags[fate] ?? "WorkerLost", message },
  seconds: 0
})

/** What a job is given at its next submission; undefined if it needs more of what nobody gave a number of. */
export const nextNeeds = (options: Options, { fate, submission }: Looked): Submission.Needs | undefined => {
  const raised = (given: number | undefined, before: number | undefined, factor: number): number | undefined =>
    given === undefined ? before && before * factor : Math.max(given, (before ?? 0) * factor)
  const time = raised(options.time, submission.needs.time, fate === "timed out" ? 2 : 1)
  const memory = raised(options.memory, submission.needs.memory, fate === "out of memory" ? 2 : 1)
  if ((fate === "timed out" && time === undefined) || (fate === "out of memory" && memory === undefined))
    return undefined
  return { ...(time === undefined ? {} : { time }), ...(memory === undefined ? {} : { memory }) }
}

/** Ends the run: more tries would end as this one. */
export const stopped = (directory: string, looked: Looked) => {
  const array = looked.submission.array ?? ""
  if (looked.fate === "cancelled") {
    return new RunDirectory.RunError({
      directory,
      given: `SLURM's array ${array}`,
      rule: "was cancelled",
      advice: "start again to go on: finished jobs are kept"
    })
  }
  return new RunDirectory.RunError({
    directory,
    given: `a task of SLURM's array ${array}`,
    rule: `cannot work: ${looked.broken}`,
    advice: `look into slurm/${looked.submission.number}/${looked.task}.log there, mend the cause (the template has a place for what nodes need) and start again: finished jobs are kept`
  })
}
