/** What a new user does first: an experiment of a data file, that runs; the runs so far; completion in a shell. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { folder, remove, rocflow } from "./support/cli.ts"

const table = (header: string, rows: number, row: (i: number) => ReadonlyArray<unknown>): string =>
  `${[header, ...Array.from({ length: rows }, (_, i) => row(i).join(","))].join("\n")}\n`

/** 120 rows of 40 patients in three clinics; every fifth row is ill. */
const clinics = table("clinic,patient,visited,dose,colour,constant,outcome", 120, (i) => [
  ["north", "south", "west"][i % 3],
  `p${i % 40}`,
  `2024-01-${String(1 + (i % 28)).padStart(2, "0")}`,
  (i % 5 === 0 ? 3 : 0) + ((i * 7) % 5),
  ["red", "blue"][(i * i) % 2],
  1,
  i % 5 === 0 ? "ill" : "well"
])
const files = {
  "clinics.csv": clinics,
  "flowers.csv": table("id,width,kind", 90, (i) => [i + 1, (i % 3) + ((i * 7) % 5) / 10, ["a", "b", "c"][i % 3]]),
  "houses.csv": table("rooms,price", 80, (i) => [i % 7, `${(i % 7) * 10 + ((i * 3) % 5)}.5`]),
  "balanced.csv": table("x,label", 60, (i) => [(i % 2) + ((i * 7) % 5), i % 2]),
  "semicolons.csv": "a;y\n1,5;yes\n2,5;no\n1,0;yes\n3,5;no\n1,1;yes\n2,9;no\n",
  "wide.csv": table(["Class", "sick", ...Array.from({ length: 11 }, (_, j) => `m${j}`)].join(","), 60, (i) => [
    ["Yes", "no", "yes"][i % 3],
    i % 2,
    ...Array.from({ length: 11 }, (_, j) => `${((i + 1) * (j + 3)) % 17}.5`)
  ]),
  "one.csv": "x,y\n1,a\n2,a\n",
  "marked.csv": table("x,y", 60, (i) => [i === 7 ? "?" : `${(i * 7) % 11}.5`, ["a", "b"][i % 2]])
}

let home = ""
beforeAll(() => {
  home = folder(files)
})
afterAll(() => remove(home))

interface Written {
  readonly tasks: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly learners: ReadonlyArray<unknown>
  readonly resamplings: ReadonlyArray<unknown>
  readonly measures: ReadonlyArray<string>
}

const read = (name: string) => {
  const text = readFileSync(join(home, name), "utf8")
  return { text, ...(parse(text) as Written) }
}

