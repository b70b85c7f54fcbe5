/**
 * Two interleaved half circles, one of them rare: no straight line separates them, a small network does.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"

/** @category models */
export interface Options {
  /** How many points, at least 2. */
  readonly points: number
  /** The share of the rare class, in (0, 1). */
  readonly rareShare: number
  /** The standard deviation of the noise on both coordinates; the circles have radius 1. */
  readonly noise: number
}

/**
 * Makes a task with the features `x` and `y` and the target `moon`, positive class `rare`.
 *
 * With t uniform on [0, π], a common point is (cos t, sin t) and a rare one (1 − cos t, ½ − sin t), plus noise. The first
 * ⌊points · rareShare⌋ rows are rare.
 *
 * @example
 * yield* make({ points: 200, rareShare: 0.15, noise: 0.25 }, Seed.root(1))
 */
export const make = Effect.fnUntraced(function* ({ points, rareShare, noise }: Options, seed: Seed.Seed) {
  const random = Seed.generator(seed)
  const rare = Math.floor(points * rareShare)
  const rows = Array.from({ length: points }, (_, i) => {
    const t = Math.PI * random.float()
    const [x, y] = i < rare ? [1 - Math.cos(t), 0.5 - Math.sin(t)] : [Math.cos(t), Math.sin(t)]
    return {
      x: x + noise * random.normal(),
      y: y + noise * random.normal(),
      moon: i < rare ? ("rare" as const) : ("common" as const)
    }
  })
  const columns = yield* Table.fromColumns({
    x: Column.numeric(rows.map(({ x }) => x)),
    y: Column.numeric(rows.map(({ y }) => y)),
    moon: Column.text(rows.map(({ moon }) => moon))
  })
  return yield* Task.fromTable(columns, { id: "two moons", target: "moon", positive: "rare", stratum: ["moon"] })
})
