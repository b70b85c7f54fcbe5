import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, folder, remove } from "./support/cli.ts"

const bin = fileURLToPath(new URL("../bin/rocflow.js", import.meta.url))

/** Long enough to be ended in the middle. */
const experiment = changed(["folds: 3", "folds: 8"], ["epochs: 2", "epochs: 20000"])

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "e.yaml": experiment })
})
afterAll(() => remove(home))

const until = async (holds: () => boolean) => {
  for (let i = 0; i < 3000 && !holds(); i++) await sleep(10)
  expect(holds()).toBe(true)
}

/** The processes below one, at any depth. */
const below = (pid: number): ReadonlyArray<number> => {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number)
  return own.flatMap((child) => [child, ...below(child)])
}

interface Watched {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

const watched = (command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Watched => {
  const child = spawn(command, args, {
    cwd: home,
    env: { ...process.env, npm_command: undefined, ...env },
    stdio: ["ignore", "ignore", "pipe"]
  })
  let said = ""
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text))
  return {
    child,
    said: () => said,
    ended: new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })))
  }
}

const running = (directory: string) => () => {
  const results = join(home, directory, "results")
  return existsSync(results) && readdirSync(results).length > 0
}

/** What tells the entry that it runs under an older Node. */
const olderNode = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })'
)}`

const stopped = /stopped; finished jobs are kept/

describe.runIf(existsSync("/proc/self/task"))("under an older Node", () => {
  const older = (...args: ReadonlyArray<string>) => watched(process.execPath, ["--import", olderNode, bin, ...args])

  it.each(["SIGTERM", "SIGINT"] as const)("%s ends the run, not only what handed over to it", async (signal) => {
    const directory = `older-${signal}`
    const { child, ended, said } = older("run", "e.yaml", "--out", directory)
    await until(running(directory))
    const processes = below(child.pid!)
    expect(processes.length).toBeGreaterThan(0)
    child.kill(signal)
    expect(await ended).toEqual({ code: 130, signal: null })
    await until(() => processes.every((pid) => !existsSync(`/proc/${pid}`)))
    expect(said()).toMatch(stopped)
  })

  it("a run ends in order whose entry was killed", async () => {
    const { child, said } = older("run", "e.yaml", "--out", "older-killed")
    await until(running("older-killed"))
    const processes = below(child.pid!)
    child.kill("SIGKILL")
    await until(() => processes.every((pid) => !existsSync(`/proc/${pid}`)))
    expect(said()).toMatch(stopped)
  })

  it("exit codes are passed on", async () => {
    expect(await older("run", "absent.yaml").ended).toEqual({ code: 1, signal: null })
    expect(await older("doctor").ended).toEqual({ code: 0, signal: null })
  })
})

describe.runIf(existsSync("/proc/self/task"))("a run whose shell is killed", () => {
  const shell = (directory: string, env: Readonly<Record<string, string>>) =>
    // A second command keeps the shell from becoming the first.
    watched("sh", ["-c", `"$0" "$1" run e.yaml --out ${directory}; true`, process.execPath, bin], env)

  it("ends in order where npm started it", async () => {
    const { child, said } = shell("npm", { npm_command: "exec" })
    await until(running("npm"))
    const processes = below(child.pid!)
    child.kill("SIGKILL")
    await until(() => processes.every((pid) => !existsSync(`/proc/${pid}`)))
    expect(said()).toMatch(stopped)
  })

  it("goes on elsewhere: it was put in the background", async () => {
    const { child } = shell("background", {})
    await until(running("background"))
    const [run = 0] = below(child.pid!)
    child.kill("SIGKILL")
    await sleep(2000)
    expect(existsSync(`/proc/${run}`)).toBe(true)
    process.kill(run, "SIGTERM")
    await until(() => !existsSync(`/proc/${run}`))
  })
})
