import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { follows, released, renumbered, statement } from "../../../scripts/release.ts"

const root = join(import.meta.dirname, "../../..")

it("knows which version follows which", () => {
  expect(follows("0.2.0", "0.1.9")).toBe(true)
  expect(follows("0.10.0", "0.9.0")).toBe(true)
  expect(follows("1.0.0", "0.9.9")).toBe(true)
  for (const version of ["0.1.0", "0.0.9", "0.1", "v0.2.0", "0.2.0-rc.1"]) expect(follows(version, "0.1.0")).toBe(false)
})

describe("the changelog", () => {
  const older = "\n## 0.1.0 – 2026-01-01\n\n- first\n"

  it("has what was unreleased under the version, and room for what comes", () => {
    const text = `# Changelog\n\nWords.\n\n## Unreleased\n\n### New\n\n- a thing\n${older}`
    expect(released(text, "0.2.0", "2026-05-01")).toBe(
      `# Changelog\n\nWords.\n\n## Unreleased\n\n## 0.2.0 – 2026-05-01\n\n### New\n\n- a thing\n${older}`
    )
  })

  it("is not released where nothing is new", () => {
    expect(released(`# Changelog\n\n## Unreleased\n${older}`, "0.2.0", "2026-05-01")).toBeUndefined()
    expect(released("# Changelog\n", "0.2.0", "2026-05-01")).toBeUndefined()
  })
})

describe("manifests", () => {
  it("change their own version and those of their neighbours, and no other that is the same by chance", () => {
    const manifest = {
      name: "@rocflow/cli",
      version: "0.1.0",
      dependencies: { "@rocflow/core": "0.1.0", yaml: "0.1.0" }
    }
    expect(JSON.parse(renumbered(JSON.stringify(manifest), "0.1.0", "0.2.0"))).toEqual({
      name: "@rocflow/cli",
      version: "0.2.0",
      dependencies: { "@rocflow/core": "0.2.0", yaml: "0.1.0" }
    })
  })

  it("of the repository, with its lockfile, have one version afterwards", () => {
    const lock = readFileSync(join(root, "package-lock.json"), "utf8")
    const { packages, version } = JSON.parse(renumbered(lock, "0.1.0", "0.2.0")) as {
      readonly version: string
      readonly packages: Readonly<Record<string, { readonly version?: string; readonly dependencies?: object }>>
    }
    expect(version).toBe("0.2.0")
    const own = Object.entries(packages).filter(([path]) => !path.includes("node_modules/"))
    expect(own.length).toBeGreaterThan(8)
    expect(own.filter(([, entry]) => entry.version !== "0.2.0")).toEqual([])
    const foreign = Object.entries(JSON.parse(lock).packages as typeof packages).filter(([path]) =>
      path.includes("node_modules/")
    )
    expect(foreign.filter(([path, entry]) => packages[path]?.version !== entry.version)).toEqual([])
  })
})

it("says from what the packages were made", () => {
  const made = statement({
    version: "0.2.0",
    commit: "abc",
    lockfile: "def",
    npm: "11",
    files: [{ name: "a.tgz", sha512: "00" }]
  })
  expect(made).toMatchObject({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "a.tgz", digest: { sha512: "00" } }],
    predicateType: "https://slsa.dev/provenance/v1"
  })
  expect(JSON.stringify(made)).toContain('"gitCommit":"abc"')
})

describe("a repository that is not ready", () => {
  const folder = mkdtempSync(join(tmpdir(), "rocflow-release-test-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("is not released, for all reasons at once, and stays as it is", () => {
    const git = (...args: ReadonlyArray<string>) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        cwd: folder,
        encoding: "utf8"
      })
    mkdirSync(join(folder, "scripts"))
    cpSync(join(root, "scripts/release.ts"), join(folder, "scripts/release.ts"))
    writeFileSync(join(folder, "package.json"), '{ "version": "0.3.0", "type": "module" }\n')
    writeFileSync(join(folder, "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\n## 0.3.0 – 2026-01-01\n\n- x\n")
    git("init", "--quiet", "--initial-branch", "work")
    git("add", ".")
    git("commit", "--quiet", "--message", "x")
    git("tag", "v0.2.0")
    writeFileSync(join(folder, "new.txt"), "not committed")
    const { status, stderr } = spawnSync(process.execPath, ["scripts/release.ts", "0.2.0"], {
      cwd: folder,
      encoding: "utf8"
    })
    expect(status).toBe(1)
    expect(stderr.trim().split("\n")).toEqual([
      "not ready: 0.2.0 does not follow 0.3.0; give three numbers, as in 0.2.0",
      "not ready: the branch is work; releases are made on main",
      "not ready: there are changes that are not committed",
      "not ready: the tag v0.2.0 is there already",
      "not ready: CHANGELOG.md has nothing under Unreleased"
    ])
    expect(git("status", "--porcelain")).toBe("?? new.txt\n")
  })
})
