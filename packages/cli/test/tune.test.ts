import { existsSync, readdirSync as readdir, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordsIn } from "../../resampling/test/support/records.ts"
import { changed, data, folder, remove, rocflow, start } from "./support/cli.ts"

/** A network whose width and rate are open, and whose scaling is chosen. */
const experiment = (tuner: string, epochs = 4) =>
  changed(
    ["  - type: Featureless\n", ""],
    [
      "  - id: bce\n    pipeline:\n      - Preprocess.standardise\n",
      `  - id: tuned
    ${tuner}
    learner:
     pipeline:
      - { tune: choice, name: scaling, of: { plain: Preprocess.standardise, robust: [Preprocess.robustScale, Preprocess.smoothClip] } }
`
    ],
    [
      "      - Nn.head\n",
      "      - { type: Nn.linear, units: { tune: integer, name: units, from: 2, to: 8 } }\n      - Nn.head\n"
    ],
    ["learningRate: 0.1", "learningRate: { tune: log, name: rate, from: 0.01, to: 1 }"],
    ["epochs: 2", `epochs: ${epochs}`]
  )

const random = "{ type: Tune.random, evaluations: 6, resampling: { type: cv, folds: 2 } }".slice(2, -2)
const block = random.replaceAll(", ", "\n    ").replace("type: cv\n    folds: 2", "type: cv, folds: 2")

let home: string
beforeAll(() => {
  home = folder({
    "d.csv": data(),
    "e.yaml": experiment(block),
    "long.yaml": experiment(block.replace("evaluations: 6", "evaluations: 12"), 1500),
    "misspelt.yaml": experiment(block).replace("units: {", "unit: {"),
    "range.yaml": experiment(block).replace("from: 2, to: 8", "from: 8, to: 2"),
    "decided.yaml": changed([
      "  - type: Featureless\n",
      "  - { type: Decision.threshold, threshold: 0.4, learner: { type: Tune.random, evaluations: 2, learner: { type: Boosting.classif, minRows: { tune: integer, name: least, from: 1, to: 9 } } } }\n"
    ]),
    "plain.yaml": changed()
  })
})
afterAll(() => remove(home))

const timeless = (line: string) => JSON.parse(line, (key, value: unknown) => (key === "seconds" ? 0 : value)) as unknown

describe("rocflow tune", () => {
  it("shows what was tried and chosen", async () => {
    const { code, stderr, stdout } = await rocflow(["tune", "e.yaml"], home)
    expect(code).toBe(0)
    expect(stderr).toContain("6/6 configurations, best ")
    expect(stdout).toMatch(
      /^tuned on d\n─+\nchosen: scaling \w+, units \d, rate [\d.]+; auc [\d.]+ on inner splits, the best of 6\n/
    )
    expect(stdout).toMatch(/scaling +units +rate +auc +time/)
  })

  it("goes on after a kill with what it had, to the same end", async () => {
    const args = ["tune", "long.yaml", "--json"]
    const whole = await rocflow(args, home)
    expect(whole.code).toBe(0)
    const { child, ended } = start([...args, "--out", "kept"], home)
    const file = () => {
      const folders = existsSync(join(home, "kept")) ? readdir(join(home, "kept")) : []
      return folders.map((name) => join(home, "kept", name, "tuning.jsonl")).find((path) => existsSync(path))
    }
    const lines = () => (file() === undefined ? 0 : readFileSync(file()!, "utf8").split("\n").length - 1)
    for (let i = 0; i < 4000 && lines() < 3; i++) await sleep(5)
    child.kill("SIGKILL")
    expect((await ended).signal).toBe("SIGKILL")
    const before = lines()
    expect(before).toBeGreaterThanOrEqual(3)
    const again = await rocflow([...args, "--out", "kept"], home)
    expect(again.code).toBe(0)
    // Only what was not tried yet is tried.
    expect(again.stderr.match(/configurations/g)).toHaveLength(12 - before)
    expect(timeless(again.stdout)).toEqual(timeless(whole.stdout))
  })

  it("shows what was chosen inside of a decision", async () => {
    const { code, stdout } = await rocflow(["tune", "decided.yaml", "--json"], home)
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as { readonly evaluations: ReadonlyArray<unknown> }).evaluations).toHaveLength(2)
  })

  it("says what to write where nothing tunes itself", async () => {
    const { code, stderr } = await rocflow(["tune", "plain.yaml"], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /plain\.yaml:\d+:\d+: learners: has no learner that tunes itself \(.*\); write \{ type: Tune\.random/
    )
  })

  it.each([
    ["misspelt.yaml", /learners\[0\]\.learner\.pipeline\[2\]\.unit: Tune\.random: .*did you mean "units"\?/],
    ["range.yaml", /learners\[0\]\.learner\.pipeline\[2\]\.units\.to: Tune\.random: is 2, which is not above from, 8/]
  ])("refuses %s with its place", async (file, message) => {
    const { code, stderr } = await rocflow(["tune", file], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
  })
})

