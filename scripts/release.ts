/**
 * Makes a release: version, changelog, packages with their provenance, commit and tag. It neither pushes nor publishes.
 *
 *     node scripts/release.ts VERSION [--dry-run]
 *
 * With --dry-run it does all of that in a copy that is removed afterwards, says what would be wrong here, and changes nothing.
 * A release leaves the tarballs in `release/`, beside `provenance.json`: an in-toto statement (SLSA 1) that says from which
 * commit, with what lockfile, Node and npm they were made, and what their hashes are.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"

const here = join(import.meta.dirname, "..")

type Numbers = readonly [number, number, number]

const numbersOf = (version: string): Numbers | undefined => {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])]
}

/** Whether a version is one, and comes after another. */
export const follows = (version: string, before: string): boolean => {
  const [one, other] = [numbersOf(version), numbersOf(before)]
  if (one === undefined || other === undefined) return false
  const at = one.findIndex((part, i) => part !== other[i])
  return at >= 0 && one[at]! > other[at]!
}

/** The changelog with what is unreleased under a version and a day; undefined where nothing is unreleased. */
export const released = (changelog: string, version: string, day: string): string | undefined => {
  const [, before, body = "", after = ""] = /^([^]*?\n## Unreleased\n)([^]*?)(\n## [^]*)?$/.exec(changelog) ?? []
  return before === undefined || body.trim() === ""
    ? undefined
    : `${before}\n## ${version} – ${day}\n\n${body.trim()}\n${after}`
}

/** A package.json or package-lock.json, in which the packages of the repository have another version. */
export const renumbered = (text: string, from: string, to: string): string => {
  const visit = (value: unknown, own: boolean): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (inner === from && (key.startsWith("@rocflow/") || (own && key === "version"))) return [key, to]
        // In a lockfile what stands at no path of node_modules is of the repository.
        return [key, visit(inner, own && key === "packages" ? true : own && !key.startsWith("node_modules/"))]
      })
    )
  }
  return `${JSON.stringify(visit(JSON.parse(text), true), null, 2)}\n`
}

/** What a tarball was made of, as an in-toto statement. */
export const statement = (of: {
  readonly version: string
  readonly commit: string
  readonly lockfile: string
  readonly npm: string
  readonly files: ReadonlyArray<{ readonly name: string; readonly sha512: string }>
}) => ({
  _type: "https://in-toto.io/Statement/v1",
  subject: of.files.map(({ name, sha512 }) => ({ name, digest: { sha512 } })),
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: "https://docs.npmjs.com/cli/commands/npm-pack",
      externalParameters: { version: of.version, tag: `v${of.version}` },
      resolvedDependencies: [
        { name: "source", digest: { gitCommit: of.commit } },
        { name: "package-lock.json", digest: { sha512: of.lockfile } }
      ]
    },
    runDetails: {
      builder: { id: "scripts/release.ts", version: { node: process.versions.node, npm: of.npm } }
    }
  }
})

/** Runs a program to its end and gives what it printed. */
const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  const PATH = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`
  const { status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, PATH } })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`)
  return stdout.trim()
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const sha512 = (file: string): string => createHash("sha512").update(readFileSync(file)).digest("hex")

const versionOf = (root: string): string =>
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string }).version

/** What stands in the way of a release. */
const problemsOf = (root: string, version: string): ReadonlyArray<string> => {
  const before = versionOf(root)
  const branch = run(root, "git", "branch", "--show-current")
  return [
    ...(follows(version, before) ? [] : [`${version} does not follow ${before}; give three numbers, as in 0.2.0`]),
    ...(branch === "main" ? [] : [`the branch is ${branch}; releases are made on main`]),
    ...(run(root, "git", "status", "--porcelain") === "" ? [] : ["there are changes that are not committed"]),
    ...(run(root, "git", "tag", "--list", `v${version}`) === "" ? [] : [`the tag v${version} is there already`]),
    ...(released(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version, "") === undefined
      ? ["CHANGELOG.md has nothing under Unreleased"]
      : [])
  ]
}

