/**
 * Settings that weigh rows, and losses that take no weights.
 */
import { PipelineError } from "../../pipeline/PipelineError.ts"

/** What a loss and an optimizer have to do with weights. */
export interface Taker {
  readonly loss: string
  /** Whether the loss takes weights. */
  readonly weighted: boolean
  /** Whether the optimizer searches along a line. */
  readonly searches: boolean
}

const refuse = (setting: string, message: string): PipelineError =>
  new PipelineError({ issues: [{ path: [setting], message: `${message}, or leave ${setting} out` }] })

/** Why a line search, which sees the scores of one batch without weights, is in the way; undefined without one. */
export const searching = (setting: string, does: string, { searches }: Taker): PipelineError | undefined =>
  searches
    ? refuse(
        setting,
        `the optimizer searches along a line of the scores of one batch, without weights, and ${setting} ${does}; take Optimizer.sgd or Optimizer.adam`
      )
    : undefined

/** Why weights would not count; undefined if they do. `does` says what the setting weighs. */
export const problem = (setting: string, does: string, taker: Taker): PipelineError | undefined =>
  taker.weighted
    ? searching(setting, does, taker)
    : refuse(
        setting,
        `${taker.loss} takes no weights, and ${setting} ${does}; take a loss with weights, such as Bce.loss, CrossEntropy.loss, Aum.loss or Mse.loss`
      )
