/**
 * Images of 28 × 28 grey values in IDX: MNIST and what was made in its form.
 */
import type { Entry } from "../Entry.ts"
import { at } from "./repositories.ts"

type File = Entry["files"][string]

/** The four files that MNIST has, and those in its form. */
const four = (
  url: (file: string) => string,
  sums: Readonly<Record<string, readonly [sha256: string, bytes: number]>>
): Readonly<Record<string, File>> =>
  Object.fromEntries(Object.entries(sums).map(([file, [sha256, bytes]]) => [file, { url: url(file), sha256, bytes }]))

const place = (file: string) => ({ file })

const pairs = {
  type: "images",
  shape: [28, 28, 1],
  range: [0, 255],
  parts: [
    { name: "train", images: place("train-images-idx3-ubyte.gz"), labels: place("train-labels-idx1-ubyte.gz") },
    { name: "test", images: place("t10k-images-idx3-ubyte.gz"), labels: place("t10k-labels-idx1-ubyte.gz") }
  ]
} as const satisfies Entry["convert"]

const roles = (target: string): Entry["task"] => ({
  target,
  kind: "multiclass",
  subset: "source",
  stratum: ["source", target]
})

/** A split of EMNIST: all are in one archive, and have columns for rows. */
const emnist = (name: string, split: string, target: string, title: string, rows: number): Entry => {
  const member = (set: string, kind: string) => ({
    file: "gzip.zip",
    member: `gzip/emnist-${split}-${set}-${kind}-ubyte.gz`
  })
  return {
    name,
    title,
    remark:
      "562 MB are downloaded, once for all splits. The images are turned: those of the source have columns for rows.",
    rows,
    columns: 2,
    licence: "not stated (published by NIST)",
    citation: "Cohen et al. 2017, arXiv 1702.05373",
    homepage: "https://www.nist.gov/itl/products-and-services/emnist-dataset",
    files: {
      "gzip.zip": {
        url: "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
        bytes: 561_753_746
      }
    },
    convert: {
      type: "images",
      shape: [28, 28, 1],
      range: [0, 255],
      transposed: true,
      parts: ["train", "test"].map((set) => ({
        name: set,
        images: member(set, "images-idx3"),
        labels: member(set, "labels-idx1")
      }))
    },
    task: roles(target)
  }
}

export const images: ReadonlyArray<Entry> = [
  {
    name: "mnist",
    title: "Handwritten digits",
    rows: 70_000,
    columns: 2,
    licence: "CC BY-SA 3.0",
    citation: "LeCun et al. 1998, Proceedings of the IEEE 86, 2278–2324",
    files: four((file) => `https://storage.googleapis.com/cvdf-datasets/mnist/${file}`, {
      "train-images-idx3-ubyte.gz": ["440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422],
      "train-labels-idx1-ubyte.gz": ["3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881],
      "t10k-images-idx3-ubyte.gz": ["8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877],
      "t10k-labels-idx1-ubyte.gz": ["f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542]
    }),
    convert: pairs,
    task: roles("digit")
  },
  {
    name: "fashion-mnist",
    title: "Pictures of clothes, ten kinds",
    rows: 70_000,
    columns: 2,
    licence: "MIT",
    citation: "Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747",
    homepage: "https://github.com/zalandoresearch/fashion-mnist",
    files: four((file) => at.fashion(`data/fashion/${file}`), {
      "train-images-idx3-ubyte.gz": ["3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880],
      "train-labels-idx1-ubyte.gz": ["a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515],
      "t10k-images-idx3-ubyte.gz": ["346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102],
      "t10k-labels-idx1-ubyte.gz": ["67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148]
    }),
    convert: pairs,
    task: roles("kind")
  },
  emnist("emnist", "mnist", "digit", "Handwritten digits of EMNIST, in the form and number of MNIST", 70_000),
  emnist("emnist-letters", "letters", "letter", "Handwritten letters of EMNIST, a to z as 1 to 26", 145_600),
  emnist("emnist-balanced", "balanced", "character", "Handwritten characters of EMNIST, 47 balanced classes", 131_600)
]
