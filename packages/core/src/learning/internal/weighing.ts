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

/** Why weights would not count; undefined if they do. `does` says what the setting weighs. */
export const problem = (setting: string, does: string, taker: Taker): PipelineError | undefined => {
  const refuse = (message: string) =>
    new PipelineError({ issues: [{ path: [setting], message: `${message}, or leave ${setting} out` }] })
  if (!taker.weighted) {
    return refuse(
      `${taker.loss} takes no weights, and ${setting} ${does}; take a loss with weights, such as Bce.loss, CrossEntropy.loss, Aum.loss or Mse.loss`
    )
  }
  return taker.searches
    ? refuse(
        `the optimizer searches along a line, without weights, and ${setting} ${does}; take Optimizer.sgd or Optimizer.adam`
      )
    : undefined
}
