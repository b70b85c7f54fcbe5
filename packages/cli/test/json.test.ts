/** What commands print for programs has the keys that docs/json.md says. */
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, folder, remove, rocflow } from "./support/cli.ts"

/** Commands by the names of their sections, with arguments that need what those before them wrote. */
const commands: ReadonlyArray<readonly [section: string, ...ReadonlyArray<ReadonlyArray<string>>]> = [
  ["init", ["init", "d.csv", "--target", "y"]],
  ["run", ["run", "e.yaml", "--out", "run", "--workers", "1"]],
  ["runs", ["runs", "."]],
  ["status", ["status", "run"]],
  ["scores", ["scores", "run"]],
  ["scores --average", ["scores", "run", "--average", "splits"]],
  ["scores --pooled", ["scores", "run", "--pooled"], ["scores", "run", "--pooled", "--interval", "bootstrap"]],
  ["compare", ["compare", "run"], ["compare", "run", "--by", "learner"]],
  ["data list", ["data", "list"]],
  ["test", ["test", "e.yaml"]],
  ["split", ["split", "e.yaml"]],
  ["inspect", ["inspect", "e.yaml"]],
  ["train", ["train", "e.yaml", "--save", "models", "--learner", "bce"]],
  ["tune", ["tune", "t.yaml"]],
  ["predict", ["predict", "models/d-bce", "d.csv", "--out", "p.csv"]],
  ["explain", ["explain", "models/d-bce", "d.csv"]],
  ["roc", ["roc", "d.csv", "--label", "y", "--score", "x", "--positive", "ill"]],
  ["doctor", ["doctor"]]
]

const tuned = `tasks: [{ file: d.csv, target: y, positive: ill, features: [x, z] }]
learners: [{ id: tuned, type: Tune.random, evaluations: 2, learner: { type: Knn, k: { tune: integer, name: k, from: 1, to: 5 } } }]
resamplings: [{ type: holdout }]
measures: [auc]
`

type Json = Readonly<Record<string, unknown>>

/** The objects that were printed: one, a list, or one a line; of events the last. */
const printed = (text: string): ReadonlyArray<Json> => {
  if (!text.startsWith("{\n") && text.trim().includes("}\n{")) {
    const lines = text.trim().split("\n")
    return [JSON.parse(lines.at(-1)!) as Json]
  }
  return [JSON.parse(text) as Json | ReadonlyArray<Json>].flat()
}

/** The keys of a section, and whether they may be absent. */
const documented = (section: string): ReadonlyMap<string, boolean> => {
  const text = readFileSync(new URL("../../../docs/json.md", import.meta.url), "utf8")
  const [, body = ""] = text.split(`\n## rocflow ${section}\n`)
  const [own = ""] = body.split("\n## ")
  return new Map(Array.from(own.matchAll(/^\| `([^`]+)`(\??) \|/gm), ([, key = "", mark]) => [key, mark === "?"]))
}

let home = ""
const outputs = new Map<string, ReadonlyArray<Json>>()

beforeAll(async () => {
  const experiment = changed(
    ["stratum: [y] }", "stratum: [site, y], subset: site }"],
    ["type: cv, folds: 3", "type: sameOther, folds: 2"]
  )
  home = folder({ "d.csv": data(), "e.yaml": experiment, "t.yaml": tuned })
  for (const [section, ...all] of commands) {
    const objects: Array<Json> = []
    for (const args of all) {
      const { code, stderr, stdout } = await rocflow([...args, "--json"], home)
      if (code !== 0) throw new Error(`rocflow ${args.join(" ")}: ${stderr}`)
      objects.push(...printed(stdout))
    }
    outputs.set(section, objects)
  }
}, 120_000)

afterAll(() => remove(home))

describe("JSON for programs", () => {
  it.each(commands.map(([section]) => section))("of rocflow %s has the keys that are documented", (section) => {
    const objects = outputs.get(section)!
    const keys = documented(section)
    expect(objects.length).toBeGreaterThan(0)
    for (const object of objects) {
      expect(Object.keys(object).filter((key) => !keys.has(key))).toEqual([])
      expect([...keys].filter(([key, mayBeAbsent]) => !mayBeAbsent && !(key in object))).toEqual([])
    }
    const seen = new Set(objects.flatMap((object) => Object.keys(object)))
    const never = [...keys.keys()].filter((key) => !seen.has(key))
    expect(never.every((key) => keys.get(key))).toBe(true)
  })
})
