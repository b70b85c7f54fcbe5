/**
 * The result of a job that nobody could compute.
 */
import type * as Job from "../Job.ts"

/** A failure: the workers of a job were lost as often as it may be tried. */
export const lost = (id: string, job: typeof Job.Columns.Type, tried: number): Job.Result => ({
  id,
  job,
  status: "failed",
  scores: {},
  error: {
    tag: "WorkerLost",
    message: `the workers of this job were lost ${tried} times: look for a lack of memory or a crash in native code, then run again with --retry-failed`
  },
  seconds: 0
})
