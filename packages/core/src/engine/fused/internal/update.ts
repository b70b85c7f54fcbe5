/**
 * The update of a step in one pass over memory, for the usual chain of transforms: clip, L2 penalty, moments, decoupled
 * decay, rate. Any other chain works on views of the arena by itself.
 */
import type { TransformFormula } from "../../../pipeline/Stage.ts"
import type { Kernels } from "./kernels.ts"

type Of<T extends TransformFormula["transform"]> = Extract<TransformFormula, { readonly transform: T }>

/** A chain in its normal form; `penalty` and `decay` for each parameter. */
export interface Chain {
  readonly clip: number | undefined
  readonly moments: Of<"momentum"> | Of<"adam"> | undefined
  readonly penalty: ReadonlyArray<number>
  readonly decay: ReadonlyArray<number>
  readonly rate: number
}

/** Reads a chain of the parameters at these paths; undefined if it has another order, or parts that do not fit. */
export const chainOf = (
  formulas: ReadonlyArray<TransformFormula> | undefined,
  paths: ReadonlyArray<string>
): Chain | undefined => {
  let clip: number | undefined
  let moments: Chain["moments"]
  let rate: number | undefined
  const penalty = paths.map(() => 0)
  const decay = paths.map(() => 0)
  for (const [i, formula] of (formulas ?? []).entries()) {
    if (rate !== undefined) return undefined
    switch (formula.transform) {
      case "clip":
        if (i > 0) return undefined
        clip = formula.norm
        break
      case "momentum":
      case "adam":
        if (moments !== undefined) return undefined
        moments = formula
        break
      case "rate":
        rate = formula.rate
        break
      case "decay":
      case "group": {
        const parts: ReadonlyArray<TransformFormula> = formula.transform === "group" ? formula.formulas : [formula]
        const into = moments === undefined ? penalty : decay
        for (const part of parts) {
          if (part.transform !== "decay") return undefined
          paths.forEach((path, k) => {
            if (formula.transform === "decay" || formula.chooses(path)) into[k]! += part.rate
          })
        }
      }
    }
  }
  return formulas === undefined ? undefined : { clip, moments, penalty, decay, rate: rate ?? 1 }
}

/** Parameters in a row that are treated alike: their place in each block, and how many numbers. */
interface Run {
  readonly from: number
  numbers: number
  readonly penalty: number
  readonly decay: number
}

/** Where a parameter begins in its block, in bytes, and how many numbers it has, with its padding. */
export interface Extent {
  readonly from: number
  readonly numbers: number
}

/** The runs of the parameters that are updated: what is frozen stands in none. */
const runsOf = ({ decay, penalty }: Chain, { extents, frozen }: Blocks): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  extents.forEach(({ from, numbers }, i) => {
    if (frozen.has(i)) return
    const last = runs.at(-1)
    const follows = last !== undefined && last.from + 4 * last.numbers === from
    if (follows && last.penalty === penalty[i] && last.decay === decay[i]) last.numbers += numbers
    else runs.push({ from, numbers, penalty: penalty[i]!, decay: decay[i]! })
  })
  return runs
}

/** The beginnings of the blocks of parameters, gradients, and slots, which all have the same extents. */
export interface Blocks {
  readonly parameters: number
  readonly gradients: number
  readonly slots: ReadonlyArray<number>
  readonly extents: ReadonlyArray<Extent>
  /** The places of the parameters that stay as they are; their gradients are 0. */
  readonly frozen: ReadonlySet<number>
}

/** Makes the update number `step`, counted from 1. */
export type Update = (step: number) => void

/** The update of a chain. */
export const update = (chain: Chain, kernels: Kernels, blocks: Blocks): Update => {
  const { extents, gradients, parameters, slots } = blocks
  const { clip, moments, rate } = chain
  const runs = runsOf(chain, blocks)
  const total = extents.reduce((sum, { numbers }) => sum + numbers, 0)
  const [first = 0, second = 0] = slots
  const clipped = (): number => {
    if (clip === undefined) return 1
    return Math.min(1, clip / Math.sqrt(kernels.squares(total, gradients)))
  }
  return (step) => {
    const factor = clipped()
    for (const { decay, from, numbers, penalty } of runs) {
      const [w, g] = [parameters + from, gradients + from]
      if (moments === undefined) kernels.descend(numbers, w, g, factor, penalty, rate)
      else if (moments.transform === "momentum") {
        const { momentum, nesterov } = moments
        kernels.momentum(numbers, w, g, first + from, factor, penalty, momentum, nesterov ? 1 : 0, decay, rate)
      } else {
        const { beta1, beta2, epsilon } = moments
        kernels.adam(
          numbers,
          w,
          g,
          first + from,
          second + from,
          factor,
          penalty,
          beta1,
          beta2,
          1 - beta1,
          1 - beta2,
          epsilon,
          rate / (1 - beta1 ** step),
          1 / Math.sqrt(1 - beta2 ** step),
          rate * decay
        )
      }
    }
  }
}
