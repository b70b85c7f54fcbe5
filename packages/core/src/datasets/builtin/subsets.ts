/**
 * Tables of several subsets: the parts of a book's examples, satellite images, regions.
 */
import type { Entry } from "../Entry.ts"
import { at } from "./repositories.ts"

/** The examples of a book, which come as a training and a test set. */
const esl = (file: string): string => `https://hastie.su.domains/ElemStatLearn/datasets/${file}`
const book = "Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning"
const soak = "Hocking et al. 2024, arXiv 2410.08643"

/** Burned and other pixels of four satellite images. */
const fires = {
  columns: 48,
  licence: "not stated",
  citation: soak,
  homepage: "https://github.com/tdhock/cv-same-other-paper",
  task: { target: "y", positive: "burned", subset: "image", stratum: ["image", "y"] }
} as const

/** Land cover around Flagstaff, in regions by coordinates. Regions become subsets; pixels of a polygon stay together. */
const trees = (
  regions: 3 | 4,
  more: NonNullable<Extract<Entry["convert"], { readonly type: "table" }>["derive"]>
): Entry => ({
  name: `aztrees${regions}`,
  title: `Trees around Flagstaff, Arizona, in ${regions} regions, by satellite`,
  remark: "Pixels of one polygon are alike: the group keeps them together.",
  rows: 5956,
  columns: 26,
  licence: "not stated",
  citation: soak,
  homepage: "https://github.com/tdhock/cv-same-other-paper",
  files: {
    "aztrees.csv": {
      url: at.soak("data_Classif_aztrees.csv"),
      sha256: "8f39bb3756ac2fd9cd5908801abd3574741512d062a22cfc5710b43984e12ee9",
      bytes: 858_747
    }
  },
  convert: {
    type: "table",
    parts: [{ file: "aztrees.csv" }],
    rename: { Joint_id: "polygon" },
    derive: [
      {
        name: "y",
        cases: [{ value: "Tree", when: [{ column: "type_id", is: ["17"] }] }],
        otherwise: "Not tree"
      },
      {
        name: "region4",
        cases: [
          {
            value: "NW",
            when: [
              { column: "xcoord", below: -111.75 },
              { column: "ycoord", above: 35.2 }
            ]
          },
          {
            value: "SW",
            when: [
              { column: "xcoord", below: -111.6 },
              { column: "ycoord", below: 35.1 }
            ]
          },
          {
            value: "SE",
            when: [
              { column: "xcoord", above: -111.625 },
              { column: "ycoord", below: 35.175 }
            ]
          }
        ],
        otherwise: "NE"
      },
      ...more
    ],
    drop: ["type_id", "Joint_type", ...more.map(() => "region4")]
  },
  task: {
    target: "y",
    positive: "Tree",
    subset: `region${regions}`,
    stratum: [`region${regions}`, "y"],
    group: "polygon",
    ignore: ["xcoord", "ycoord"]
  }
})

export const subsets: ReadonlyArray<Entry> = [
  {
    name: "spam",
    title: "Spam and other e-mail, by words and characters",
    rows: 4601,
    columns: 59,
    licence: "CC BY 4.0 (UCI)",
    citation: `Hopkins et al. 1999, Spambase, doi:10.24432/C53G6X; the split is of ${book}`,
    homepage: "https://archive.ics.uci.edu/dataset/94",
    files: { "spam.data": { url: esl("spam.data") }, "spam.traintest": { url: esl("spam.traintest") } },
    convert: {
      type: "table",
      parts: [
        {
          file: "spam.data",
          blanks: true,
          read: { header: false },
          beside: [{ file: "spam.traintest", blanks: true, read: { header: false, names: ["set"] } }]
        }
      ],
      rename: { V58: "spam" },
      derive: [
        { name: "subset", cases: [{ value: "test", when: [{ column: "set", is: ["1"] }] }], otherwise: "train" }
      ],
      drop: ["set"]
    },
    task: { target: "spam", positive: "1", subset: "subset", stratum: ["subset", "spam"] }
  },
  {
    name: "vowel",
    title: "Eleven vowels of fifteen speakers",
    remark: "The speakers of the two subsets differ.",
    rows: 990,
    columns: 12,
    licence: "CC BY 4.0 (UCI)",
    citation: `Deterding 1989, doi:10.24432/C58P4S; as in ${book}`,
    homepage: "https://archive.ics.uci.edu/dataset/152",
    files: { "vowel.train": { url: esl("vowel.train") }, "vowel.test": { url: esl("vowel.test") } },
    convert: {
      type: "table",
      part: "subset",
      parts: [
        { name: "train", file: "vowel.train" },
        { name: "test", file: "vowel.test" }
      ],
      drop: ["row.names"]
    },
    task: { target: "y", kind: "multiclass", subset: "subset", stratum: ["subset", "y"] }
  },
  {
    name: "waveform",
    title: "Three classes of simulated waves",
    rows: 800,
    columns: 23,
    licence: "not stated",
    citation: `Breiman et al. 1984; as in ${book}`,
    files: { "waveform.train": { url: esl("waveform.train") }, "waveform.test": { url: esl("waveform.test") } },
    convert: {
      type: "table",
      part: "subset",
      parts: [
        { name: "train", file: "waveform.train" },
        { name: "test", file: "waveform.test" }
      ],
      drop: ["row.names"]
    },
    task: { target: "y", kind: "multiclass", subset: "subset", stratum: ["subset", "y"] }
  },
  {
    name: "zip",
    title: "Digits of postcodes (USPS), 16 × 16 grey values from −1 to 1",
    remark: "V2 to V257 are the pixels, row by row.",
    rows: 9298,
    columns: 258,
    licence: "not stated",
    citation: `Le Cun et al. 1990; as in ${book}`,
    files: { "zip.train.gz": { url: esl("zip.train.gz") }, "zip.test.gz": { url: esl("zip.test.gz") } },
    convert: {
      type: "table",
      part: "subset",
      parts: [
        { name: "train", file: "zip.train.gz", blanks: true, read: { header: false } },
        { name: "test", file: "zip.test.gz", blanks: true, read: { header: false } }
      ],
      rename: { V1: "digit" }
    },
    task: { target: "digit", kind: "multiclass", subset: "subset", stratum: ["subset", "digit"] }
  },
  {
    ...fires,
    name: "canada-fires",
    title: "Burned ground in four satellite images of forests",
    rows: 4827,
    files: {
      "CanadaFires_all.csv": {
        url: at.soak("data_Classif/CanadaFires_all.csv"),
        sha256: "0b800b30e789b24f7f2f120c4ff70454715267e0a86cefa8f42b19cdb45edacc",
        bytes: 1_407_026
      }
    },
    convert: { type: "table", parts: [{ file: "CanadaFires_all.csv" }] }
  },
  {
    ...fires,
    name: "canada-fires-small",
    title: "Burned ground in four satellite images of forests, images of about equal size",
    rows: 1491,
    files: {
      "CanadaFires_downSampled.csv": {
        url: at.soak("data_Classif/CanadaFires_downSampled.csv"),
        sha256: "07a798e030a4820b6758cc36bd8611d778c34ec19ff9890748f580c9c68bfffa",
        bytes: 434_065
      }
    },
    convert: { type: "table", parts: [{ file: "CanadaFires_downSampled.csv" }] }
  },
  trees(3, [
    {
      name: "region3",
      cases: [
        { value: "S", when: [{ column: "region4", is: ["SW", "SE"] }] },
        { value: "NW", when: [{ column: "region4", is: ["NW"] }] }
      ],
      otherwise: "NE"
    }
  ]),
  trees(4, [])
]
