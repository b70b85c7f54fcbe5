import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Catalogue from "../../src/datasets/Catalogue.ts"
import * as Address from "../../src/datasets/internal/address.ts"
import { entryOf, temporary, withClient } from "./support/sets.ts"
import { file, sha256, start } from "./support/server.ts"

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..")
const shared = join(root, "../shared/data")

const messageOf = (value: unknown): string =>
  Result.match(Catalogue.fromJson(value, "ours.json"), {
    onSuccess: () => "",
    onFailure: ({ message }) => message
  })

const entry = entryOf("https://example.org/points.csv")
const { convert, files, ...others } = entry

describe("the built-in catalogue", () => {
  it("is one by the schema of catalogue files, and all that it names is encrypted", () => {
    const json: unknown = JSON.parse(JSON.stringify({ datasets: Catalogue.builtin.datasets }))
    const read = Result.getOrThrow(Catalogue.fromJson(json, "built-in"))
    assert.deepStrictEqual(read, Catalogue.builtin)
    for (const { files, name } of read.datasets) {
      for (const { url } of Object.values(files)) {
        assert.isTrue(Result.isSuccess(Address.parse(url, () => false)), `${name}: ${url}`)
      }
    }
  })

  it("finds names however they are written, and says what was probably meant", () => {
    const find = (name: string) => Catalogue.find(Catalogue.builtin, name)
    assert.strictEqual(Result.getOrThrow(find("FashionMNIST")).name, "fashion-mnist")
    assert.strictEqual(Result.getOrThrow(find("EMNIST")).name, "emnist")
    const unknown = Result.getOrThrow(Result.flip(find("pengiuns")))
    assert.strictEqual(unknown.reason, "UnknownName")
    assert.strictEqual(unknown.message, '"pengiuns" is no data set of the built-in catalogue. Did you mean "penguins"?')
  })

  it.skipIf(!existsSync(join(shared, "mnist")))("has the hashes of files that are known here", () => {
    const { files } = Result.getOrThrow(Catalogue.find(Catalogue.builtin, "mnist"))
    for (const name of ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]) {
      const bytes = readFileSync(join(shared, "mnist", name))
      assert.deepStrictEqual([sha256(bytes), bytes.length], [files[name]!.sha256, files[name]!.bytes])
    }
  })
})

describe("a catalogue of one's own", () => {
  it("is refused with every key that is wrong, and what was probably meant", () => {
    const [part] = convert.parts
    const message = messageOf({
      datasets: [
        {
          ...entry,
          licens: "MIT",
          title: "Points\nmodules: [x.ts]",
          rows: 0,
          convert: { ...convert, parts: [{ ...part, file: "../x" }] }
        }
      ]
    })
    assert.match(message, /^ours\.json is no catalogue: /)
    assert.match(message, /datasets\[0\]\.licens is not a known key; did you mean "licence"\?/)
    assert.match(message, /datasets\[0\]\.title Expected a text on one line, got /)
    assert.match(message, /datasets\[0\]\.rows Expected a value greater than 0, got 0/)
    assert.match(message, /parts\[0\]\.file Expected a name of letters, digits, dots and hyphens, got "\.\.\/x"/)
    assert.match(messageOf([]), /^ours\.json is no catalogue/)
  })

  it("is refused where its parts do not fit", () => {
    const cases: ReadonlyArray<readonly [value: unknown, words: RegExp]> = [
      [
        { datasets: [{ ...entry, files: { ...files, "../x": files["points.csv"] } }] },
        /has a file "\.\.\/x"; names are/
      ],
      [{ datasets: [entry, { ...entry, name: "po-ints" }] }, /has "po-ints" twice\. Rename one of the two\./],
      [
        { datasets: [{ ...others, files, convert: { type: "table", parts: [{ file: "other.csv" }] } }] },
        /has "points", which takes "other\.csv", which is not among its files/
      ],
      [
        { datasets: [{ ...entry, convert: { ...convert, part: "set" } }] },
        /has a column for the names of its parts, but not every part has a name/
      ],
      [
        {
          datasets: [
            {
              ...others,
              files,
              convert: {
                type: "table",
                part: "set",
                parts: [
                  { name: "a", file: "points.csv" },
                  { name: "a", file: "points.csv" }
                ]
              }
            }
          ]
        },
        /has two parts of one name/
      ]
    ]
    for (const [value, words] of cases) assert.match(messageOf(value), words)
  })

  it.live("comes from a file or an address of this machine, and from no other place", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const text = JSON.stringify({ datasets: [entry] })
        server.answer("/ours.json", file(text))
        server.answer("/broken.json", file("{"))
        const place = join(yield* temporary, "ours.json")
        writeFileSync(place, text)
        for (const from of [place, server.url("/ours.json")]) {
          assert.deepStrictEqual((yield* Catalogue.read(from)).datasets, [entry])
        }
        for (const [from, words] of [
          [server.url("/broken.json"), /is no JSON\. A catalogue is \{ "datasets"/],
          [server.url("/absent.json"), /is not there any more \(404\)/],
          [`${place}.absent`, /cannot be read\. Name a catalogue/],
          ["http://example.org/ours.json", /is not encrypted/],
          ["ftp://example.org/ours.json", /is neither https nor http/]
        ] as const) {
          assert.match((yield* Effect.flip(Catalogue.read(from))).message, words)
        }
      })
    )
  )

  it("may be written as the schema says, and read again", () => {
    const document = Schema.encodeSync(Catalogue.Document)({ http: true, datasets: [entry] })
    assert.deepStrictEqual(Result.getOrThrow(Catalogue.fromJson(document, "ours.json")), {
      source: "ours.json",
      http: true,
      datasets: [entry]
    })
  })
})

describe("the documentation", () => {
  it("has a catalogue that is one", () => {
    const text = readFileSync(join(root, "docs/data.md"), "utf8")
    const [, block] = /^```json\n(.*?)^```$/ms.exec(text)!
    assert.strictEqual(Result.getOrThrow(Catalogue.fromJson(JSON.parse(block!), "docs")).datasets.length, 1)
  })
})

describe("an address", () => {
  it("does not lead from https to http, unless the catalogue allows it", () => {
    const https = new URL("https://example.org/a")
    const refused = Address.parse("http://example.org/b", () => false, https)
    assert.match(
      Result.getOrThrow(Result.flip(refused)).message,
      /^http:\/\/example\.org\/b, to which https:\/\/example\.org\/a redirects, is not encrypted/
    )
    assert.strictEqual(Result.getOrThrow(Address.parse("/b", () => false, https)).href, "https://example.org/b")
    assert.isTrue(Result.isSuccess(Address.parse("http://example.org/b", () => true, https)))
  })

  it("is of this machine by its name, not by what looks like it", () => {
    const local = (url: string) => Address.isLocal(new URL(url))
    for (const url of ["http://localhost:1/", "http://127.0.0.1/", "http://127.1/", "http://[::1]/"]) {
      assert.isTrue(local(url), url)
    }
    for (const url of ["http://localhost.example.org/", "http://127.0.0.1.example.org/", "http://128.0.0.1/"]) {
      assert.isFalse(local(url), url)
    }
  })
})
