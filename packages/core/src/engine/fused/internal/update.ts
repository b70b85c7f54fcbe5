/**
 * The update of a step in one pass over memory, for the usual chain of transforms: clip, L2 penalty, moments, decoupled
 * decay, rate, factors of the rate. Any other chain works on views of the arena by itself.
 */
import type { Read, TransformFormula, Value } from "../../../pipeline/Stage.ts"
import type { Kernels } from "./kernels.ts"

type Of<T extends TransformFormula["transform"]> = Extract<TransformFormula, { readonly transform: T }>

type Moments = Of<"momentum"> | Of<"adam"> | Of<"rmsprop"> | Of<"adagrad"> | Of<"lion">

/** A chain in its normal form; what differs between parameters is a list of values for each of them. */
export interface Chain {
  readonly clip: number | undefined
  readonly moments: Moments | undefined
  /** Momentum of what RMSprop leaves. */
  readonly after: Of<"momentum"> | undefined
  /** To be added up. */
  readonly penalty: ReadonlyArray<ReadonlyArray<Value>>
  /** To be added up. */
  readonly decay: ReadonlyArray<ReadonlyArray<Value>>
  readonly rate: Value
  /** To be multiplied. */
  readonly factors: ReadonlyArray<ReadonlyArray<Value>>
}

/** Reads a chain of the parameters at these paths; undefined if it has another order, or parts that do not fit. */
export const chainOf = (
  formulas: ReadonlyArray<TransformFormula> | undefined,
  paths: ReadonlyArray<string>
): Chain | undefined => {
  let clip: number | undefined
  let moments: Chain["moments"]
  let after: Chain["after"]
  let rate: Value | undefined
  const penalty = paths.map((): Array<Value> => [])
  const decay = paths.map((): Array<Value> => [])
  const factors = paths.map((): Array<Value> => [])
  const add = (into: ReadonlyArray<Array<Value>>, value: Value, chooses: (path: string) => boolean) =>
    paths.forEach((path, k) => {
      if (chooses(path)) into[k]!.push(value)
    })
  for (const [i, formula] of (formulas ?? []).entries()) {
    const parts: ReadonlyArray<TransformFormula> = formula.transform === "group" ? formula.formulas : [formula]
    const chooses = formula.transform === "group" ? formula.chooses : () => true
    for (const part of parts) {
      switch (part.transform) {
        case "rate":
          if (formula.transform === "group") add(factors, part.rate, chooses)
          else if (rate === undefined) rate = part.rate
          else return undefined
          break
        case "decay":
          if (rate !== undefined || factors.some((own) => own.length > 0)) return undefined
          add(moments === undefined ? penalty : decay, part.rate, chooses)
          break
        case "clip":
          if (i > 0 || formula.transform === "group") return undefined
          clip = part.norm
          break
        case "group":
          return undefined
        default: {
          const scaled = rate !== undefined || factors.some((own) => own.length > 0)
          if (formula.transform === "group" || scaled || decay.some((own) => own.length > 0)) return undefined
          if (moments === undefined) moments = part
          else if (moments.transform === "rmsprop" && after === undefined && part.transform === "momentum") after = part
          else return undefined
        }
      }
    }
  }
  return formulas === undefined ? undefined : { clip, moments, after, penalty, decay, rate: rate ?? 1, factors }
}

/** Parameters in a row that are treated alike: their place in each block, how many numbers, and the first of them. */
interface Run {
  readonly from: number
  numbers: number
  readonly parameter: number
}

/** Where a parameter begins in its block, in bytes, and how many numbers it has, with its padding. */
export interface Extent {
  readonly from: number
  readonly numbers: number
}

/** The runs of the parameters that are updated: what is frozen stands in none. */
const runsOf = ({ decay, factors, penalty }: Chain, { extents, frozen }: Blocks): ReadonlyArray<Run> => {
  const alike = (i: number, k: number) =>
    [decay, factors, penalty].every(
      (lists) => lists[i]!.length === lists[k]!.length && lists[i]!.every((value, at) => value === lists[k]![at])
    )
  const runs: Array<Run> = []
  extents.forEach(({ from, numbers }, i) => {
    if (frozen.has(i)) return
    const last = runs.at(-1)
    const follows = last !== undefined && last.from + 4 * last.numbers === from
    if (follows && alike(i, last.parameter)) last.numbers += numbers
    else runs.push({ from, numbers, parameter: i })
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

/** Makes the update number `step`, counted from 1, with the numbers as they are read. */
export type Update = (step: number, read: Read) => void

/** The update of a chain. */
export const update = (chain: Chain, kernels: Kernels, blocks: Blocks): Update => {
  const { extents, gradients, parameters, slots } = blocks
  const { after, clip, moments } = chain
  const runs = runsOf(chain, blocks)
  const total = extents.reduce((sum, { numbers }) => sum + numbers, 0)
  const [first = 0, second = 0, third = 0] = slots
  const clipped = (): number => {
    if (clip === undefined) return 1
    return Math.min(1, clip / Math.sqrt(kernels.squares(total, gradients)))
  }
  const sum = (values: ReadonlyArray<Value>, read: Read) =>
    values.reduce<number>((total, value) => total + read(value), 0)
  return (step, read) => {
    const factor = clipped()
    for (const { from, numbers, parameter } of runs) {
      const penalty = sum(chain.penalty[parameter]!, read)
      const decay = sum(chain.decay[parameter]!, read)
      const rate = chain.factors[parameter]!.reduce<number>((product, value) => product * read(value), read(chain.rate))
      const [w, g] = [parameters + from, gradients + from]
      switch (moments?.transform) {
        case undefined:
          kernels.descend(numbers, w, g, factor, penalty, rate)
          break
        case "momentum": {
          const nesterov = moments.nesterov ? 1 : 0
          kernels.momentum(numbers, w, g, first + from, factor, penalty, read(moments.momentum), nesterov, decay, rate)
          break
        }
        case "adam": {
          const [beta1, beta2] = [read(moments.beta1), read(moments.beta2)]
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
            moments.epsilon,
            rate / (1 - beta1 ** step),
            1 / Math.sqrt(1 - beta2 ** step),
            rate * decay
          )
          break
        }
        case "rmsprop": {
          const alpha = read(moments.alpha)
          const velocity = moments.centered ? third : second
          kernels.rmsprop(
            numbers,
            w,
            g,
            first + from,
            moments.centered ? second + from : 0,
            after === undefined ? 0 : velocity + from,
            factor,
            penalty,
            alpha,
            1 - alpha,
            moments.epsilon,
            after === undefined ? 0 : read(after.momentum),
            after?.nesterov === true ? 1 : 0,
            decay,
            rate
          )
          break
        }
        case "adagrad":
          kernels.adagrad(numbers, w, g, first + from, factor, penalty, moments.epsilon, decay, rate)
          break
        case "lion": {
          const [beta1, beta2] = [read(moments.beta1), read(moments.beta2)]
          kernels.lion(numbers, w, g, first + from, factor, penalty, beta1, 1 - beta1, beta2, 1 - beta2, decay, rate)
        }
      }
    }
  }
}