describe("space: usual", () => {
  const usual = (learner: string) => {
    const [head, tail] = changed(["  - type: Featureless\n", ""]).split(/ {2}- id: bce\n[^]*?(?=resamplings)/)
    return `${head}  - { id: tuned, type: Tune.random, evaluations: 2, resampling: { type: holdout }, space: usual, learner: ${learner} }\n${tail}`
  }

  it("tunes over the ranges of a ready-made learner, but for options that are given", async () => {
    const there = folder({ "d.csv": data(), "e.yaml": usual("{ type: Boosting.classif, iterations: 5 }") })
    const { code, stdout } = await rocflow(["tune", "e.yaml", "--json"], there)
    expect(code).toBe(0)
    const { values } = JSON.parse(stdout) as { readonly values: object }
    expect(Object.keys(values)).toEqual(["learningRate", "maxLeaves", "minRows", "l2", "rows", "columns"])
    remove(there)
  })

  it("refuses a learner without any", async () => {
    const there = folder({ "d.csv": data(), "e.yaml": usual("Featureless") })
    const { code, stderr } = await rocflow(["tune", "e.yaml"], there)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /learners\[0\]\.space: Tune\.random: Featureless has no ranges that are usually searched; write \{ tune: log/
    )
    remove(there)
  })
})

describe("rocflow inspect", () => {
  it("says what is tuned", async () => {
    const { code, stdout } = await rocflow(["inspect", "e.yaml"], home)
    expect(code).toBe(0)
    expect(stdout).toContain("tunes scaling: one of plain, robust")
    expect(stdout).toContain("tunes units: whole numbers from 2 to 8")
    expect(stdout).toContain("tunes rate: 0.01 to 1, on a logarithmic scale")
  })
})

