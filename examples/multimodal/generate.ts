/**
 * The made-up data of this tutorial: the friction of bearings (`bearings.csv`) and pumps that are worn or sound
 * (`pumps.csv`).
 *
 * `npx node examples/multimodal/generate.ts` writes the files again; a test checks that they are the ones committed.
 */
import * as Seed from "@rocflow/core/Seed"
import { writeFileSync } from "node:fs"

type Random = Seed.Generator

const drawn = (file: string, number: number): Random =>
  Seed.generator(Seed.derive(Seed.root(5), "multimodal", file, number))

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.float()

// ---------------------------------------------------------------------------------------------------------- friction

const bearings = 400

/**
 * One line of the file. The friction follows from viscosity · speed / load (Stribeck's curve): the oil film is too thin
 * where that is small, and drags where it is large. No column alone says much.
 */
const bearing = (number: number): string => {
  const random = drawn("bearings", number)
  const speed = between(random, -1, 1)
  const load = between(random, -1, 1)
  const viscosity = between(random, -1, 1)
  const clearance = between(random, 30, 90)
  const hersey = viscosity + speed - load
  const friction = 4 * Math.exp(-1.1 * hersey) + 6 * Math.exp(0.9 * hersey) + 0.05 * clearance + random.normal()
  return [
    Math.round(1000 * 3 ** speed),
    (2 * 3 ** load).toFixed(2),
    (30 * 3 ** viscosity).toFixed(1),
    clearance.toFixed(0),
    friction.toFixed(2)
  ].join(",")
}

/** The text of `bearings.csv`: revolutions a minute, kN, mPa·s, µm, and the friction in thousandths. */
export const bearingsCsv = (): string =>
  [
    "speed,load,viscosity,clearance,friction",
    ...Array.from({ length: bearings }, (_, number) => bearing(number)),
    ""
  ].join("\n")

// ------------------------------------------------------------------------------------------------------------- pumps

const pumps = 800

/** The side of a scan in pixels, each a grey from 0 to 9. */
const side = 8

/** What is drawn often comes first: 1, 1/2, 1/3, … */
const zipf = (random: Random, n: number): number => {
  const weights = Array.from({ length: n }, (_, i) => 1 / (i + 1))
  let rest = random.float() * weights.reduce((sum, weight) => sum + weight, 0)
  return weights.findIndex((weight) => (rest -= weight) < 0)
}

/** How a level of a category moves the log-odds: the same number whenever it is asked for. */
const effect = (category: string, level: number): number =>
  1.4 * Seed.generator(Seed.derive(Seed.root(5), category, level)).normal()

/** A picture of the heat: a worn bearing is a hot streak that lies, a motor one that stands; where it is means nothing. */
const scan = (random: Random, lying: boolean): ReadonlyArray<number> => {
  const along = random.below(side - 3)
  const across = random.below(side)
  return Array.from({ length: side * side }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / side), pixel % side]
    const [a, b] = lying ? [x, y] : [y, x]
    const hot = b === across && a >= along && a < along + 4
    return Math.min(9, Math.max(0, Math.round((hot ? 7 : 2) + 1.2 * random.normal())))
  })
}

/** One line of the file: three kinds of evidence, each of which says a part. */
const pump = (number: number): string => {
  const random = drawn("pumps", number)
  const [vibration, current, pressure] = [random.normal(), random.normal(), random.normal()]
  const site = zipf(random, 12)
  const device = zipf(random, 60)
  const lying = random.float() < 0.5
  const logOdds =
    -0.7 +
    1.4 * vibration +
    1.1 * current -
    0.7 * pressure +
    effect("site", site) +
    effect("device", device) +
    (lying ? 1.8 : -1.8)
  const worn = random.float() < 1 / (1 + Math.exp(-logOdds))
  const known = random.float() < 0.93
  return [
    worn ? "worn" : "sound",
    (4 + vibration).toFixed(2),
    (21 + 3 * current).toFixed(1),
    (6 + 0.5 * pressure).toFixed(2),
    `S${String(site + 1).padStart(2, "0")}`,
    known ? `D${String(device + 1).padStart(2, "0")}` : "",
    ...scan(random, lying)
  ].join(",")
}

/** The text of `pumps.csv`: the state; mm/s, A and bar; two categories; and 64 pixels, row by row. */
export const pumpsCsv = (): string =>
  [
    [
      "state",
      "vibration",
      "current",
      "pressure",
      "site",
      "device",
      ...Array.from({ length: side * side }, (_, i) => `p${i}`)
    ].join(","),
    ...Array.from({ length: pumps }, (_, number) => pump(number)),
    ""
  ].join("\n")

if (import.meta.main) {
  writeFileSync(new URL("bearings.csv", import.meta.url), bearingsCsv())
  writeFileSync(new URL("pumps.csv", import.meta.url), pumpsCsv())
}
