/**
 * What the fitted models of a run say of their features by themselves, over all jobs: the tables of coefficients and importance.
 *
 * Coefficients that a penalty made 0 and columns without a split have no row, so that rows of a term counted over the splits of a
 * cell say how often it was used. Of each job the {@link FeatureUse.most} largest are kept.
 */
import type * as Learner from "@rocflow/core/learning/Learner"
import * as FeatureUse from "./FeatureUse.ts"
import type * as Job from "./Job.ts"
import type { Manifest } from "./Manifest.ts"

/** The tables. */
export const names = ["coefficients", "importance"] as const

/** @category models */
export type Name = (typeof names)[number]

interface Placed {
  readonly id: string
  readonly job: typeof Job.Columns.Type
}

/** A coefficient of the model of a job. @category models */
export type Coefficient = Placed & Learner.Coefficient

/** What the splits of a column gained in the model of a job. @category models */
export type Gain = Placed & FeatureUse.Gain

/** The class that coefficients of two are of, by task. */
const positives = ({ tasks }: Pick<Manifest, "tasks">): ReadonlyMap<string, string | undefined> =>
  new Map(tasks.map(({ id, kind, levels }) => [id, kind === "binary" ? levels[0]?.name : undefined]))

/** Gives the rows of each result of a run. */
export type OfResults<A> = (
  manifest: Pick<Manifest, "tasks">
) => (result: Pick<Job.Result, "id" | "job" | "coefficients" | "importance">) => ReadonlyArray<A>

/** Gives the coefficients of the results of a run, one after the other. */
export const coefficients: OfResults<Coefficient> = (manifest) => {
  const positive = positives(manifest)
  return (result) => {
    const { id, job } = result
    return FeatureUse.coefficients(result, positive.get(job.task)).map((row) => ({ id, job, ...row }))
  }
}

/** Gives what splits gained in the results of a run, one after the other. */
export const importance: OfResults<Gain> = () => (result) => {
  const { id, job } = result
  return FeatureUse.gains(result).map((row) => ({ id, job, ...row }))
}
