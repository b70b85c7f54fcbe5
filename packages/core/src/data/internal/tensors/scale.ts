/**
 * The scale of the numbers of a tensor column: pixels from 0 to 255 and pixels from 0 to 1 are different numbers to a network,
 * and only the way they are read tells them apart.
 */
import * as Result from "effect/Result"
import type { Tensor } from "../../Column.ts"
import type { Range, Step, Store } from "../../TensorStore.ts"

/** How training read the numbers of a column. */
export interface Scale {
  /** The numbers that were read as 0 and as 1; null where numbers were read as they are. */
  readonly range: Range | null
  /** Whether all rows were PNG or JPEG files, whose numbers are from 0 to 255. */
  readonly pixels: boolean
}

const isPixels = ({ _tag }: Store): boolean => _tag === "Pictures"

const isRescaled = (steps: ReadonlyArray<Step>): boolean => steps.some(({ rescales }) => rescales === true)

/** The range of a store; [0, 1] says that numbers are read as they are, on purpose. */
const rangeOf = ({ range }: Store): Range | null => range ?? null

/** The stores that rows come from. */
const used = ({ place, store, stores }: Tensor): ReadonlyArray<Store> => {
  const seen = new Set<number>()
  for (const [row, at] of place.entries()) if (at >= 0) seen.add(store[row]!)
  return stores.filter((_, i) => seen.has(i))
}

/** The scale of a column; undefined where rows differ in it, or steps of their own scale them. */
export const scaleOf = (column: Tensor): Scale | undefined => {
  const stores = used(column)
  if (stores.length === 0 || isRescaled(column.steps) || stores.some(({ steps }) => isRescaled(steps))) return undefined
  const ranges = stores.map(rangeOf)
  const [range = null] = ranges
  if (range === null)
    return ranges.every((each) => each === null) ? { range, pixels: stores.every(isPixels) } : undefined
  if (ranges.includes(null)) return undefined
  const same = ranges.every((each) => each?.join() === range.join())
  return { range, pixels: same && stores.every(isPixels) }
}

const written = (range: Range): string => `range: [${range.join(", ")}]`

/** A store in the scale of training, or why it is in another one. */
const inScaleOf = (scale: Scale, store: Store, column: Tensor): Result.Result<Store, string> => {
  if (isRescaled(column.steps) || isRescaled(store.steps)) return Result.succeed(store)
  const given = rangeOf(store)
  const asItIs = (range: Range | null): boolean => range === null || (range[0] === 0 && range[1] === 1)
  if (scale.range === null ? asItIs(given) : given !== null || asItIs(scale.range)) return Result.succeed(store)
  if (scale.pixels && isPixels(store)) return Result.succeed({ ...store, range: scale.range ?? undefined })
  return Result.fail(
    scale.range === null
      ? `is read with ${written(given!)} from ${store.name}, and training read its numbers as they are; leave the range out, or train on numbers that were read with one`
      : `is read from ${store.name} as it is, and training read it with ${written(scale.range)}; give the range, or range: [0, 1] if its numbers are on that scale already`
  )
}

/**
 * A column in the scale of training. Image files without a range take that of training, as pixels are from 0 to 255 in all of
 * them; arrays that say otherwise are refused. Where a range is given it is taken at its word, and so are steps that scale.
 */
export const inScale = (column: Tensor, scale: Scale | undefined): Result.Result<Tensor, string> => {
  if (scale === undefined) return Result.succeed(column)
  const known = new Set(used(column))
  return Result.map(
    Result.all(
      column.stores.map((store) => (known.has(store) ? inScaleOf(scale, store, column) : Result.succeed(store)))
    ),
    (stores) => ({ ...column, stores })
  )
}
