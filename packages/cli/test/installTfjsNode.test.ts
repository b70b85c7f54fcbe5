/** The steps with tools that only pretend; no test downloads anything. */
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { folder, remove, rocflow } from "./support/cli.ts"

const addon = "node_modules/@tensorflow/tfjs-node"

/** npm that makes a package whose "computation" is right. */
const npm = `#!/bin/sh
[ "$1" = --version ] && exit 0
mkdir -p ${addon}
echo "exports.getBackend = () => 'tensorflow'
exports.tensor2d = ([[x]]) => x
exports.matMul = (a, b) => ({ dataSync: () => [a * b] })" > ${addon}/index.js
`
/** pip downloads, and unpacks by \`-c\`. */
const python3 = `#!/bin/sh
[ "$1" = -c ] && mkdir -p wheel/tensorflow && touch wheel/tensorflow/libtensorflow_cc.so.2 wheel/tensorflow/libtensorflow_framework.so.2
[ "$3" = download ] && touch tensorflow.whl
exit 0
`
const compiler = "#!/bin/sh\nexit 0\n"
const failing = '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "disk full" >&2\nexit 1\n'

let home: string
beforeAll(() => {
  home = folder({
    "all/npm": npm,
    "all/python3": python3,
    "all/g++": compiler,
    "broken/npm": npm,
    "broken/python3": python3,
    "broken/g++": failing,
    "some/python3": python3,
    "package.json": "{}\n"
  })
  for (const name of ["all", "broken", "some"]) {
    for (const tool of readdirSync(join(home, name))) chmodSync(join(home, name, tool), 0o755)
  }
})
afterAll(() => remove(home))

const install = (tools: string, cache: string, rest = "/bin") =>
  rocflow(["doctor", "--install", "tfjs-node"], home, {
    PATH: [join(home, tools), rest].filter((path) => path !== "").join(delimiter),
    XDG_CACHE_HOME: join(home, cache)
  })

const made = (cache: string) => (existsSync(join(home, cache)) ? readdirSync(join(home, cache, "rocflow")) : [])

describe.runIf(process.platform === "linux")("rocflow doctor --install tfjs-node", () => {
  it("tells of its steps, makes one folder, changes nothing else, and a second time makes nothing", async () => {
    const first = await install("all", "whole")
    expect(first.stderr.split("\n").filter((line) => line.endsWith("…"))).toEqual([
      "Take @tensorflow/tfjs-node 4.22.0 from npm, without its install script …",
      "Download TensorFlow 2.21.0 from PyPI (270 MB) …",
      "Unpack its libraries and headers …",
      "Compile the addon …",
      "Try it …"
    ])
    expect(made("whole")).toEqual([`tfjs-node-4.22.0-linux-${process.arch}`])
    expect(readdirSync(join(home, "whole", "rocflow", made("whole")[0]!)).sort()).toEqual([
      "node_modules",
      "package.json"
    ])
    expect(readdirSync(home).sort()).toEqual(["all", "broken", "package.json", "some", "whole"])
    const again = await install("all", "whole")
    expect(again.stderr).toMatch(/^tfjs-node is installed already: .*\n$/)
  })

  it("says which tools are missing", async () => {
    const { code, stderr } = await install("some", "missing", "")
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /tfjs-node is not installed: this machine lacks npm, g\+\+; building it takes npm, python3 with pip, g\+\+; install them/
    )
    expect(made("missing")).toEqual([])
  })

  it("leaves nothing of a step that failed, and says what it said", async () => {
    const { code, stderr } = await install("broken", "half")
    expect(code).toBe(1)
    expect(stderr).toMatch(/the step "Compile the addon" failed: disk full; each step must succeed/)
    expect(made("half")).toEqual([])
  })

  it("builds anew what does not work", async () => {
    const name = `tfjs-node-4.22.0-linux-${process.arch}`
    mkdirSync(join(home, "worn", "rocflow", name), { recursive: true })
    const { stderr } = await install("all", "worn")
    expect(stderr).toMatch(/^tfjs-node in .* does not work, and is built anew\n/)
    expect(readdirSync(join(home, "worn", "rocflow", name)).sort()).toEqual(["node_modules", "package.json"])
  })
})
