import { inspect } from 'node:util'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { type RunOptions, secret } from 'stepchain'
import { describe, expect } from 'vitest'
import { promised } from '../support/promises.ts'
import { recorder } from '../support/recorder.ts'
import { untyped } from '../support/untyped.ts'

const VALUE = 'sk_live_0a1b2c3d4e'
const key = secret(VALUE, { label: 'key' })

function fail(error: unknown): () => never {
  return () => {
    throw error
  }
}

describe('a secret itself', () => {
  promised('row 126: shows its label wherever it is printed', (given) => {
    const hidden = given.build(() => secret({ user: 'someone-else', list: [VALUE] }, { label: 'both' }))

    const text = hidden as unknown as string
    expect(`${text} ` + text).toBe('[secret:both] [secret:both]')
    expect(JSON.stringify({ hidden })).toBe('{"hidden":"[secret:both]"}')
    expect(inspect({ hidden }, { showHidden: true, depth: 9 })).toBe('{ hidden: [secret:both] }')
    expect(inspect(hidden, { customInspect: false })).not.toContain(VALUE)
    expect({ ...hidden }).toEqual({})
    expect(structuredClone(hidden)).toEqual({})
    expect(Object.isFrozen(hidden)).toBe(true)
    expect(hidden.label).toBe('both')
    expect(hidden.reveal()).toEqual({ user: 'someone-else', list: [VALUE] })
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(hidden)
    expect(receiveMessageOnPort(port2)).toEqual({ message: {} })
    port1.close()
  })

  promised('row 126: is an argument like any other', async (given) => {
    const seen: string[] = []
    const definition = given
      .chain()
      .put('key', key)
      .next(({ key: own }: { key: typeof key }) => void seen.push(own.reveal()), { out: 'x', log: '{key} {key.label}' })
    const lines = recorder('info')
    expect((await given.run(definition, {}, { logger: lines })).ok).toBe(true)

    expect(seen).toEqual([VALUE])
    expect(lines.text).toEqual(['info [secret:key] key'])
  })
})

describe('a sensitive step', () => {
  const login = (options: RunOptions = {}) =>
    untyped('c', options).next(() => ({ access: 'of-nobody-1', code: 'z9q' }), {
      out: 'login',
      sensitive: true,
      log: 'got {result} {login} {login.code}',
    })

  promised('row 122: what it gave is printed nowhere, under whatever name', async (given) => {
    const lines = recorder('info')
    const events: unknown[] = []
    const hooks = { afterStep: (event: unknown) => void events.push(event) }
    const definition = login()
      .next(({ login: { access } }: never) => [access], { out: 'copy', log: '{copy} {login}' })
      .next(fail(new Error('refused of-nobody-1')), { out: 'z' })
    const error = await given.failure(definition, { logger: lines, hooks })

    expect(lines.text).toEqual(['info got [sensitive] [sensitive] [sensitive]', 'info ["[sensitive]"] [sensitive]'])
    for (const shown of [error, events, error.context, error.cause instanceof Error ? error : null])
      expect(inspect(shown, { depth: 9 }) + JSON.stringify(shown)).not.toMatch(/of-nobody|z9q/)
    expect(error.message).toContain('refused [sensitive]')
    expect(error.context['login']).toEqual({ access: 'of-nobody-1', code: 'z9q' })
    expect(inspect(error.context)).toContain("login: '[sensitive]'")
  })

  promised('row 123: is refused where it is neither true nor false', (given) => {
    expect(given.refused(() => given.chain().next(() => 1, { out: 'x', sensitive: 1 })).message).toContain(
      'sensitive is 1; expected true or false',
    )
  })
})
