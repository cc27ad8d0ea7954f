import { loadavg } from 'node:os'
import slowRedact from '@pinojs/redact'
import fastRedact from 'fast-redact'
import { redactorOf } from '../src/observe/redactor.ts'
import { secret } from '../src/observe/secret.ts'
import { scrub } from '../src/scrub.ts'
import { median, shuffle } from './measure.ts'

// How long it takes to print a line of 50 fields, as the ratio to JSON.stringify; and to look through a text for secrets.
// `npm run redact` in this folder. Everything takes turns in one process, since what is compared is one call each.

const ROUNDS = 60
const CALLS = 400
const FIELDS = 50

type Row = Readonly<Record<string, unknown>>

const secrets = Array.from({ length: FIELDS }, () => secret(`sk_live_${crypto.randomUUID()}`, { label: 'key' }))

function row(name: string, value: (index: number) => unknown): Row {
  return Object.fromEntries(Array.from({ length: FIELDS }, (_, index) => [`${name}${index}`, value(index)]))
}

const text = (index: number): unknown => (index % 3 === 0 ? index * 37 : `value of field ${index}`)
const hidden: Row = Object.fromEntries(
  Array.from({ length: FIELDS }, (_, index) => [`field${index}Token`, text(index)]),
)
const plain = row('field', text)
const values = row('field', (index) => secrets[index]?.reveal())

const { view } = redactorOf()
const paths = Object.keys(hidden)
const fast = fastRedact({ paths })
const slow = slowRedact({ paths })

let printed = 0
const print = (line: unknown): void => void (printed += String(line).length)

const lines: Readonly<Record<string, Readonly<Record<string, () => void>>>> = {
  '50 fields hidden by name': {
    'JSON.stringify': () => print(JSON.stringify(hidden)),
    ours: () => print(view.under([], hidden)),
    'fast-redact': () => print(fast(hidden)),
    '@pinojs/redact': () => print(slow(hidden)),
  },
  '50 fields that are secrets': {
    'JSON.stringify': () => print(JSON.stringify(values)),
    ours: () => print(view.under([], values)),
  },
  '50 fields, nothing hidden': {
    'JSON.stringify': () => print(JSON.stringify(plain)),
    ours: () => print(view.under([], plain)),
  },
}

function spent(act: () => void): number {
  const before = process.cpuUsage()
  for (let call = 0; call < CALLS; call++) act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CALLS
}

/** µs of each, round by round. */
function race(racers: Readonly<Record<string, () => void>>): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>(Object.keys(racers).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS + 10; round++) {
    for (const [name, act] of shuffle(Object.entries(racers))) {
      const time = spent(act)
      if (round >= 10) times.get(name)?.push(time)
    }
  }
  return times
}

console.log(
  `load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n\n| a line of | | µs | to JSON.stringify |\n| --- | --- | --- | --- |`,
)
for (const [title, racers] of Object.entries(lines)) {
  const times = race(racers)
  const base = times.get('JSON.stringify') ?? []
  for (const [name, own] of times) {
    const ratio = median(own.map((time, round) => time / (base[round] ?? NaN)))
    console.log(`| ${title} | ${name} | ${median(own).toFixed(1)} | ${ratio.toFixed(2)} |`)
  }
}

const words =
  'the quick brown fox jumps over a lazy dog order user invoice 12345 https status payload request latency'.split(' ')
let kilobyte = ''
while (kilobyte.length < 1_000) kilobyte += `${words[(kilobyte.length * 7) % words.length]} `
const json = JSON.stringify(JSON.stringify({ list: words.map((name, id) => ({ id, name })) })).slice(0, 1_000)

console.log('\n| 1,000 characters of | secrets | µs |\n| --- | --- | --- |')
for (const count of [FIELDS, 10_000]) {
  while (secrets.length < count) secrets.push(secret(`sk_live_${crypto.randomUUID()}`, { label: 'key' }))
  for (const [title, act] of Object.entries({
    words: () => print(scrub(kilobyte)),
    'JSON in a string': () => print(scrub(json)),
  }))
    console.log(`| ${title} | ${count} | ${median(race({ act }).get('act') ?? []).toFixed(1)} |`)
}
if (printed === 0) throw new Error('nothing was printed')
