import { secret } from 'stepchain'
import { afterAll, describe, expect, test } from 'vitest'
import { CHANNELS, NOT_PROMISED, PROMISED } from '../../support/leaks.ts'

// One that is written alike almost everywhere, and one that is not.
const kept = {
  simple: secret('hunter2Tq8Vb3', { label: 'simple' }),
  tricky: secret('p@ss "w0rd"/ü&x=1+2', { label: 'tricky' }),
}

/** A text, and what is in it when its escapes are undone once, twice and so on. */
function decoded(text: string): readonly string[] {
  const all = [text]
  for (let level = 0; level < 5; level++)
    all.push(
      (all.at(-1) as string)
        .replaceAll(/\\+u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replaceAll(/\\(.)/g, '$1')
        .replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString()),
    )
  return all
}

const names = Object.keys(CHANNELS)
const rows: string[] = []

describe.each(Object.entries(kept))('a %s secret', (kind, hidden) => {
  afterAll(() => {
    console.log([`22 ways out × 29 encodings of a ${kind} secret: . clean, x seen`, ...rows.splice(0)].join('\n'))
  })

  async function seen(encode: (secret: string) => { needle: string; value: unknown }): Promise<readonly string[]> {
    const { needle, value } = encode(hidden.reveal())
    const leaks: string[] = []
    for (const name of names) {
      const text = (await CHANNELS[name]?.(value)) ?? ''
      expect(text.length, name).toBeGreaterThan(5)
      if (decoded(text).some((one) => one.includes(needle) || one.includes(hidden.reveal()))) leaks.push(name)
    }
    return leaks
  }

  const note = (title: string, leaks: readonly string[]): void =>
    void rows.push(`${title.padEnd(40)} ${names.map((name) => (leaks.includes(name) ? 'x' : '.')).join('')}`)

  test.each(Object.entries(PROMISED))('%s: is seen nowhere', async (title, encode) => {
    const leaks = await seen(encode)
    note(title, leaks)
    expect(leaks).toEqual([])
  })

  test.each(Object.entries(NOT_PROMISED))('%s: is not promised', async (title, encode) => {
    const leaks = await seen(encode)
    note(title, leaks)
    expect(leaks.length).toBeGreaterThan(0)
  })
})

test('are 22 ways out, and 25 encodings of 29', () => {
  expect(names).toHaveLength(22)
  expect(Object.keys(PROMISED)).toHaveLength(25)
  expect(Object.keys(NOT_PROMISED)).toHaveLength(4)
})
