/**
 * The packages as users get them: packed, installed into an empty folder with the registry's `effect`, imported as
 * JavaScript, compiled against, and run.
 */
import { execFile } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { version } from "../src/version.ts"

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..")
const names = ["core", "losses", "learners", "onnx", "browser", "resampling", "report", "cli"]
const fileOf = (name: string) => `rocflow-${name}-${version}.tgz`

/** Runs a program with the Node that runs this test; gives what it printed, or fails with it. */
const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const { NODE_OPTIONS: _, ...env } = process.env
    const PATH = [dirname(process.execPath), env["PATH"]].join(delimiter)
    const options = { cwd, env: { ...env, PATH }, timeout: 110_000, shell: process.platform === "win32" }
    execFile(command, args, options, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${command} ${args.join(" ")}\n${out}${err}`))
    )
  })

let folder = ""
const packed = () => join(folder, "packed")
const project = () => join(folder, "project")
const tool = (path: string) => join(root, "node_modules", path)

/** A copy of the repository: packing rewrites a package.json for a moment, which other tests must not see. */
const copy = async (to: string) => {
  const files = (await run(root, "git", "ls-files", "--cached", "--others", "--exclude-standard")).trim().split("\n")
  for (const file of files) if (existsSync(join(root, file))) cpSync(join(root, file), join(to, file))
  mkdirSync(join(to, "node_modules/@rocflow"), { recursive: true })
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "@rocflow") symlinkSync(join(root, "node_modules", name), join(to, "node_modules", name))
  }
  for (const name of names) symlinkSync(join(to, "packages", name), join(to, "node_modules/@rocflow", name))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rocflow-packed-"))
  await copy(join(folder, "repository"))
  mkdirSync(packed())
  mkdirSync(project())
  const workspaces = names.flatMap((name) => ["-w", `packages/${name}`])
  await run(join(folder, "repository"), "npm", "pack", ...workspaces, "--pack-destination", packed())
  writeFileSync(join(project(), "package.json"), '{ "name": "user", "private": true, "type": "module" }')
  const { devDependencies: versions } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>
  }
  const own = names.map((name) => join(packed(), fileOf(name)))
  const others = ["typescript", "@types/node"].map((name) => `${name}@${versions[name]}`)
  await run(
    project(),
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "effect@^4.1.0",
    ...own,
    ...others
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(names)("%s", (name) => {
  const inside = (path = "") => join(project(), "node_modules/@rocflow", name, path)

  it("holds what is built, a README and the licence, and neither sources nor tests", () => {
    expect(readdirSync(inside()).toSorted()).toEqual(
      [
        ...(name === "cli" ? ["bin", "experiment.schema.json"] : []),
        "LICENSE",
        "README.md",
        "dist",
        "package.json"
      ].toSorted()
    )
    const files = readdirSync(inside("dist"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile()
    )
    const endings = new Set(files.map((file) => /\.(d\.ts|js|js\.map)$/.exec(file.name)?.[1] ?? file.name))
    const page = name === "cli" ? ["explorer.html"] : []
    expect([...endings].toSorted()).toEqual(["d.ts", ...page, "js", "js.map"])
    expect(existsSync(inside("dist/rocflow.js"))).toBe(name === "browser")
  })

  it("says where the built files are, and closes what is internal", () => {
    const manifest = JSON.parse(readFileSync(inside("package.json"), "utf8")) as Readonly<Record<string, object>>
    expect(manifest["exports"]).toMatchObject({
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./*": { types: "./dist/*.d.ts", default: "./dist/*.js" },
      "./internal/*": null
    })
    expect(manifest["peerDependencies"]).toMatchObject({ effect: "^4.1.0" })
    expect(Object.keys(manifest)).not.toContain("devDependencies")
  })

  it("passes publint and, as modules, attw", async () => {
    const file = join(packed(), fileOf(name))
    expect(await run(folder, process.execPath, tool("publint/src/cli.js"), file, "--strict")).toContain("All good!")
    await run(folder, process.execPath, tool("@arethetypeswrong/cli/dist/index.js"), file, "--profile", "esm-only")
  })
})

describe("a new project", () => {
  const program = () =>
    /^```ts check\n(.*?)^```$/ms
      .exec(readFileSync(join(root, "README.md"), "utf8"))?.[1]
      ?.replace("Effect.runPromise(program.", "console.log((await Effect.runPromise(program.") ?? ""

  const strict = ["--strict", "--module", "nodenext", "--target", "es2024", "--types", "node", "--outDir", "out"]
  const compile = (...flags: ReadonlyArray<string>) => {
    const compiler = join(project(), "node_modules/typescript/bin/tsc")
    return run(project(), process.execPath, compiler, ...strict, ...flags, "program.ts")
  }

  it("compiles the README's program strictly and runs it", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${i % 3},${i % 3 === 0 ? "M" : "R"}`)
    writeFileSync(join(project(), "sonar.csv"), `V1,V2,Class\n${rows.join("\n")}\n`)
    writeFileSync(join(project(), "program.ts"), program().replace(/\)\)\)\n$/, ")))).response.length)\n"))
    expect(await compile("--skipLibCheck")).toBe("")
    expect(await run(project(), process.execPath, "out/program.js")).toBe("40\n")
  })

  it("has no error in the declarations of rocflow and effect; TensorFlow.js wants those of a browser", async () => {
    const errors = await compile("--skipLibCheck", "false", "--noEmit").catch((error: Error) => error.message)
    expect(errors.split("\n").filter((line) => /@rocflow|node_modules\/effect/.test(line))).toEqual([])
  })

  it("has the explorer", async () => {
    const page = (await run(project(), "npx", "rocflow", "explore")).trim()
    expect(readFileSync(page, "utf8")).toBe(readFileSync(join(root, "docs/explorer.html"), "utf8"))
  })

  it("runs experiments with the command, also in worker processes", async () => {
    const lines = Array.from(
      { length: 36 },
      (_, i) => `${i % 5},${i % 2 === 0 ? "a" : "b"},${i % 3 === 0 ? "yes" : "no"}`
    )
    writeFileSync(join(project(), "d.csv"), `x,site,y\n${lines.join("\n")}\n`)
    writeFileSync(
      join(project(), "e.yaml"),
      `tasks: [{ file: d.csv, target: y, positive: yes, features: [x], subset: site, stratum: [site, y] }]
learners:
  - Featureless
  - pipeline: [Preprocess.standardise, Ingress.numeric, Nn.head, Aum.loss, { type: Optimizer.sgd, learningRate: 0.1 }, { type: Model.classif, epochs: 2 }]
resamplings: [{ type: sameOther, folds: 2 }]
measures: [auc]
`
    )
    const out = await run(project(), "npx", "rocflow", "run", "e.yaml", "--workers", "2", "--out", "run")
    expect(out).toMatch(/^24 jobs, [\d.]+ s$/m)
    expect(existsSync(join(project(), "run/report.html"))).toBe(true)
    await run(project(), "npx", "rocflow", "init", "d.csv", "--target", "y", "--out", "first.yaml")
    expect(readFileSync(join(project(), "first.yaml"), "utf8")).toMatch(
      /^# yaml-language-server: \$schema=node_modules\/@rocflow\/cli\/experiment\.schema\.json\n/
    )
  })
})
