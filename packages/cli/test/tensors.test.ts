/** Experiments on arrays and images: the command reads them from IDX, .npy, folders, paths and columns of pixels. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { deflateSync, crc32, gzipSync } from "node:zlib"
import { afterEach, describe, expect, it } from "vitest"
import { folder, remove, rocflow } from "./support/cli.ts"

/** Grey pixels of a line that lies or stands, with a little noise, on a square. */
const pixels = (side: number, row: number): ReadonlyArray<number> =>
  Array.from({ length: side * side }, (_, i) => {
    const line = row % 2 === 0 ? Math.floor(i / side) : i % side
    return ((i * 7 + row * 13) % 50) + (line === side >> 1 ? 200 : 0)
  })
const rows = Array.from({ length: 30 }, (_, row) => row)
const kind = (row: number) => (row % 2 === 0 ? "lying" : "standing")

const big32 = (value: number) => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const idx = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>) =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap(big32), ...values])

/** The first bytes of a PNG. */
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

const png = (side: number, row: number) => {
  const chunk = (type: string, data: ReadonlyArray<number>) => {
    const named = [...new TextEncoder().encode(type), ...data]
    return [...big32(data.length), ...named, ...big32(crc32(Uint8Array.from(named)))]
  }
  const values = pixels(side, row)
  const lines = Array.from({ length: side }, (_, y) => [0, ...values.slice(y * side, (y + 1) * side)])
  return Uint8Array.from([
    ...signature,
    ...chunk("IHDR", [...big32(side), ...big32(side), 8, 0, 0, 0, 0]),
    ...chunk("IDAT", [...deflateSync(Uint8Array.from(lines.flat()))]),
    ...chunk("IEND", [])
  ])
}

const data = {
  "images.idx.gz": gzipSync(
    idx(
      [30, 8, 8],
      rows.flatMap((row) => pixels(8, row))
    )
  ),
  "labels.idx": idx(
    [30],
    rows.map((row) => row % 2)
  ),
  "few.idx": idx([3], [0, 1, 0]),
  "pixels.csv": [
    `y,${Array.from({ length: 25 }, (_, i) => `x${i}`).join()}`,
    ...rows.map((row) => [row % 2, ...pixels(5, row)].join())
  ].join("\n"),
  "paths.csv": ["path,age,y", ...rows.map((row) => `img/${kind(row)}/${row}.png,${20 + row},${kind(row)}`)].join("\n"),
  ...Object.fromEntries(rows.map((row) => [`img/${kind(row)}/${row}.png`, png(6, row)]))
}

const arrays = "arrays: { image: { file: images.idx.gz, shape: [8, 8, 1], range: [0, 255] }, y: labels.idx }"
const csv = 'file: pixels.csv, tensor: { name: image, columns: { matching: "^x" }, shape: [5, 5, 1], range: [0, 255] }'

const experiment = (task: string, resampling: string, column = "image", loss = "Bce.loss") => `seed: 1
tasks:
  - ${task}
learners:
  - Featureless
  - id: net
    pipeline:
      - { type: Image.resize, size: [5, 5] }
      - { type: Ingress.tensor, column: ${column} }
      - Nn.flatten
      - Nn.head
      - ${loss}
      - { type: Optimizer.adam, learningRate: 0.05 }
      - { type: Model.classif, epochs: 20, batchSize: 8 }
resamplings:
  - { type: ${resampling}, folds: 3 }
measures: [error]
`

let at = ""
afterEach(() => remove(at))

const errors = async (text: string) => {
  at = folder({ ...data, "e.yaml": text })
  const { code, stderr } = await rocflow(["run", "e.yaml", "--out", "out"], at)
  expect([code, stderr.match(/failed|problem/g)]).toEqual([0, null])
  const scores = await rocflow(["scores", "out", "--json"], at)
  return scores.stdout
}

