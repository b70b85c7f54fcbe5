import type * as Job from "@rocflow/resampling/Job"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"

/** What is needed of a run: what it is about and the results so far. */
export interface Finished {
  readonly directory: string
  readonly manifest: RunDirectory.Manifest
  readonly results: ReadonlyArray<Job.Result>
}
