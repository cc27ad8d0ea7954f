import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { untyped } from '../support/untyped.ts'

const here = new URL('./', import.meta.url)

function sourcesIn(folder: URL, ending: string): readonly { readonly name: string; readonly text: string }[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending))
  return names.map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))
}

const sources = sourcesIn(here, '.test.ts').filter(({ name }) => name !== 'complete.test.ts')

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** The rows of the catalogue of bad inputs and faults that the core answers for: sections A to G. Those of H and I, and 127 about checkpoints, come with what they are about. */
const PROMISED = [...range(1, 126), 128]

/** Rows that cannot have a test yet, or never will, and why. */
const WITHOUT: ReadonlyMap<number, string> = new Map([
  [62, 'what a step does to its own process is outside of what a library can promise'],
])

/** Of these rows a part is waited for; the rest has its tests. An option that is to come is refused until then. */
const IN_PART: ReadonlyMap<number, { readonly waits: string; readonly option?: object }> = new Map([
  [8, { waits: 'a limit for paths without a host; with one, too long a path is SC_LIMIT when it runs' }],
  [20, { waits: 'Object.isFrozen of a definition: own properties can still be put on one' }],
  [43, { waits: 'SC_CHECKPOINT_LOCKED for a second live run of one id, which needs checkpoints' }],
  [58, { waits: 'the warning in strict mode that only one reader can use an iterator' }],
  [59, { waits: 'a testing kit, in which freeze is the default' }],
  [61, { waits: 'the depth of runs that a step begins after it has waited: those are not counted' }],
  [91, { waits: 'races, which there are none of: what loses is abandoned in a group, or for a fallback' }],
  [93, { waits: 'a checkpoint that is written while the run is aborted; a host that keeps an outcome is tested' }],
  [94, { waits: 'the report, which tells of hooks that failed too' }],
  [96, { waits: 'a redacted view of the context in events' }],
  [100, { waits: 'a guard against lines that a logger causes after it has waited for something' }],
  [
    114,
    {
      waits:
        "less than 5 ms for the largest: an object's keys have to be listed to be counted, and no test measures time",
    },
  ],
])

/** What is done otherwise than the catalogue says, and why. The tests of these rows say what is done. */
const OTHERWISE: ReadonlyMap<number, string> = new Map([
  [3, 'an out that is undefined is no out, as everywhere in TypeScript'],
  [12, 'maxDelay and maxElapsed may be Infinity, which bounds nothing'],
  [14, 'only backoff may be a function, and NaN is no number of ms that could be kept within bounds'],
  [30, 'a proxy of a plain object cannot be told from one'],
  [39, 'a signal needs removeEventListener too, or a listener would be left behind'],
  [56, 'a revoked proxy cannot be asked whether it is a thenable, so that its step fails'],
  [116, 'what a logger of others does with a message is its own'],
])

/** Rows that promise a compile error too, or a type. */
const TYPED = [1, 16, 17, 28, 60, 104]

/** The rows that the titles of a file name. */
function rowsIn(text: string, call: string = 'promised'): readonly number[] {
  return [...text.matchAll(new RegExp(`\\b${call}\\(\\s*[\`'"]row (\\d+): `, 'g'))].map(([, row]) => Number(row))
}

describe('the catalogue', () => {
  const tested = new Set(sources.flatMap(({ text }) => rowsIn(text)))

  test('has a test for every row that is promised', () => {
    expect(PROMISED.filter((row) => !tested.has(row) && !WITHOUT.has(row))).toEqual([])
  })

  test('has type tests for what the compiler is to refuse', () => {
    const types = sourcesIn(new URL('../types/', here), '.test-d.ts').flatMap(({ text }) => rowsIn(text, 'test'))
    expect(new Set(types)).toEqual(new Set(TYPED))
  })

  test('has tests for no rows but those', () => {
    expect([...tested].filter((row) => !PROMISED.includes(row))).toEqual([])
  })

  test('excuses no row that has a test, and no part of one that has none', () => {
    expect([...WITHOUT.keys()].filter((row) => tested.has(row) || !PROMISED.includes(row))).toEqual([])
    expect([...IN_PART.keys(), ...OTHERWISE.keys()].filter((row) => !tested.has(row))).toEqual([])
  })

  test('waits for no option that is there', () => {
    const isTaken = (option: object): boolean => {
      try {
        return untyped('c', option).name === 'c'
      } catch {
        return false
      }
    }
    const there = [...IN_PART].filter(([, { option }]) => option !== undefined && isTaken(option))
    expect(there, 'test these rows whole, and take them off the list').toEqual([])
  })

  test('makes every test under the global promises', () => {
    for (const { name, text } of sources) {
      expect(text, name).not.toMatch(/^\s*(test|it)(\.\w+)*\(/m)
      const titles = [...text.matchAll(/\bpromised\(\s*[`'"](.*)/g)].map(([, title]) => title ?? '')
      expect(
        titles.filter((title) => !/^row \d+: /.test(title)),
        name,
      ).toEqual([])
      expect(titles.length, name).toBe(text.match(/\bpromised\(/g)?.length)
    }
  })

  test('keeps the rows of a section in files of that section', () => {
    const sections: readonly (readonly [string, number, number])[] = [
      ['a', 1, 29],
      ['b', 30, 43],
      ['c', 44, 69],
      ['d', 70, 93],
      ['e', 94, 102],
      ['f', 103, 117],
      ['g', 118, 128],
    ]
    for (const { name, text } of sources) {
      const [, first = 0, last = 0] = sections.find(([letter]) => name.startsWith(`${letter}-`)) ?? []
      expect(
        rowsIn(text).filter((row) => row < first || row > last),
        name,
      ).toEqual([])
    }
  })
})
