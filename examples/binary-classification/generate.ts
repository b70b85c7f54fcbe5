/**
 * The made-up pears of `pears.csv`: light reflected at seven wavelengths, by pears that are bruised or sound.
 *
 * `npx node examples/binary-classification/generate.ts` writes the file again; a test checks that it is the one committed.
 */
import * as Seed from "@rocflow/core/Seed"
import { writeFileSync } from "node:fs"

/** Nanometres: a feature column each. */
const wavelengths = [680, 730, 780, 830, 880, 930, 980] as const

const pears = 240
const bruisedShare = 0.3

/** A bell over the wavelengths, 1 at the centre. */
const bell = (wavelength: number, centre: number, width: number): number =>
  Math.exp(-(((wavelength - centre) / width) ** 2) / 2)

/** One line of the file. Water leaves the cells of a bruise: less light near 930 nm. Ripeness hides it. */
const pear = (number: number): string => {
  const random = Seed.generator(Seed.derive(Seed.root(1), "pears", number))
  const bruised = random.float() < bruisedShare
  const brightness = 1 + 0.08 * random.normal()
  const ripeness = random.normal()
  const bruise = bruised ? 0.065 + 0.02 * random.normal() : 0
  const reflectances = wavelengths.map((wavelength) => {
    const shape = 0.55 + 0.06 * ripeness * bell(wavelength, 690, 60) - 0.05 * ripeness * bell(wavelength, 960, 60)
    return (brightness * (shape - bruise * bell(wavelength, 930, 70)) + 0.012 * random.normal()).toFixed(3)
  })
  return [bruised ? "bruised" : "sound", ...reflectances].join(",")
}

/** The text of `pears.csv`. */
export const csv = (): string =>
  [
    ["state", ...wavelengths.map((wavelength) => `nm${wavelength}`)].join(","),
    ...Array.from({ length: pears }, (_, i) => pear(i)),
    ""
  ].join("\n")

if (import.meta.main) writeFileSync(new URL("pears.csv", import.meta.url), csv())
