/**
 * `rocflow doctor --install tfjs-node`: builds TensorFlow.js's native backend where the engine finds it.
 *
 * The package's own install script downloads from a host that does not answer. So the package comes from npm without
 * its scripts, TensorFlow's library and headers from its wheel on PyPI, and the addon from the compiler. All of it is
 * done in a folder of its own, which gets its name at the end, when the addon has computed something: a folder with the
 * name is complete. Nothing else on the machine is changed.
 */
import * as Tfjs from "@rocflow/core/engine/tfjs/Tfjs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** tfjs-node was not built; everything is as it was before. @category errors */
export class InstallFailed extends Schema.TaggedError<InstallFailed>()("InstallFailed", {
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `tfjs-node is not installed: ${this.given}; ${this.rule}; ${this.advice}`
  }
}

const tensorflow = "2.21.0"
const headers = "1.9.0"

interface Command {
  readonly title: string
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const words = (text: string): ReadonlyArray<string> => text.split(" ")

const tools: ReadonlyArray<Command> = [
  { title: "npm", command: "npm", args: ["--version"] },
  { title: "python3 with pip", command: "python3", args: ["-m", "pip", "--version"] },
  { title: "g++", command: "g++", args: ["--version"] }
]

/** Unpacks what is needed of the wheel in the folder: the two libraries and the headers. */
const unpack = `
import glob, zipfile
with zipfile.ZipFile(glob.glob("*.whl")[0]) as wheel:
    libraries = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
    wheel.extractall("wheel", [n for n in wheel.namelist() if n in libraries or n.startswith("tensorflow/include/")])
`

/** Loads the package as the engine does, and multiplies 2 by 3. */
const attempt = `
const util = require("node:util")
util.isNullOrUndefined ??= (value) => value == null
util.isArray ??= Array.isArray
const tf = require("@tensorflow/tfjs-node")
const product = tf.matMul(tf.tensor2d([[2]]), tf.tensor2d([[3]])).dataSync()[0]
if (tf.getBackend() !== "tensorflow" || product !== 6) throw new Error(tf.getBackend() + " says that 2 times 3 is " + product)
`

const addon = "node_modules/@tensorflow/tfjs-node"
const libraries = `${addon}/deps/lib`
const binding = `${addon}/lib/napi-v8`

/** The last try, of the folder as it is found later. */
const trial: Command = { title: "Try it", command: process.execPath, args: ["-e", attempt] }

const fetching: ReadonlyArray<Command> = [
  {
    title: `Take @tensorflow/tfjs-node ${Tfjs.nativeVersion} from npm, without its install script`,
    command: "npm",
    args: [
      ...words("install --ignore-scripts --no-audit --no-fund"),
      `@tensorflow/tfjs-node@${Tfjs.nativeVersion}`,
      `node-api-headers@${headers}`
    ]
  },
  {
    title: `Download TensorFlow ${tensorflow} from PyPI (270 MB)`,
    command: "python3",
    // Of the wheel no Python is used, so one version serves whatever runs pip.
    args: [
      ...words("-m pip download --no-deps --only-binary=:all: --python-version 3.12"),
      `tensorflow-cpu==${tensorflow}`
    ]
  },
  { title: "Unpack its libraries and headers", command: "python3", args: ["-c", unpack] }
]

const compiling: Command = {
  title: "Compile the addon",
  command: "g++",
  args: [
    ...words("-std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=tfjs_binding"),
    ...words(`${addon}/binding/tfjs_backend.cc ${addon}/binding/tfjs_binding.cc`),
    ...words(`-Inode_modules/node-api-headers/include -Iwheel/tensorflow/include -I${addon}`),
    ...words(`-L${libraries} -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2`),
    ...words(`-Wl,-rpath,$ORIGIN/../../deps/lib -o ${binding}/tfjs_binding.node`)
  ]
}

/** Runs a command in a folder: its exit code, and what it wrote. */
const ended = Effect.fnUntraced(function* ({ args, command }: Command, cwd: string) {
  const { all, exitCode } = yield* ChildProcess.make(command, args, { cwd, stdin: "ignore" })
  const [text, code] = yield* Effect.all([Stream.mkString(Stream.decodeText(all)), exitCode], { concurrency: 2 })
  return { code, text }
}, Effect.scoped)

const lastWords = (text: string): string => text.trim().split("\n").slice(-4).join("\n")

const step = Effect.fnUntraced(function* (command: Command, cwd: string) {
  const { code, text } = yield* Effect.catchTag(ended(command, cwd), "PlatformError", ({ message }) =>
    Effect.succeed({ code: 1, text: message })
  )
  if (code === 0) return
  return yield* new InstallFailed({
    given: `the step "${command.title}" failed: ${lastWords(text)}`,
    rule: "each step must succeed, and what was done is removed again",
    advice:
      "mend that (network, disk space of 2.5 GB) and repeat the command, or leave the choice of the engine to rocflow"
  })
})

const requireTools = Effect.gen(function* () {
  if (process.platform !== "linux") {
    return yield* new InstallFailed({
      given: `this is ${process.platform}`,
      rule: "TensorFlow's wheel has what the addon needs on Linux only",
      advice: "try `npm install @tensorflow/tfjs-node` in your project, or leave the choice of the engine to rocflow"
    })
  }
  const missing = yield* Effect.filter(tools, (tool) =>
    Effect.match(ended(tool, "."), { onFailure: () => true, onSuccess: ({ code }) => code !== 0 })
  )
  if (missing.length === 0) return
  return yield* new InstallFailed({
    given: `this machine lacks ${missing.map(({ title }) => title).join(", ")}`,
    rule: `building it takes ${tools.map(({ title }) => title).join(", ")}`,
    advice: "install them (Debian: `apt install npm python3-pip g++`), or leave the choice of the engine to rocflow"
  })
})

/** Builds it in a folder that is empty. */
const build = Effect.fnUntraced(function* (work: string, say: (title: string) => Effect.Effect<void>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const at = (name: string) => path.join(work, name)
  const run = (command: Command) => Effect.andThen(say(command.title), step(command, work))
  // Without a package.json of its own npm would install into a folder above.
  yield* fs.writeFileString(at("package.json"), '{ "private": true }\n')
  yield* Effect.forEach(fetching, run, { discard: true })
  yield* Effect.forEach([libraries, binding], (name) => fs.makeDirectory(at(name), { recursive: true }))
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
    yield* fs.rename(at(`wheel/tensorflow/${name}`), at(`${libraries}/${name}`))
  }
  yield* run(compiling)
  const needless = (yield* fs.readDirectory(work)).filter((name) => name === "wheel" || name.endsWith(".whl"))
  yield* Effect.forEach(needless, (name) => fs.remove(at(name), { recursive: true }))
  yield* run(trial)
})

/**
 * Builds tfjs-node, unless a folder that works is there. Tells of each step on standard error. Errors: `InstallFailed`
 * for a machine that lacks a tool and for a step that fails, errors of the file system.
 */
export const installTfjsNode = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = Tfjs.nativeFolder()
  if (yield* fs.exists(folder)) {
    const works = yield* Effect.result(step(trial, folder))
    if (works._tag === "Success") return yield* Console.error(`tfjs-node is installed already: ${folder}`)
    yield* Console.error(`tfjs-node in ${folder} does not work, and is built anew`)
  }
  yield* requireTools
  const parent = path.dirname(folder)
  yield* fs.makeDirectory(parent, { recursive: true })
  yield* Effect.scoped(
    Effect.gen(function* () {
      // Beside its later place, so that it can be renamed.
      const work = path.join(yield* fs.makeTempDirectoryScoped({ directory: parent, prefix: "building-" }), "tfjs-node")
      yield* fs.makeDirectory(work)
      yield* build(work, (title) => Console.error(`${title} …`))
      yield* fs.remove(folder, { recursive: true, force: true })
      yield* fs.rename(work, folder)
    })
  )
  yield* Console.error(`tfjs-node is installed: ${folder}`)
})
