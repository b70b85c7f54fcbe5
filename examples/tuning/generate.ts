/**
 * The made-up seeds of `data.csv`: three stations measured grass seeds and then sowed them. Two stations measure alike; the
 * third dries its seeds before it weighs them.
 *
 * `npx node examples/tuning/generate.ts` writes the file again; a test checks that it is the one committed.
 */
import * as Seed from "@rocflow/core/Seed"
import { writeFileSync } from "node:fs"

interface Station {
  readonly name: string
  readonly seeds: number
  /** Whether seeds lose their water before they are measured. */
  readonly dries: boolean
}

/** The stations in the order of the file. */
export const stations: ReadonlyArray<Station> = [
  { name: "valley", seeds: 240, dries: false },
  { name: "plain", seeds: 220, dries: false },
  { name: "ridge", seeds: 200, dries: true }
]

const header = "station,outcome,length,width,weight,moisture,hue,roughness"

/** One line of the file. What a seed draws depends on the station and the seed's number alone. */
const seed = ({ dries, name }: Station, number: number): string => {
  const random = Seed.generator(Seed.derive(Seed.root(5), "tuning", name, number))
  const size = random.normal()
  const filled = random.normal()
  const water = random.normal()
  const hue = random.normal()
  const roughness = random.normal()
  // Too dry and too wet seeds fail, and so do hollow ones, the more so the paler they are.
  const logOdds = -2.6 + 1.2 * water ** 2 - 1.1 * filled - 0.9 * filled * hue + 0.3 * roughness
  const fails = random.float() < 1 / (1 + Math.exp(-logOdds))
  const measured = dries ? 0.2 * water : water
  return [
    name,
    fails ? "fails" : "grows",
    (5.6 + 0.5 * size + 0.1 * random.normal()).toFixed(2),
    (3.2 + 0.3 * size + 0.1 * random.normal()).toFixed(2),
    (14 + 1.5 * size + 1.8 * filled + (dries ? -1.5 : 0.4 * water)).toFixed(1),
    ((dries ? 6 : 13) + 2 * measured).toFixed(1),
    (32 + 6 * hue).toFixed(0),
    (1.4 + 0.4 * roughness).toFixed(2)
  ].join(",")
}

/** The whole file. */
export const csv = (): string =>
  [
    header,
    ...stations.flatMap((station) => Array.from({ length: station.seeds }, (_, number) => seed(station, number)))
  ].join("\n") + "\n"

if (import.meta.main) writeFileSync(new URL("data.csv", import.meta.url), csv())
