/**
 * The images of the tutorial, as IDX files: `pen` and `brush`, the digits of two hands, and `silhouettes`. The scanner of
 * `brush` has swapped rows and columns.
 *
 * `npx node examples/image-subsets/generate.ts` writes the files again; a test checks that they are the ones committed.
 */
import * as Seed from "@rocflow/core/Seed"
import { writeFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import * as Draw from "./draw.ts"
import * as Shapes from "./shapes.ts"

interface Source {
  /** Height and width in pixels. */
  readonly size: number
  readonly images: number
  readonly draw: (label: number, random: Seed.Generator, size: number) => Uint8Array
}

const hand =
  (digits: typeof Shapes.digits, habit: Draw.Habit, width: number, spread: number): Source["draw"] =>
  (label, random, size) => {
    const move = Draw.vary(random, habit)
    const lines = digits[label]!.map((line) => line.map(move))
    return Draw.pen(size, lines, width * (1 + spread * random.normal()))
  }

/** Columns for rows: what a scanner does whose program reads an image in the other order. */
const transposed =
  (draw: Source["draw"]): Source["draw"] =>
  (label, random, size) => {
    const image = draw(label, random, size)
    return image.map((_, i) => image[(i % size) * size + Math.floor(i / size)]!)
  }

const steady: Draw.Habit = { angle: 0.025, size: 0.12, place: 0.05, slant: 0.1 }
const lively: Draw.Habit = { angle: 0.03, size: 0.12, place: 0.05, slant: -0.2 }

/** The sources of images; each has a file of images and one of labels. */
export const sources = {
  pen: { size: 16, images: 400, draw: hand(Shapes.digits, steady, 0.08, 0.25) },
  brush: { size: 12, images: 300, draw: transposed(hand(Shapes.otherHand, lively, 0.14, 0.2)) },
  silhouettes: {
    size: 16,
    images: 300,
    draw: (label, random, size) =>
      Draw.fill(size, Shapes.silhouettes[label]!.map(Draw.vary(random, { ...steady, slant: 0 })))
  }
} as const satisfies Readonly<Record<string, Source>>

/** @category models */
export type SourceName = keyof typeof sources

/** Adds the grain of a scanner of 16 greys: noise of standard deviation 25 of 255. */
const scan = (image: Uint8Array, random: Seed.Generator): Uint8Array =>
  image.map((value) => 17 * Math.max(0, Math.min(15, Math.round((value + 25 * random.normal()) / 17))))

/** IDX: two zeros, 8 for bytes, the number of sizes, the sizes as 32 bits with the high byte first, the bytes. */
const idx = (sizes: ReadonlyArray<number>, bytes: Uint8Array): Uint8Array => {
  const header = Buffer.alloc(4 + 4 * sizes.length)
  header.set([0, 0, 8, sizes.length])
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i))
  return Buffer.concat([header, bytes])
}

/** The contents of the two files of a source. */
export const files = (name: SourceName): { readonly images: Uint8Array; readonly labels: Uint8Array } => {
  const { draw, images, size }: Source = sources[name]
  const random = Seed.generator(Seed.derive(Seed.root(1), "image-subsets", name))
  const labels = Uint8Array.from({ length: images }, () => random.below(10))
  const drawn = Array.from(labels, (label) => scan(draw(label, random, size), random))
  return { images: idx([images, size, size], Buffer.concat(drawn)), labels: idx([images], labels) }
}

if (import.meta.main) {
  for (const name of ["pen", "brush", "silhouettes"] as const) {
    const { images, labels } = files(name)
    writeFileSync(new URL(`images/${name}-images.idx.gz`, import.meta.url), gzipSync(images, { level: 9 }))
    writeFileSync(new URL(`images/${name}-labels.idx.gz`, import.meta.url), gzipSync(labels, { level: 9 }))
  }
}