describe("grid", () => {
  const network = experiment("").replace("    \n    learner:\n     pipeline:", "    pipeline:")
  const withGrid = (grid: string) => network.replace("resamplings:", `    grid: ${grid}\nresamplings:`)

  it("makes a learner of each combination", async () => {
    const there = folder({
      "d.csv": data(),
      "e.yaml": withGrid("{ units: [2, 4], rate: [0.1], scaling: [plain, robust] }")
    })
    const { code, stdout } = await rocflow(["run", "e.yaml", "--workers", "1"], there)
    expect(code).toBe(0)
    for (const units of [2, 4]) {
      for (const scaling of ["plain", "robust"])
        expect(stdout).toContain(`tuned (units=${units}, rate=0.1, scaling=${scaling})`)
    }
    remove(there)
  })

  it.each([
    ["{ units: [2] }", /learners\[0\]\.grid: give values to: scaling, rate/],
    [
      "{ unit: [2], rate: [1], scaling: [plain] }",
      /learners\[0\]\.grid: "unit" is not open; open are scaling, units, rate/
    ],
    ["{ units: [99], rate: [1], scaling: [plain] }", /"units" must be a whole number from 2 to 8, got 99/],
    ["{ units: [], rate: [1], scaling: [plain] }", /learners\[0\]\.grid\.units/]
  ])("refuses %s", async (grid, message) => {
    const there = folder({ "d.csv": data(), "e.yaml": withGrid(grid) })
    const { code, stderr } = await rocflow(["inspect", "e.yaml"], there)
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    remove(there)
  })

  it("takes names of an alternative where that is chosen, and errors of later learners stand at these", async () => {
    const there = folder({
      "d.csv": data(),
      "e.yaml": withGrid("{ units: [2], rate: [0.1], scaling: [plain, wide], least: [2, 3] }")
        .replace(
          "scaling, of: {",
          "scaling, of: { wide: { type: Preprocess.oneHot, minFrequency: { tune: integer, name: least, from: 1, to: 9 } },"
        )
        .replace("resamplings:", "  - { id: wrong, type: Boosting.regr }\nresamplings:")
    })
    const { code, stderr } = await rocflow(["inspect", "e.yaml"], there)
    expect(code).toBe(1)
    const line = Number(/^\S*e\.yaml:(\d+):5: learners\[1\]: learner "wrong"/.exec(stderr)?.[1])
    expect(readFileSync(join(there, "e.yaml"), "utf8").split("\n")[line - 1]).toContain("id: wrong")
    remove(there)
  })

  it("does not hide what is wrong inside of a tuner behind what is open in it", async () => {
    const tuner =
      "{ type: Tune.random, learner: { type: Boosting.classif, iterations: { tune: integer, name: n, from: 1, to: 9 }, rowz: 1 } }"
    const text = changed(["  - type: Featureless\n", `  - { type: Ensemble.bagging, learner: ${tuner} }\n`])
    const there = folder({ "d.csv": data(), "e.yaml": text })
    const { code, stderr } = await rocflow(["inspect", "e.yaml"], there)
    expect(code).toBe(1)
    expect(stderr).toMatch(/learners\[0\].*rowz/)
    expect(stderr).not.toContain("is open")
    remove(there)
  })

  it("says where the name of a learner belongs that is written inside of a tuner", async () => {
    const text = changed(["  - type: Featureless\n", "  - { type: Tune.random, learner: { id: inner, type: Knn } }\n"])
    const there = folder({ "d.csv": data(), "e.yaml": text })
    const { stderr } = await rocflow(["tune", "e.yaml"], there)
    expect(stderr).toMatch(
      /learners\[0\]\.learner\.id: is no key of a learner within another one; write it at the outer one/
    )
    remove(there)
  })

  it("says which tuner there is not, and not what is open for the want of it", async () => {
    const text = changed([
      "  - type: Featureless\n",
      "  - { type: Tune.rnd, learner: { type: Knn, k: { tune: integer, name: k, from: 1, to: 9 } } }\n"
    ])
    const there = folder({ "d.csv": data(), "e.yaml": text })
    const { stderr } = await rocflow(["inspect", "e.yaml"], there)
    expect(stderr).toContain('learners[0].type: "Tune.rnd" is not a known learner; ')
    expect(stderr).not.toContain("is open")
    remove(there)
  })

  it("says what is open where there is neither a grid nor a tuner", async () => {
    const there = folder({ "d.csv": data(), "e.yaml": network })
    const { code, stderr } = await rocflow(["inspect", "e.yaml"], there)
    expect(code).toBe(1)
    expect(stderr).toMatch(/learners\[0\]: is open: scaling, units, rate; give values by grid: \{ scaling: \[…\]/)
    remove(there)
  })
})

describe("rocflow run", () => {
  it("tunes anew in each outer fold, and keeps what was tried in the result", async () => {
    const { code } = await rocflow(["run", "e.yaml", "--out", "nested", "--workers", "1"], home)
    expect(code).toBe(0)
    const records = recordsIn(join(home, "nested"))
    expect(records).toHaveLength(3)
    for (const record of records) {
      const { tuning } = record as unknown as {
        readonly tuning: { readonly evaluations: ReadonlyArray<unknown> }
      }
      expect(tuning.evaluations).toHaveLength(6)
    }
  })
})
