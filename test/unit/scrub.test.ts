import { describe, expect, test, vi } from 'vitest'
import { cut, generation, hide, isClear, isPlain, markOf, markOfText, scrub, show } from '../../src/scrub.ts'
import { heapUsed } from '../support/heap.ts'

const owners: object[] = []
function known(value: unknown, mark: string = '[M]', least: number = 8): number {
  const owner = {}
  owners.push(owner)
  return hide(value, owner, { mark, least, objects: false })
}

describe('before anything is known', () => {
  test('texts stay as they are', () => {
    expect(isClear()).toBe(true)
    expect(scrub('anything')).toBe('anything')
    expect(scrub('anything', 3)).toBe('any')
    expect(markOf({})).toBeUndefined()
  })
})

describe('what is known', () => {
  test('is counted, in objects and arrays however deep, and what is too short is not', () => {
    const before = generation()
    expect(
      known({
        a: 'counted-1',
        b: [['counted-2']],
        c: 'short',
        d: 12_345_678_901,
        e: 98_765_432_109n,
        f: null,
        g: true,
      }),
    ).toBe(4)
    expect(generation()).toBeGreaterThan(before)
    expect(isClear()).toBe(false)
    expect(scrub('counted-1 counted-2 short 12345678901 98765432109')).toBe('[M] [M] short [M] [M]')
  })

  test('may be bytes, which are looked for in base64 and hex', () => {
    const bytes = new Uint8Array([200, 201, 202, 203, 204, 205, 206, 207, 208])
    expect(known(bytes)).toBe(1)
    expect(scrub(`${Buffer.from(bytes).toString('base64')} ${Buffer.from(bytes).toString('hex')}`)).toBe('[M] [M]')
  })

  test('is looked for down to 12 levels, and among 10,000 values', () => {
    let deep: unknown = 'too-deep-to-see'
    for (let level = 0; level < 12; level++) deep = [deep]
    expect(known(deep)).toBe(1)
    expect(known([deep])).toBe(0)
    expect(known(Array.from({ length: 20_000 }, () => 'x'))).toBe(0)
  })

  test('is replaced as a whole where a text is cut, whatever of it is behind the cut', () => {
    known('at-the-very-edge')
    const text = `${'a'.repeat(10)}at-the-very-edge and on`
    for (let end = 11; end < 27; end++) expect(scrub(text, end)).toBe(`${'a'.repeat(10)}[M]`)
    expect(scrub(text, 10)).toBe('a'.repeat(10))
    expect(scrub(text, 28)).toBe(`${'a'.repeat(10)}[M] a`)
    expect(cut(text, 12)).toBe(`${'a'.repeat(10)}[M]`)
    expect(cut('short', 12)).toBe('short')
  })

  test('is replaced once where two overlap', () => {
    known('one-and-other')
    known('other-and-two', '[N]')
    expect(scrub('<one-and-other-and-two>')).toBe('<[M]>')
  })

  test('is not found in what is nearly the same', () => {
    known('Nearly-The-Same')
    expect(scrub('nearly-the-same Nearly-The-Sam')).toBe('nearly-the-same Nearly-The-Sam')
  })

  test('is found behind escapes that are none, and in texts that are not ASCII', () => {
    known('Gruß aus 東京 🙂')
    for (const text of [
      'Gruß aus 東京 🙂',
      encodeURIComponent('Gruß aus 東京 🙂'),
      JSON.stringify('Gruß aus 東京 🙂').replaceAll(
        /[^ -~]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    ])
      expect(scrub(`%zz %ff %C3 \\u12 %ed%a0%80 ${text} %E9`)).toMatch(/^%zz %ff %C3 \\u12 %ed%a0%80 "?\[M\]"? %E9$/)
  })

  test('with what JSON escapes is found in all escapes', () => {
    known('tab\tquote"slash/back\\feed\f')
    for (const text of ['tab\\tquote\\"slash/back\\\\feed\\f', 'tab\\x09quote\\u0022slash\\/back\\\\feed\\u000c'])
      expect(scrub(text)).toBe('[M]')
  })

  test('of a few characters is looked for by itself', () => {
    known('q~1', '[S]', 1)
    expect(scrub('q~1q~1 %71~1 q~')).toBe('[S][S] [S] q~')
    expect(isPlain('q')).toBe(false)
  })

  test('is known as a text of its own', () => {
    known('known-as-such')
    expect(markOfText('known-as-such')).toBe('[M]')
    expect(markOfText('known-as-suc')).toBeUndefined()
  })

  test('may be an object, which has a mark', () => {
    const value = {}
    show(value, '[O]')
    expect(markOf(value)).toBe('[O]')
    const inner = { a: 1 }
    const outer = { inner }
    hide(outer, outer, { mark: '[H]', least: 8, objects: true })
    expect([markOf(inner), markOf(outer)]).toEqual(['[H]', '[H]'])
  })
})

describe('what is not needed any more', () => {
  const collect = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) {
      heapUsed()
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }

  test('is forgotten with its owner, unless somebody else has it too', async () => {
    let owner: object | null = {}
    hide(['gone-with-its-owner', 'kept-by-another'], owner, { mark: '[G]', least: 8, objects: false })
    known('kept-by-another')
    owner = null
    await collect()
    expect(scrub('gone-with-its-owner kept-by-another')).toBe('gone-with-its-owner [G]')
  })

  test('leaves nothing behind, however many there are', async () => {
    for (let round = 0; round < 3; round++) {
      const many = Array.from({ length: 2_000 }, (_, index) => `many-${round}-${index * 7_919}-of-them`)
      let owner: object | null = { many }
      hide(many, owner, { mark: '[G]', least: 8, objects: false })
      expect(scrub(many[1_000] as string)).toBe('[G]')
      owner = null
      await collect()
      expect(scrub(many[1_000] as string)).toBe(many[1_000])
    }
    expect(scrub('kept-by-another')).toBe('[G]')
  })

  test('is known for ever where nobody tells that an owner is gone', async () => {
    vi.stubGlobal('FinalizationRegistry', undefined)
    try {
      hide('known-for-ever', {}, { mark: '[E]', least: 8, objects: false })
    } finally {
      vi.unstubAllGlobals()
    }
    await collect()
    expect(scrub('known-for-ever')).toBe('[E]')
  })
})