describe("rocflow init", () => {
  it("names its flags where a note is about how values are written", async () => {
    const { stderr } = await rocflow(["init", "marked.csv", "--target", "y"], home)
    expect(stderr).toContain('Give na: ["", NA, "?"]')
    expect(stderr).toMatch(/How values are written is told to `rocflow init`, too, .*: --na, --decimal\.\n$/)
    const told = await rocflow(["init", "marked.csv", "--target", "y", "--na", "?", "--out", "told.yaml"], home)
    expect([told.code, told.stderr]).toEqual([0, ""])
  })

  it("guesses roles, says why, and writes an experiment that runs and is listed", async () => {
    const { code, stderr, stdout } = await rocflow(["init", "clinics.csv", "--target", "outcome"], home)
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toContain("outcome: target, binary: ill 24, well 96\n")
    expect(stdout).toContain("ill: positive class, the rarer one\n")
    expect(stdout).toContain("clinic: subset, 3 values of at least 40 rows, a place or time by its name\n")
    expect(stdout).toContain("patient: group, 40 values, each of 3.0 rows on average")
    expect(stdout).toContain("visited: perhaps order, ")
    expect(stdout).toContain("constant: no feature, has one value only\n")
    const written = read("clinics.yaml")
    expect(written.tasks).toEqual([
      {
        file: "clinics.csv",
        target: "outcome",
        positive: "ill",
        subset: "clinic",
        group: "patient",
        ignore: ["constant"],
        stratum: ["clinic", "outcome"]
      }
    ])
    // A fifth of the rows is ill: AUM is learned, AUC and AUM are measured.
    expect(JSON.stringify(written.learners)).toContain('"Aum.loss"')
    expect(written.measures).toEqual(["auc", "aum", "logloss"])
    expect(written.resamplings).toEqual([{ type: "sameOther", folds: 5 }])
    expect(written.text).toMatch(/^# yaml-language-server: \$schema=\S*packages\/cli\/experiment\.schema\.json\n/)
    expect(written.text).toMatch(/ {4}# subset: colour +# 2 values of at least 60 rows; if they are places/)

    const ran = await rocflow(["run", "clinics.yaml", "--workers", "1"], home)
    expect(ran.code).toBe(0)
    expect(ran.stderr).toMatch(/^135 jobs in /)
    const listed = await rocflow(["runs"], home)
    expect(listed.stdout).toMatch(/rocflow-runs\/clinics-\w{8} +\d{4}-\d\d-\d\d \d\d:\d\d +135 +135 +0/)
    const { stdout: json } = await rocflow(["runs", "--json"], home)
    expect(JSON.parse(json)).toEqual([
      {
        directory: expect.stringMatching(/^rocflow-runs[/\\]clinics-\w{8}$/),
        name: "clinics",
        started: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        jobs: 135,
        finished: 135,
        failed: 0,
        best: [{ task: "clinics", learner: expect.any(String), measure: "auc", mean: expect.any(Number) }]
      }
    ])
  }, 60_000)

  it.each([
    ["flowers.csv", "kind", { kind: "multiclass", name: "id" }, ["error", "logloss"]],
    ["houses.csv", "price", { kind: "regression" }, ["rmse", "mae", "rsq"]],
    ["balanced.csv", "label", { positive: 1 }, ["auc", "error", "logloss"]],
    ["semicolons.csv", "y", { positive: "yes" }, ["auc", "error", "logloss"]]
  ])("writes what runs of %s", async (file, target, keys, measures) => {
    const name = file.replace(".csv", ".yaml")
    const { code, stdout } = await rocflow(["init", file, "--target", target, "--json"], home)
    expect(code).toBe(0)
    const { tasks, ...written } = read(name)
    expect(tasks[0]).toMatchObject(keys)
    expect(written.measures).toEqual(measures)
    expect(JSON.parse(stdout)).toMatchObject({ file: name, target, columns: expect.any(Array) })
    const ran = await rocflow(["run", name, "--workers", "1"], home)
    expect([ran.code, ran.stderr.includes("failed")]).toEqual([0, false])
  })

  it("takes how the file is read into the experiment", async () => {
    const args = ["init", "semicolons.csv", "--target", "y", "--delimiter", ";", "--na", "?", "--out", "deep/read.yaml"]
    expect((await rocflow(args, home)).code).toBe(0)
    expect(read("deep/read.yaml").tasks[0]).toMatchObject({
      file: "../semicolons.csv",
      delimiter: ";",
      na: ["", "NA", "?"]
    })
  })

  it("takes the subset and the positive class that are said, and names levels that differ in case only", async () => {
    const args = ["--target", "outcome", "--subset", "colour", "--positive", "well", "--out", "said.yaml"]
    expect((await rocflow(["init", "clinics.csv", ...args], home)).code).toBe(0)
    expect(read("said.yaml").tasks[0]).toMatchObject({ subset: "colour", positive: "well" })
    const { stderr } = await rocflow(["init", "wide.csv", "--target", "Class"], home)
    expect(stderr).toBe(
      'note: column "Class": has levels that differ in case or blanks only: "Yes" and "yes". If they mean the same, write them alike in the file.\n'
    )
  })

  it.each([
    [
      "a file that is there",
      ["clinics.csv", "--target", "outcome", "--out", "clinics.csv"],
      /^clinics\.csv is there already.*--out\n$/
    ],
    [
      "a target that is no column",
      ["clinics.csv", "--target", "outcom", "--out", "a.yaml"],
      /has no column "outcom", but outcome, colour, /
    ],
    ["a target of one value", ["one.csv", "--target", "y"], /column "y" has one value only/],
    [
      "no target where nobody can be asked",
      ["clinics.csv", "--out", "a.yaml"],
      /does not know the target, and this is no terminal/
    ],
    [
      "no target, and names likely ones first, by name, by two values and as the last one",
      ["wide.csv", "--out", "a.yaml"],
      /the likely ones first: Class, sick, m10, m9, m8, m7, m6, m5, and 5 more\n$/
    ],
    [
      "a subset that is no column",
      ["clinics.csv", "--target", "outcome", "--subset", "clinics", "--out", "a.yaml"],
      /has no column "clinics".*name one of them by --subset/
    ],
    [
      "a subset that is the target",
      ["clinics.csv", "--target", "outcome", "--subset", "outcome", "--out", "a.yaml"],
      /is the target, and cannot be the subset/
    ],
    [
      "a positive class that is none",
      ["clinics.csv", "--target", "outcome", "--positive", "sick", "--out", "a.yaml"],
      /--positive sick is no value of "outcome"; choose one of ill, well/
    ],
    [
      "a positive class of three",
      ["flowers.csv", "--target", "kind", "--positive", "a", "--out", "a.yaml"],
      /--positive a is for two classes, and "kind" has 3/
    ],
    ["a file that is not there", ["none.csv", "--target", "y"], /none\.csv: the file does not exist/]
  ])("refuses %s, and writes nothing", async (_, args, message) => {
    const { code, stderr, stdout } = await rocflow(["init", ...args], home)
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toMatch(message)
    expect(readFileSync(join(home, "clinics.csv"), "utf8")).toBe(clinics)
  })
})

/** A terminal of so many columns around a command, by the program that Linux has for it. */
const script = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0

describe.skipIf(!script)("on a terminal", () => {
  const bin = fileURLToPath(new URL("../bin/rocflow.js", import.meta.url))
  const run = (command: string, env: Readonly<Record<string, string>> = {}): string =>
    spawnSync("script", ["-qec", `stty cols 60; ${process.execPath} ${bin} ${command}`, "/dev/null"], {
      cwd: home,
      encoding: "utf8",
      env: { ...process.env, TERM: "xterm", ...env }
    }).stdout

  it("a run says at once what is read, and shows progress in one line", () => {
    expect(run("init balanced.csv --target label --out terminal.yaml")).toContain("terminal.yaml: 15 jobs")
    const [first, second, ...others] = run("run terminal.yaml --workers 1").split("\r\n")
    expect(first).toMatch(/^reading .*terminal\.yaml$/)
    expect(second).toMatch(/^15 jobs in /)
    expect(others[0]).toMatch(/█.* \d+\/15 jobs, .*writing the report.*figures as files$/s)
    for (const drawn of others[0]!.split("\u001b[J")) expect(drawn.length).toBeLessThan(62)
  })

  it("asks for the target, which a person finds by its name", () => {
    const asked = spawnSync(
      "script",
      ["-qec", `${process.execPath} ${bin} init clinics.csv --out asked.yaml`, "/dev/null"],
      { cwd: home, encoding: "utf8", input: "outc\r", env: { ...process.env, TERM: "xterm" } }
    ).stdout
    expect(asked).toContain("Which column is to be predicted?")
    expect(read("asked.yaml").tasks[0]).toMatchObject({ target: "outcome", positive: "ill" })
  })

  it("has colours, but not with NO_COLOR", () => {
    expect(run("run --help")).toContain("\u001b[")
    expect(run("run --help", { NO_COLOR: "1" })).not.toContain("\u001b[")
  })
})

describe("rocflow runs", () => {
  it("says how to begin where there are none", async () => {
    const { code, stdout } = await rocflow(["runs", "elsewhere"], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^no runs in \S*elsewhere; `rocflow run FILE` begins one/)
  })
})

describe("rocflow completion", () => {
  it("completes commands and flags in bash", async () => {
    const { code, stdout } = await rocflow(["completion", "bash"], home)
    expect(code).toBe(0)
    const complete = (...words: ReadonlyArray<string>) =>
      spawnSync(
        "bash",
        [
          "-c",
          `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; COMP_LINE='${words.join(" ")}'; COMP_POINT=\${#COMP_LINE}; "$(complete -p rocflow | sed 's/.*-F \\([^ ]*\\).*/\\1/')" rocflow; printf '%s\\n' "\${COMPREPLY[@]}"`
        ],
        { encoding: "utf8" }
      ).stdout
    expect(complete("rocflow", "in")).toMatch(/^init\b/m)
    expect(complete("rocflow", "run", "--wor")).toContain("--workers")
  })

  it.each(["zsh", "fish"])("names every command for %s", async (shell) => {
    const { stdout } = await rocflow(["completion", shell], home)
    for (const name of ["init", "run", "runs", "compare", "schema"]) expect(stdout).toContain(name)
  })
})
