/**
 * Mixup: a step sees each row mixed with another one of its batch, and both of their targets.
 *
 * Source: Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018. There a batch has
 * one λ; here a row has its own, as in Keras, which makes the gradient of a batch vary less, and λ is the larger of the
 * two shares, as in fastai. A row and its partner are exchangeable, so that what a row is mixed to has the same
 * distribution; but every row is the greater part of one mixed row of each epoch.
 */
import type { Trainer } from "../../engine/Engine.ts"
import { symmetricBeta } from "../../internal/symmetricBeta.ts"
import type { Network } from "../../network/Graph.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Seed from "../../Seed.ts"
import * as Weighing from "./weighing.ts"

/** Mixes the first `rows` rows of the memory of a trainer in place. */
export type Mix = (rows: number, weighted: boolean, seed: Seed.Seed) => void

/**
 * Mixes rows of a trainer that has memory for `capacity` of them and takes two targets a row. Inputs become
 * x + (1 − λ)·(x of the partner − x), the same λ and partner for every input; the weights of the two targets are λ and
 * 1 − λ, times those of their rows.
 */
export const make = (alpha: number, { inputs, targets, weights }: Trainer, capacity: number): Mix => {
  const copies = inputs.map(({ length }) => new Float32Array(length))
  const memory = new Uint32Array(capacity)
  const shares = new Float64Array(capacity)
  return (rows, weighted, seed) => {
    const random = Seed.generator(seed)
    const partners = memory.subarray(0, rows)
    for (let i = 0; i < rows; i++) partners[i] = i
    random.shuffle(partners)
    for (let i = 0; i < rows; i++) {
      const lambda = symmetricBeta(random, alpha)
      shares[i] = Math.min(lambda, 1 - lambda)
    }
    inputs.forEach((input, place) => {
      const width = input.length / capacity
      const copy = copies[place]!
      copy.set(input.subarray(0, rows * width))
      for (let i = 0; i < rows; i++) {
        const own = i * width
        const theirs = partners[i]! * width
        const share = shares[i]!
        for (let k = 0; k < width; k++) input[own + k]! += share * (copy[theirs + k]! - copy[own + k]!)
      }
    })
    for (let i = 0; i < rows; i++) {
      targets[rows + i] = targets[partners[i]!]!
      weights[rows + i] = shares[i]! * (weighted ? weights[partners[i]!]! : 1)
    }
    for (let i = 0; i < rows; i++) weights[i] = (1 - shares[i]!) * (weighted ? weights[i]! : 1)
  }
}

/** Why the rows of a network cannot be mixed; undefined if they can. */
export const problem = (taker: Weighing.Taker, { inputs }: Network): PipelineError | undefined => {
  const unweighted = Weighing.problem("mixup", "weighs the two targets of a row", taker)
  const coded = inputs.find(({ cardinalities }) => cardinalities !== undefined)
  if (unweighted !== undefined || coded === undefined) return unweighted
  const message = `"${coded.path}" gives codes of categories, which cannot be mixed as numbers can; take Preprocess.oneHot and Ingress.numeric for them, or leave mixup out`
  return new PipelineError({ issues: [{ path: ["mixup"], message }] })
}
