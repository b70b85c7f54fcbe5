/** The language server that editors use for YAML, spoken to over its standard input and output. */
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

const bin = createRequire(import.meta.url).resolve("yaml-language-server/bin/yaml-language-server")

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly uri?: string; readonly items?: ReadonlyArray<unknown>; readonly diagnostics?: unknown }
  readonly result?: unknown
}

/** A problem, with the line from 0. */
export interface Diagnostic {
  readonly message: string
  readonly range: { readonly start: { readonly line: number } }
}

export interface Completion {
  readonly label: string
  readonly insertText?: string
  readonly documentation?: string | { readonly value: string }
}

/** Where the bar is in a text, which is taken out of it. */
const cursorOf = (marked: string) => {
  const before = marked.slice(0, marked.indexOf("|")).split("\n")
  return {
    text: marked.replace("|", ""),
    position: { line: before.length - 1, character: before.at(-1)!.length }
  }
}

/** Starts a server for files in a directory. */
export const start = async (directory: string) => {
  const child = spawn(process.execPath, [bin, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] })
  const answers = new Map<number, (result: unknown) => void>()
  const problems = new Map<string, (found: ReadonlyArray<Diagnostic>) => void>()
  let ids = 0
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const ask = (method: string, params: object): Promise<unknown> =>
    new Promise((resolve) => {
      ids += 1
      answers.set(ids, resolve)
      send({ id: ids, method, params })
    })
  const receive = ({ id, method, params = {}, result }: Message) => {
    if (method === undefined) return answers.get(id!)?.(result)
    if (method === "textDocument/publishDiagnostics") {
      problems.get(params.uri!)?.(params.diagnostics as ReadonlyArray<Diagnostic>)
    }
    // It asks for its settings, of which there are none, and wants to be told of changes of files.
    if (id !== undefined)
      send({ id, result: method === "workspace/configuration" ? params.items!.map(() => ({})) : null })
  }
  let buffer = Buffer.alloc(0)
  child.stdout.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const header = buffer.indexOf("\r\n\r\n")
      if (header < 0) return
      const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, header).toString())![1])
      const end = header + 4 + length
      if (buffer.length < end) return
      receive(JSON.parse(buffer.subarray(header + 4, end).toString()) as Message)
      buffer = buffer.subarray(end)
    }
  })
  await ask("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(directory).href,
    capabilities: { textDocument: { completion: { completionItem: { documentationFormat: ["markdown"] } } } }
  })
  send({ method: "initialized", params: {} })
  let files = 0
  /** Opens a text as a file of its own. */
  const open = (text: string): string => {
    files += 1
    const uri = pathToFileURL(`${directory}/experiment${files}.yaml`).href
    send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } })
    return uri
  }
  return {
    /** What is shown at the bar. */
    hover: async (marked: string): Promise<string> => {
      const { position, text } = cursorOf(marked)
      const found = await ask("textDocument/hover", { textDocument: { uri: open(text) }, position })
      return (found as { readonly contents: { readonly value: string } } | null)?.contents.value ?? ""
    },
    /** What is proposed at the bar. */
    complete: async (marked: string): Promise<ReadonlyArray<Completion>> => {
      const { position, text } = cursorOf(marked)
      const found = await ask("textDocument/completion", { textDocument: { uri: open(text) }, position })
      return (found as { readonly items: ReadonlyArray<Completion> } | null)?.items ?? []
    },
    /** What is wrong with a text. */
    check: (text: string): Promise<ReadonlyArray<Diagnostic>> =>
      new Promise((resolve) => {
        problems.set(pathToFileURL(`${directory}/experiment${files + 1}.yaml`).href, resolve)
        open(text)
      }),
    stop: () => child.kill()
  }
}
