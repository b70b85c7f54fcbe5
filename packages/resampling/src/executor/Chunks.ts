/**
 * Chunks: jobs that one process runs one after another, dealt out so that all chunks take about as long.
 */
import type * as Job from "../Job.ts"

/** Where jobs of one learner on one task are counted together. */
const kind = (task: string, learner: string): string => JSON.stringify([task, learner])

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * How long each job will take, in seconds where something was measured: its training rows, at the rate of the results of
 * the same learner on the same task, else at the mean rate of all results, else at 1.
 */
export const expectedLength = (
  results: ReadonlyArray<Pick<Job.Result, "job" | "seconds" | "status">>
): ((job: Job.Job<unknown>) => number) => {
  const rates = new Map<string, Array<number>>()
  for (const { job, seconds, status } of results) {
    if (status !== "ok") continue
    const key = kind(job.task, job.learner)
    const own = rates.get(key) ?? []
    own.push(seconds / job.trainRows)
    rates.set(key, own)
  }
  const means = new Map(Array.from(rates, ([key, own]) => [key, mean(own)]))
  const usual = means.size === 0 ? 1 : mean([...means.values()])
  return ({ task, learner, split }) => split.train.length * (means.get(kind(task.id, learner.id)) ?? usual)
}

/**
 * Deals jobs out into at most `count` chunks, none of them empty: the longest job first, each into the chunk that is
 * shortest so far (Graham's LPT rule, at most a third longer than the best).
 *
 * @example
 * Chunks.balance([5, 4, 3, 3], (length) => length, 2) // => [ [ 5, 3 ], [ 4, 3 ] ]
 */
export const balance = <A>(
  jobs: ReadonlyArray<A>,
  length: (job: A) => number,
  count: number
): ReadonlyArray<ReadonlyArray<A>> => {
  const chunks = Array.from({ length: Math.min(count, jobs.length) }, () => ({ total: 0, jobs: Array<A>() }))
  const measured = jobs.map((job) => ({ job, length: length(job) })).sort((a, b) => b.length - a.length)
  for (const { job, length } of measured) {
    const shortest = chunks.reduce((best, chunk) =>
      chunk.total < best.total || (chunk.total === best.total && chunk.jobs.length < best.jobs.length) ? chunk : best
    )
    shortest.jobs.push(job)
    shortest.total += length
  }
  return chunks.map(({ jobs }) => jobs)
}
