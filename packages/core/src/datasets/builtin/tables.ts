/**
 * Classical tables.
 */
import type { Entry } from "../Entry.ts"
import { at } from "./repositories.ts"

export const tables: ReadonlyArray<Entry> = [
  {
    name: "sonar",
    title: "Sonar returns of mines and rocks",
    rows: 208,
    columns: 61,
    licence: "CC BY 4.0 (UCI)",
    citation: "Gorman and Sejnowski 1988, Neural Networks 1, 75–89",
    homepage: "https://archive.ics.uci.edu/dataset/151",
    files: {
      "sonar.csv": {
        url: at.brownlee("sonar.csv"),
        sha256: "3079c09b5d2789a0f96aff82c28e5164fafe2495c5f8da96c6c256c1bd25763f",
        bytes: 87775
      }
    },
    convert: {
      type: "table",
      parts: [{ file: "sonar.csv", read: { header: false } }],
      rename: { V61: "Class" }
    },
    task: { target: "Class", positive: "M", stratum: "Class" }
  },
  {
    name: "penguins",
    title: "Palmer penguins",
    remark: "Some penguins lack their sex or their measurements.",
    rows: 344,
    columns: 8,
    licence: "CC0 1.0",
    citation: "Horst, Hill and Gorman 2020, palmerpenguins, doi:10.5281/zenodo.3960218",
    homepage: "https://allisonhorst.github.io/palmerpenguins/",
    files: {
      "penguins.csv": {
        url: at.penguins("inst/extdata/penguins.csv"),
        sha256: "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
        bytes: 15241
      }
    },
    convert: { type: "table", parts: [{ file: "penguins.csv" }] },
    task: { target: "species", kind: "multiclass", stratum: "species" }
  },
  {
    name: "mtcars",
    title: "Motor Trend car road tests",
    rows: 32,
    columns: 12,
    licence: "MIT (plotnine, where the file is from)",
    citation: "Henderson and Velleman 1981, Biometrics 37, 391–411",
    files: {
      "mtcars.csv": {
        url: at.plotnine("plotnine/data/mtcars.csv"),
        sha256: "0a7ba467f432f4ac4d9876ff4418418f827959e7d321634c066afe3d0ab191a4",
        bytes: 1787
      }
    },
    convert: { type: "table", parts: [{ file: "mtcars.csv" }] },
    task: { target: "mpg", kind: "regression", name: "name" }
  },
  {
    name: "abalone",
    title: "Age of abalones, in rings of the shell",
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
      ]
    },
    task: { target: "rings", kind: "regression" }
  },
  {
    name: "phoneme",
    title: "Nasal and oral vowels, by five harmonics",
    rows: 5404,
    columns: 6,
    licence: "not stated",
    citation: "Alinat 1993, ESPRIT II 5516 (ROARS); the ELENA databases 1995",
    files: {
      "phoneme.csv": {
        url: at.brownlee("phoneme.csv"),
        sha256: "eacbb9f7a2b2135d067bff28ed7b9adb760f61f5e91f375f91e22e7e42ace24d",
        bytes: 174_717
      }
    },
    convert: {
      type: "table",
      parts: [{ file: "phoneme.csv", read: { header: false } }],
      derive: [{ name: "vowel", cases: [{ value: "oral", when: [{ column: "V6", is: ["1"] }] }], otherwise: "nasal" }],
      drop: ["V6"]
    },
    task: { target: "vowel", positive: "oral", stratum: "vowel" }
  }
]
