/**
 * The notes that the jobs of a run left: each kind once for a learner, with the number of jobs that it is about.
 */
import * as Note from "@rocflow/core/data/Note"
import type * as Job from "./Job.ts"

/**
 * Gathers what trainings noted. Notes of one learner on one task that are of a kind are said once, in the words of the
 * first, with the number of jobs.
 *
 * @example
 * const { results } = yield* Run.read("rocflow-runs/main")
 * Notes.ofJobs(results).map(Note.message)
 */
export const ofJobs = (results: ReadonlyArray<Job.Result>): ReadonlyArray<Note.Note> => {
  const jobsOf = (task: string, learner: string) =>
    results.filter(({ job }) => job.task === task && job.learner === learner).length
  const all = results.flatMap(({ job, notes = [] }) => notes.map((note) => ({ job, note })))
  const groups = Map.groupBy(all, ({ job, note }) => JSON.stringify([job.task, job.learner, note.code, note.at]))
  return Array.from(groups.values(), (group) => {
    const { job, note } = group[0]!
    // An ensemble notes what several of its members did, in one job.
    const noting = new Set(group.map((each) => each.job)).size
    const jobs = `${noting} of ${jobsOf(job.task, job.learner)} jobs`
    const said = {
      ...note,
      finding: `${note.finding} (${group.length === 1 ? jobs : `${jobs}, numbers of the first`})`
    }
    return Note.within(Note.within(said, `learner "${job.learner}"`), `task "${job.task}"`)
  })
}
