/**
 * Tables with a rare class, from 11 % down to 0.2 % of the rows.
 */
import type { Entry } from "../Entry.ts"
import { at } from "./repositories.ts"

/** One age of abalones against all others. */
const abalone = (rings: number): Entry => ({
  name: `abalone-${rings}`,
  title: `Abalones of ${rings} rings against all others`,
  rows: 4177,
  columns: 9,
  licence: "CC BY 4.0 (UCI)",
  citation: "Nash et al. 1994, doi:10.24432/C55C7W",
  homepage: "https://archive.ics.uci.edu/dataset/1",
  files: {
    "abalone.csv": {
      url: at.brownlee("abalone.csv"),
      sha256: "eb2de13be807e9bb9ec4128b9c89b98ab23d7739121cfd17b7dde69b46ba7bf6",
      bytes: 191_872
    }
  },
  convert: {
    type: "table",
    parts: [
      {
        file: "abalone.csv",
        read: {
          header: false,
          names: ["sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings"]
        }
      }
    ],
    derive: [
      {
        name: "age",
        cases: [{ value: "rare", when: [{ column: "rings", is: [String(rings)] }] }],
        otherwise: "other"
      }
    ],
    drop: ["rings"]
  },
  task: { target: "age", positive: "rare", stratum: "age" }
})

export const unbalanced: ReadonlyArray<Entry> = [
  {
    name: "mammography",
    title: "Calcifications in mammograms (2.3 %)",
    rows: 11_183,
    columns: 7,
    licence: "not stated",
    citation: "Woods et al. 1993, Int. J. Pattern Recognition and Artificial Intelligence 7, 1417–1436",
    files: {
      "mammography.csv": {
        url: at.brownlee("mammography.csv"),
        sha256: "7d3dea3f075f30bbdbb8980e7725684059b4fe3d0f850fadd0f635f6993d8730",
        bytes: 827_904
      }
    },
    convert: {
      type: "table",
      parts: [{ file: "mammography.csv", read: { header: false } }],
      derive: [
        {
          name: "finding",
          cases: [{ value: "calcification", when: [{ column: "V7", is: ["'1'"] }] }],
          otherwise: "none"
        }
      ],
      drop: ["V7"]
    },
    task: { target: "finding", positive: "calcification", stratum: "finding" }
  },
  {
    name: "oil-spill",
    title: "Oil spills in radar images of the sea (4.4 %)",
    rows: 937,
    columns: 50,
    licence: "not stated",
    citation: "Kubat, Holte and Matwin 1998, Machine Learning 30, 195–215",
    files: {
      "oil-spill.csv": {
        url: at.brownlee("oil-spill.csv"),
        sha256: "acd090bfa475d6247183c53683a344235136e4e9133d99259ae7fe692870c0f0",
        bytes: 230_924
      }
    },
    convert: {
      type: "table",
      parts: [{ file: "oil-spill.csv", read: { header: false } }],
      derive: [
        { name: "patch", cases: [{ value: "spill", when: [{ column: "V50", is: ["1"] }] }], otherwise: "lookalike" }
      ],
      drop: ["V50"]
    },
    task: { target: "patch", positive: "spill", stratum: "patch" }
  },
  abalone(7),
  abalone(19),
  {
    name: "yeast-me2",
    title: "Proteins of yeast in the membrane (ME2, 3.4 %) against all others",
    rows: 1484,
    columns: 10,
    licence: "CC BY 4.0 (UCI)",
    citation: "Nakai 1991, doi:10.24432/C5KG68",
    homepage: "https://archive.ics.uci.edu/dataset/110",
    files: { "yeast.data": { url: "https://archive.ics.uci.edu/ml/machine-learning-databases/yeast/yeast.data" } },
    convert: {
      type: "table",
      parts: [
        {
          file: "yeast.data",
          blanks: true,
          read: {
            header: false,
            names: ["sequence", "mcg", "gvh", "alm", "mit", "erl", "pox", "vac", "nuc", "localization"]
          }
        }
      ],
      derive: [
        {
          name: "site",
          cases: [{ value: "ME2", when: [{ column: "localization", is: ["ME2"] }] }],
          otherwise: "other"
        }
      ],
      drop: ["localization"]
    },
    task: { target: "site", positive: "ME2", stratum: "site", name: "sequence" }
  },
  {
    name: "creditcard",
    title: "Fraud with credit cards (0.17 %)",
    rows: 284_807,
    columns: 31,
    licence: "DbCL 1.0",
    citation: "Dal Pozzolo et al. 2015, IEEE Symposium on Computational Intelligence and Data Mining",
    homepage: "https://www.openml.org/d/1597",
    files: {
      "creditcard.csv": {
        url: "https://www.openml.org/data/get_csv/1673544/phpKo8OWT",
        sha256: "a57f43b36bd695c8e984f481d9309c08a635e726068007f8d1751933e6866d86",
        bytes: 150_828_752
      }
    },
    convert: {
      type: "table",
      parts: [{ file: "creditcard.csv" }],
      derive: [
        {
          name: "transaction",
          cases: [{ value: "fraud", when: [{ column: "Class", is: ["1", "'1'"] }] }],
          otherwise: "genuine"
        }
      ],
      drop: ["Class"]
    },
    task: { target: "transaction", positive: "fraud", stratum: "transaction" }
  }
]
