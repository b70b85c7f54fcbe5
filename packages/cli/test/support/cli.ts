/** The command as users have it: a process in a folder with small data. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../bin/rocflow.js", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the command; `ended` resolves when it is over. */
export const start = (
  args: ReadonlyArray<string>,
  cwd: string,
  env: Readonly<Record<string, string>> = {}
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    // tfjs-node, where it is installed, writes notices of its own to standard error.
    env: { ...process.env, ROCFLOW_CACHE: "", XDG_CACHE_HOME: join(tmpdir(), "rocflow-without-cache"), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })))
  }
}

/** Runs the command to its end. */
export const rocflow = (...given: Parameters<typeof start>): Promise<Ended> => start(...given).ended

/** A new folder with some files, by their paths in it. */
export const folder = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const directory = mkdtempSync(join(tmpdir(), "rocflow-cli-"))
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return directory
}

export const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true })

/** 48 patients of two sites: `x` tells the outcome with some errors, `z` is noise, `s` is text. */
export const data = (rows = 48): string =>
  [
    "x,z,s,site,y",
    ...Array.from({ length: rows }, (_, i) => {
      const ill = (i * i) % 5 < 2
      const x = (ill ? 3 : 0) + ((i * 7) % 5)
      return `${x},${(i * 37) % 11},${"abc"[i % 3]},${i % 2 === 0 ? "north" : "south"},${ill ? "ill" : "well"}`
    })
  ]
    .join("\n")
    .concat("\n")

/** A baseline and a linear network on three folds; two epochs take no time. */
export const experiment = `seed: 1
tasks:
  - { file: d.csv, target: y, positive: ill, features: [x, z], stratum: [y] }
learners:
  - type: Featureless
  - id: bce
    pipeline:
      - Preprocess.standardise
      - Ingress.numeric
      - Nn.head
      - Bce.loss
      - { type: Optimizer.sgd, learningRate: 0.1 }
      - { type: Model.classif, epochs: 2 }
resamplings:
  - { type: cv, folds: 3 }
measures: [auc, error]
`

/** The experiment with parts replaced; each part must be there. */
export const changed = (...changes: ReadonlyArray<readonly [from: string, to: string]>): string =>
  changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the experiment has no ${JSON.stringify(from)}`)
    return text.replace(from, () => to)
  }, experiment)