/** Writes the version into all packages, and the changelog. */
const renumber = (root: string, version: string): void => {
  const before = versionOf(root)
  const change = (file: string, to: (text: string) => string) => {
    const path = join(root, file)
    writeFileSync(path, to(readFileSync(path, "utf8")))
  }
  const manifests = globSync(
    ["package.json", "package-lock.json", "packages/*/package.json", "examples/package.json"],
    {
      cwd: root
    }
  )
  for (const file of manifests) change(file, (text) => renumbered(text, before, version))
  for (const file of ["packages/cli/src/version.ts", "packages/core/src/Version.ts"]) {
    change(file, (text) => text.replace(`"${before}"`, `"${version}"`))
  }
  const day = new Date().toISOString().slice(0, 10)
  change("CHANGELOG.md", (text) => released(text, version, day) ?? text)
}

const published = (root: string): ReadonlyArray<string> =>
  globSync("packages/*/package.json", { cwd: root })
    .filter((file) => !("private" in (JSON.parse(readFileSync(join(root, file), "utf8")) as object)))
    .map((file) => dirname(file))

/** Packs every public package into `release/`, and says what it was made of. */
const pack = (root: string, version: string): void => {
  const into = join(root, "release")
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into)
  run(root, "npm", "pack", ...published(root).flatMap((folder) => ["-w", folder]), "--pack-destination", into)
  const files = readdirSync(into).map((name) => ({ name, sha512: sha512(join(into, name)) }))
  const made = statement({
    version,
    commit: run(root, "git", "rev-parse", "HEAD"),
    lockfile: sha512(join(root, "package-lock.json")),
    npm: run(root, "npm", "--version"),
    files
  })
  writeFileSync(join(into, "provenance.json"), `${JSON.stringify(made, null, 2)}\n`)
  for (const { name, sha512 } of files) say(`  release/${name}  sha512 ${sha512.slice(0, 16)}…`)
}

/** A copy of what is committed here, or would be: tracked files as they are now. */
const copy = (root: string): string => {
  const to = mkdtempSync(join(tmpdir(), "rocflow-release-"))
  run(root, "git", "clone", "--quiet", "--no-hardlinks", root, to)
  const changed = run(root, "git", "ls-files", "--cached", "--others", "--exclude-standard").split("\n")
  for (const file of changed) if (existsSync(join(root, file))) cpSync(join(root, file), join(to, file))
  mkdirSync(join(to, "node_modules"))
  for (const name of readdirSync(join(root, "node_modules"))) {
    // The packages of the repository are links that lead to where they are.
    if (name === "@rocflow")
      cpSync(join(root, "node_modules", name), join(to, "node_modules", name), {
        recursive: true,
        verbatimSymlinks: true
      })
    else symlinkSync(join(root, "node_modules", name), join(to, "node_modules", name))
  }
  return to
}

/** All of a release in one folder: the version, what depends on it, a commit with its tag, the packages. */
const make = (root: string, version: string): void => {
  renumber(root, version)
  for (const script of ["buildSchema", "buildExplorer"]) run(root, process.execPath, `scripts/${script}.ts`)
  run(root, "npm", "run", "--silent", "check")
  say(`version ${version}: packages, lockfile and changelog; types, format and generated files are in order`)
  run(root, "git", "commit", "--quiet", "--all", "--message", `Version ${version}`)
  run(root, "git", "tag", "--annotate", `v${version}`, "--message", `Version ${version}`)
  say(`commit ${run(root, "git", "rev-parse", "--short", "HEAD")}, tag v${version}`)
  pack(root, version)
}

const release = (version: string, dry: boolean): void => {
  const problems = problemsOf(here, version)
  if (problems.length > 0) {
    process.stderr.write(`${problems.map((problem) => `not ready: ${problem}`).join("\n")}\n`)
    process.exitCode = 1
    if (!dry || !follows(version, versionOf(here))) return
  }
  if (!dry) {
    say("npm test, which takes some minutes")
    run(here, "npm", "test")
    make(here, version)
    say(`next: git push --follow-tags; then, where npm can see who builds, for each file of release/:`)
    say("  npm publish FILE --provenance --access public")
    return
  }
  const there = copy(here)
  try {
    make(there, version)
    say(`nothing was changed here: all of this was done in ${basename(there)}, which is removed`)
  } finally {
    rmSync(there, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const args = process.argv.slice(2)
  const [version, ...others] = args.filter((arg) => arg !== "--dry-run")
  if (version === undefined || others.length > 0) {
    process.stderr.write("give the version: node scripts/release.ts 0.2.0 [--dry-run]\n")
    process.exitCode = 1
  } else release(version, args.includes("--dry-run"))
}
