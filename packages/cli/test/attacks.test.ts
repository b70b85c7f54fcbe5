/**
 * What happens to a run from outside: it says what it was, and goes on from there once the cause is gone.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { changed, data, experiment, folder, remove, rocflow, start } from "./support/cli.ts"

const bin = fileURLToPath(new URL("../bin/rocflow.js", import.meta.url))

let home: string
beforeAll(() => {
  home = folder({ "d.csv": data(), "e.yaml": experiment, "long.yaml": changed(["epochs: 2", "epochs: 2000"]) })
})
afterAll(() => remove(home))

const until = async (holds: () => boolean) => {
  for (let i = 0; i < 3000 && !holds(); i++) await sleep(10)
  expect(holds()).toBe(true)
}

/** A message for people: one that says what to do, without a stack or the names of our errors. */
const expectSentence = (stderr: string) => {
  expect(stderr).not.toMatch(/internal error|^ +at |FileSystem\.|\bundefined\b/m)
}

const expectWhole = async (directory: string, file = "e.yaml") => {
  const { code, stderr } = await rocflow(["run", file, "--out", directory, "--workers", "1"], home)
  expect(stderr.replace(/^.*\n/, "")).not.toMatch(/cannot/)
  expect(code).toBe(0)
  expect(readFileSync(join(home, directory, "report.html"), "utf8")).toMatch(/<\/html>\s*$/)
}

/** Makes a disk of some KB, where this may be done. */
const mounted = (directory: string, kilobytes: number): boolean => {
  mkdirSync(directory, { recursive: true })
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", directory])
  return status === 0
}

const mayMount = (() => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false
  const directory = folder({})
  const may = mounted(directory, 64)
  if (may) execFileSync("umount", [directory])
  remove(directory)
  return may
})()

describe.runIf(mayMount)("a full disk", () => {
  it.each([
    ["1", 12],
    ["1", 24],
    ["2", 40]
  ])("ends a run in %s processes with %i KB in order", async (workers, kilobytes) => {
    const disk = join(home, `disk-${workers}-${kilobytes}`)
    expect(mounted(disk, kilobytes)).toBe(true)
    try {
      const directory = join(disk, "run")
      const { code, stderr } = await rocflow(["run", "e.yaml", "--out", directory, "--workers", workers], home)
      expect(code).toBe(1)
      expect(stderr).toMatch(/the disk is full/)
      expectSentence(stderr)
      expect(readdirSync(directory, { recursive: true }).filter((name) => String(name).endsWith(".part"))).toEqual([])
      execFileSync("mount", ["-o", "remount,size=4m", disk])
      await expectWhole(join(`disk-${workers}-${kilobytes}`, "run"))
    } finally {
      execFileSync("umount", [disk])
    }
  })
})

/** Whoever runs the tests may write everywhere; another user may not, if there is one who can read the sources. */
const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const hasOther = spawnSync(process.execPath, [bin, "--version"], other).status === 0

describe.runIf(process.platform !== "win32" && hasOther)("a place without rights", () => {
  it.each([
    ["where nothing may be written", "readonly", 0o555, /^readonly\/run: the directory cannot be made: you may not; /m],
    ["that may not be looked into", "locked", 0o000, /^locked\/run: the directory cannot be made: you may not; /m]
  ])("%s is refused in a sentence", (_, name, mode, message) => {
    chmodSync(home, 0o755)
    mkdirSync(join(home, name), { mode })
    const args = [bin, "run", "e.yaml", "--out", `${name}/run`]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: home, encoding: "utf8", ...other })
    expect(status).toBe(1)
    expect(stderr).toMatch(message)
    expectSentence(stderr)
    chmodSync(join(home, name), 0o755)
  })
})

describe.runIf(process.platform === "linux")("few open files", () => {
  it.each([24, 26, 64])("%i of them are enough, or the message says what is not", async (limit) => {
    const directory = `files-${limit}`
    const command = `ulimit -n ${limit}; exec "$0" "$1" run e.yaml --out ${directory} --workers 2`
    const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, bin], { cwd: home, encoding: "utf8" })
    expect(limit < 64 || status === 0).toBe(true)
    expectSentence(stderr)
    await expectWhole(directory)
  })
})

describe("a directory that is deleted under a run", () => {
  it.each(["1", "2"])("ends it with a sentence in %s processes", async (workers) => {
    const directory = `deleted-${workers}`
    const results = join(home, directory, "results")
    const { ended } = start(["run", "long.yaml", "--out", directory, "--workers", workers], home)
    await until(() => existsSync(results) && readdirSync(results).length > 0)
    rmSync(join(home, directory), { recursive: true, force: true, maxRetries: 5 })
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toContain(directory)
    expectSentence(stderr)
    remove(join(home, directory))
    await expectWhole(directory, "long.yaml")
  })
})

describe("a run that is killed while it writes its report", () => {
  it("leaves no half of one, and the next start writes it", async () => {
    const { child, ended } = start(["run", "e.yaml", "--out", "report", "--workers", "1"], home)
    const figures = join(home, "report", "figures")
    await until(() => existsSync(figures) && readdirSync(figures).length > 0)
    child.kill("SIGKILL")
    await ended
    const file = join(home, "report", "report.html")
    expect(existsSync(file) ? readFileSync(file, "utf8") : "</html>").toMatch(/<\/html>\s*$/)
    await expectWhole("report")
  })

  it("or finds a file in the place of its figures, says so", async () => {
    await expectWhole("broken")
    const figures = join(home, "broken", "figures")
    rmSync(figures, { recursive: true })
    writeFileSync(figures, "")
    const { code, stderr } = await rocflow(["report", "broken"], home)
    expect(code).toBe(1)
    expect(stderr).toMatch(/broken\/figures: cannot be made: a file stands in its way; move that away/)
    rmSync(figures)
    await expectWhole("broken")
  })
})
