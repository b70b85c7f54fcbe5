/**
 * An average of the weights while training goes on.
 */
import type { NamedArray } from "../../network/Graph.ts"
import type * as Averaging from "../Averaging.ts"

/** An average, and of how many weights it is. */
export interface Averaged {
  readonly count: number
  readonly arrays: ReadonlyArray<NamedArray>
}

/** An average that is being made. */
export interface Average {
  /** Takes the weights after an update. */
  readonly updated: () => void
  /** Takes the weights after an epoch, where `progress` is the share of all epochs that are over. */
  readonly epochEnded: (progress: number) => void
  /** The average as it is now, copied; undefined before the first weights. */
  readonly now: () => Averaged | undefined
  /** Puts the average in the place of the weights, and gives what puts them back; undefined before the first weights. */
  readonly swap: () => (() => void) | undefined
}

/** How much the next weights count, after so many. */
const weightOf = (options: Averaging.Options, count: number): number => {
  if (options.type === "swa") return 1 / (count + 1)
  return 1 - (options.warmUp ? Math.min(options.decay, (1 + count) / (10 + count)) : options.decay)
}

const copied = (arrays: ReadonlyArray<NamedArray>): ReadonlyArray<NamedArray> =>
  arrays.map((array) => ({ ...array, values: array.values.slice() }))

/**
 * Begins an average, or goes on with one. `live` are the arrays that training changes: the `parameters` first, then the
 * buffers, which only a moving average is of.
 */
export const make = (
  options: Averaging.Options,
  live: ReadonlyArray<NamedArray>,
  parameters: number,
  from: Averaged | undefined
): Average => {
  const watched = options.type === "swa" ? live.slice(0, parameters) : live
  let count = from?.count ?? 0
  const mean = copied(from?.arrays ?? watched)
  const take = (): void => {
    const weight = count === 0 ? 1 : weightOf(options, count)
    mean.forEach(({ values }, k) => {
      const now = watched[k]!.values
      if (count === 0) values.set(now)
      else for (let i = 0; i < values.length; i++) values[i]! += weight * (now[i]! - values[i]!)
    })
    count += 1
  }
  return {
    updated: () => {
      if (options.type === "ema") take()
    },
    epochEnded: (progress) => {
      if (options.type === "swa" && progress > options.from) take()
    },
    now: () => (count === 0 ? undefined : { count, arrays: copied(mean) }),
    swap: () => {
      if (count === 0) return undefined
      const own = live.map(({ values }) => values.slice())
      mean.forEach(({ values }, k) => watched[k]!.values.set(values))
      return () => live.forEach(({ values }, k) => values.set(own[k]!))
    }
  }
}
