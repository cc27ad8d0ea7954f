import type { AttemptEvent, Hooks } from 'stepchain'
import { describe, expect, test } from 'vitest'
import { promised } from '../../support/promises.ts'
import { untyped } from '../../support/untyped.ts'

/** A set of hooks that can be switched off, and what it heard. */
function switchable() {
  const heard: string[] = []
  const state = { on: false, asked: 0, heard }
  const set: Hooks = {
    isActive() {
      state.asked++
      return state.on
    },
    afterStep: ({ path }) => void heard.push(path),
    wrap({ path }, next) {
      heard.push(`around ${path}`)
      return next()
    },
  }
  return { state, set }
}

describe('a set of hooks that may switch itself off', () => {
  promised('is asked once a run, and hears nothing of one that it does not want', async (given) => {
    const { state, set } = switchable()
    const definition = untyped('c', { logger: null })
      .next(() => 1, { out: 'a', args: [] })
      .next(() => 2, { out: 'b', args: [] })
      .with(set)

    await given.run(definition)
    expect(state.heard).toEqual([])
    state.on = true
    await given.run(definition)
    expect(state.heard).toEqual(['around a', 'a', 'around b', 'b'])
    state.on = false
    await given.run(definition)
    expect(state.heard).toHaveLength(4)
    expect(state.asked).toBe(3)
  })

  promised('leaves the others as they are', async (given) => {
    const heard: string[] = []
    const definition = untyped('c', { logger: null })
      .next(() => 1, { out: 'a', args: [] })
      .with(switchable().set)
      .with({ afterStep: ({ path }: AttemptEvent) => void heard.push(path) })
    await given.run(definition)
    expect(heard).toEqual(['a'])
  })

  promised('is asked for a nested chain that has it', async (given) => {
    const { state, set } = switchable()
    const inner = untyped('inner', { logger: null })
      .next(() => 1, { out: 'a', args: [] })
      .with(set)
    const definition = untyped('c', { logger: null }).next(inner, { out: 'i' })
    await given.run(definition)
    expect(state.heard).toEqual([])
    state.on = true
    await given.run(definition)
    expect(state.heard).toEqual(['around i/a', 'i/a'])
  })

  test('is left out of every run that it does not want, whatever others want', () => {
    const [first, second] = [switchable(), switchable()]
    const definition = untyped('c', { logger: null })
      .next(() => 1, { out: 'a', args: [] })
      .with(first.set)
      .with(second.set)
    definition.runSync()
    definition.runSync()
    second.state.on = true
    definition.runSync()
    expect([first.state.heard, second.state.heard]).toEqual([[], ['around a', 'a']])
    expect([first.state.asked, second.state.asked]).toEqual([3, 3])
  })

  test('is active where it cannot say', () => {
    const { state, set } = switchable()
    const isActive = (): never => {
      throw new Error('broken')
    }
    untyped('c', { logger: null })
      .next(() => 1, { out: 'a', args: [] })
      .with({ ...set, isActive })
      .runSync()
    expect(state.heard).toEqual(['around a', 'a'])
  })
})