describe("run", () => {
  it.each([
    ["arrays in IDX", experiment(`{ ${arrays}, target: y, positive: 1 }`, "cv")],
    ["columns of pixels", experiment(`{ ${csv}, target: y, positive: 1 }`, "cv")],
    [
      "a folder of images",
      experiment("{ folder: { directory: img, range: [0, 255] }, target: class, positive: lying }", "cv")
    ],
    [
      "a column of paths",
      experiment(
        "{ file: paths.csv, images: { column: path, range: [0, 255] }, target: y, positive: lying }",
        "cv",
        "path"
      )
    ],
    [
      "images of two sizes as two subsets",
      experiment(
        `{ sources: [{ name: large, ${arrays}, change: [{ type: Image.crop, size: [6, 6] }] }, { name: small, ${csv} }], target: y, positive: 1, subset: source, stratum: [source, y] }`,
        "sameOther"
      )
    ]
  ])("learns from %s", async (_, text) => {
    const scores = await errors(text)
    expect(scores).toContain("net")
    const report = readFileSync(join(at, "out", "report.html"), "utf8")
    expect(report).toContain("net")
  })
})

describe("inspect", () => {
  it("shows tensors and their shapes, and the network's", async () => {
    at = folder({ ...data, "e.yaml": experiment(`{ ${arrays}, rows: 20, target: y, positive: 1 }`, "cv") })
    const { stdout } = await rocflow(["inspect", "e.yaml"], at)
    expect(stdout).toContain("task images.idx: binary, 20 rows")
    expect(stdout).toMatch(/image +feature +tensor 8 × 8 × 1 +20 +images\.idx\.gz\S* *\n/)
    expect(stdout).toMatch(/Ingress.tensor .*→ rows × 5 × 5 × 1\n.*Nn.flatten +→ rows × 25\n.*Nn.head +→ rows × 1\n/)
  })

  it("names the first picture without its directories", async () => {
    const task = "{ file: paths.csv, images: path, target: y, positive: lying }"
    at = folder({ ...data, "e.yaml": experiment(task, "cv", "path") })
    const { stdout } = await rocflow(["inspect", "e.yaml"], at)
    expect(stdout).toMatch(/path +feature +tensor 6 × 6 × 1 +30 +0\.png *\n/)
  })
})

describe("a task that is read from", () => {
  it.each([
    ["nowhere", "{ target: y }", "tasks[0].file: is missing; add it, or one of arrays, folder, sources"],
    ["two places", "{ file: pixels.csv, folder: img, target: y }", "tasks[0].folder: comes beside file; give one of"],
    [
      "pixels of a folder",
      "{ folder: img, images: path, target: y }",
      "tasks[0].images: says how columns of a file are read"
    ],
    ["an absent array", "{ arrays: { image: no.idx }, target: y }", "tasks[0].arrays: "],
    [
      "labels where images should be",
      "{ arrays: { image: { file: labels.idx, shape: [8, 8, 1] }, y: images.idx.gz }, target: y }",
      "labels.idx: shape: [8, 8, 1] is for rows of many numbers, but this file has one number a row, as labels have. Give the file of the images here"
    ],
    [
      "arrays of different length",
      "{ arrays: { image: images.idx.gz, y: few.idx }, target: y }",
      "tasks[0].arrays: few.idx with 3 rows does not fit images.idx.gz with 30. Give files of the same rows"
    ],
    [
      "an array that cannot be changed so",
      `{ ${arrays}, change: [{ type: Image.crop, size: [9, 9] }], target: y }`,
      "cannot crop 8 × 8 to 9 × 9"
    ],
    ["an array with an unknown change", `{ ${arrays}, change: [Image.crap], target: y }`, "tasks[0].change[0]"],
    [
      "sources of other columns",
      `{ sources: [{ ${arrays} }, { file: paths.csv }], target: y }`,
      'tasks[0].sources: column "image": table 2 lacks this column'
    ],
    [
      "sources of one name",
      "{ sources: [{ file: paths.csv }, { file: paths.csv }], target: y }",
      'tasks[0].sources[0]: is called "paths" by its file, as another source is; give each a name'
    ],
    [
      "a source with a column of that name",
      "{ sources: [{ file: paths.csv, rename: { y: source } }], target: y }",
      'tasks[0].sources[0]: has a column "source", which is the name of the column that says where a row comes from; give it another: rename: { source: origin }'
    ],
    [
      "a file without the renamed column",
      "{ file: paths.csv, rename: { z: q }, target: y }",
      'column "z": the column to be renamed is not in the file'
    ],
    [
      "a file without the column of paths",
      "{ file: paths.csv, images: scan, target: y }",
      'column "scan": the column of images is not in the file'
    ]
  ])("%s is refused", async (_, task, message) => {
    at = folder({ ...data, "e.yaml": experiment(task, "cv") })
    const { code, stderr } = await rocflow(["inspect", "e.yaml"], at)
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})
